"""Keras: the exported model can be saved and trained further."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from exported_cases import numbers, project

from engine.activations import ACTIVATIONS
from engine.export.keras_model import KERAS_ACTIVATIONS, KERAS_LAYERS, TARGET
from engine.export.source import import_script
from engine.export.writing import write_export
from engine.layers import LAYERS, BatchNorm, Dense, Dropout, GaussianNoise, Layer

# Keras asks PyTorch for arrays in a way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    """Keras on PyTorch, on one core."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed, so Keras has nothing to calculate with")
    torch.set_num_threads(1)
    return pytest.importorskip("keras", reason="Keras is not installed")


def test_every_part_is_written() -> None:
    assert list(KERAS_ACTIVATIONS) == [each.key for each in ACTIVATIONS]
    assert list(KERAS_LAYERS) == list(LAYERS)


def imported(folder: Path, *layers: Layer) -> ModuleType:
    """The exported file of a network with these layers between thirteen inputs and four classes."""
    made = project(numbers("multiclass", inputs=13), layers)
    return import_script(write_export(made, TARGET, folder / "exported.py")[0])


@pytest.mark.parametrize("key", KERAS_ACTIVATIONS)
def test_activations_are_the_same_far_out(key: str, keras: ModuleType, tmp_path: Path) -> None:
    z = np.array([[*(sign * 10.0**power for power in range(-6, 7) for sign in (-1, 1)), 0.0]], np.float32)
    module = imported(tmp_path, BatchNorm(activation=key))
    at = module.network.layers
    found = at[1](z) if len(at) > 2 else z
    wanted = ACTIVATIONS[key].value(z.T.copy(), None).T
    assert keras.ops.convert_to_numpy(found) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("key", KERAS_ACTIVATIONS)
def test_a_model_is_saved_and_loaded(key: str, keras: ModuleType, tmp_path: Path) -> None:
    module = imported(tmp_path, Dropout(), Dense(units=5, activation=key), BatchNorm(activation=key), GaussianNoise())
    x = np.random.default_rng(0).normal(size=(6, 13)).astype(np.float32)
    module.network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded.predict(x, verbose=0), module.outputs(x))


def test_a_model_is_trained_further(keras: ModuleType, tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    module = imported(tmp_path, Dense(units=8), BatchNorm(momentum=0.3), Dropout(), GaussianNoise())
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 13)).astype(np.float32), rng.integers(0, 4, 64)
    module.network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    losses = module.network.fit(x, y, epochs=10, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_a_running_mean_moves_by_the_share_of_each_batch(keras: ModuleType, tmp_path: Path) -> None:
    module = imported(tmp_path, BatchNorm(momentum=0.3))
    norm = module.network.layers[0]
    before = keras.ops.convert_to_numpy(norm.moving_mean).copy()
    x = np.random.default_rng(0).normal(size=(64, 13)).astype(np.float32)
    norm(x, training=True)
    wanted = 0.7 * before + 0.3 * x.mean(axis=0)
    assert keras.ops.convert_to_numpy(norm.moving_mean) == pytest.approx(wanted, abs=1e-6)


def test_a_layer_that_is_not_trainable_is_frozen(keras: ModuleType, tmp_path: Path) -> None:
    module = imported(tmp_path, Dense(units=4, trainable=False))
    assert [layer.trainable for layer in module.network.layers] == [False, True]
