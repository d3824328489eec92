"""PyTorch: the exported module takes plain weights and can be trained further."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from exported_cases import exported, made, numbers, project
from safetensors.numpy import load as from_safetensors

from engine.activations import ACTIVATIONS
from engine.export.pytorch_module import TARGET, TORCH_ACTIVATIONS, TORCH_LAYERS
from engine.export.source import import_script
from engine.export.weights import NPZ, SAFETENSORS
from engine.export.writing import write_export
from engine.layers import LAYERS, BatchNorm, Dense, Dropout, GaussianNoise, Layer, LayerNorm
from engine.network import extended
from engine.project import Project, views


def test_every_part_is_written() -> None:
    assert list(TORCH_ACTIVATIONS) == [each.key for each in ACTIVATIONS]
    assert list(TORCH_LAYERS) == list(LAYERS)


@pytest.mark.parametrize("key", TORCH_ACTIVATIONS)
def test_activations_are_the_same_far_out(key: str, torch: ModuleType) -> None:
    z = np.array([[*(sign * 10.0**power for power in range(-6, 7) for sign in (-1, 1)), 0.0]], np.float32)
    setting = ACTIVATIONS[key].setting
    wanted = ACTIVATIONS[key].tuned(Dense(**({setting: 0.3} if setting else {}))).value(z.T.copy(), None).T
    written = TORCH_ACTIVATIONS[key].format(z="z", setting=0.3)
    found = eval(written, {"torch": torch, "nn": torch.nn, "z": torch.from_numpy(z)})  # noqa: S307 - it is our own
    assert found.numpy() == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("target", [SAFETENSORS, NPZ])
@pytest.mark.parametrize("kind", LAYERS)
def test_the_module_takes_plain_weights_as_they_are(kind: str, target: Any, torch: ModuleType, tmp_path: Path) -> None:
    module = import_script(exported(f"layer {kind}", TARGET, tmp_path))
    (content,) = target.write(made(f"layer {kind}"), "plain").values()
    plain = from_safetensors(content) if target is SAFETENSORS else dict(np.load(BytesIO(content)))
    fresh = module.Network()
    fresh.load_state_dict({name: torch.from_numpy(values) for name, values in plain.items()})
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32))
    module.network.eval()
    assert torch.equal(fresh.eval()(x), module.network(x))


def test_the_module_has_the_gradients_and_running_means_of_the_network(torch: ModuleType, tmp_path: Path) -> None:
    layers = (BatchNorm(momentum=0.3, epsilon=0.02), Dense(units=6), LayerNorm(epsilon=0.01), Dense(activation="gelu"))
    data = numbers("multiclass", inputs=13)
    trained = project(data, layers)
    twin = trained.network.copy(np.float32)
    module = imported(trained, tmp_path).network
    work = twin.work(len(data.x_train))
    twin.forward(extended(data.x_train, np.float32), work)
    twin.backward(twin.plan.targets(data, data.y_train).T, work)
    module.train()
    torch.nn.CrossEntropyLoss()(module(torch.from_numpy(data.x_train)), torch.from_numpy(data.y_train)).backward()
    buffers = dict(module.named_buffers())
    for name, wanted in views(twin):
        if "running" in name:
            assert buffers[name].numpy() == pytest.approx(wanted, rel=1e-5, abs=1e-6), name
    twin.parameters[:] = twin.gradient
    gradients = {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}
    for name, wanted in views(twin):
        if "running" not in name:
            assert gradients[name] == pytest.approx(wanted, rel=1e-4, abs=1e-6), name


@pytest.mark.parametrize("stage", [Dropout(drop_probability=0.5), GaussianNoise(deviation=0.5)])
def test_dropout_and_noise_act_only_while_training(stage: Layer, torch: ModuleType, tmp_path: Path) -> None:
    module = imported(project(numbers("multiclass", inputs=13), [stage]), tmp_path)
    x = torch.ones((4, 13))
    module.network.train()
    assert not torch.equal(module.network(x), module.network(x))
    spread = torch.stack([module.network.layers[0](torch.ones(10_000)) for _ in range(3)]).std()
    assert spread == pytest.approx(1.0 if isinstance(stage, Dropout) else 0.5, rel=0.1)
    answers = module.outputs(x.numpy())
    assert np.array_equal(answers, module.outputs(x.numpy()))


def test_a_layer_that_is_not_trainable_is_frozen(torch: ModuleType, tmp_path: Path) -> None:
    module = imported(project(numbers("binary"), [Dense(trainable=False)]), tmp_path)
    assert [parameter.requires_grad for parameter in module.network.parameters()] == [False, False, True, True]


def imported(trained: Project, folder: Path) -> ModuleType:
    return import_script(write_export(trained, TARGET, folder / "exported.py")[0])


def test_weights_lie_beside_the_file_where_they_are_many(tmp_path: Path) -> None:
    exported("very large", TARGET, tmp_path, "large")
    exported("no hidden layer", TARGET, tmp_path, "small")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.npz", "large.py", "small.py"]
