"""A run from the literature, begun from many seeds: the Pima table, eight inputs, two hidden layers, thirty epochs.

The table is not part of the project. It is looked for where the environment variable GLASSBOX_PIMA says, or in
the folder ``shared/data`` beside the project; without it these tests are skipped.
"""

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine import Dataset, DataSpec, Experiment, Trainer, load_data
from engine.data.table_spec import TableSpec

BESIDE = Path(__file__).parents[3] / "shared" / "data" / "pima-indians-diabetes.csv"
SEEDS = range(20)
# All layers start from Glorot's uniform weights, on inputs as they are: of up to 846, in batches of ten rows.
GLOROT = {"units": 8, "initializer": "glorot_uniform"}
PUBLISHED = Experiment.model_validate(
    {
        "network": {
            "layers": [{**GLOROT, "activation": "linear"}, {**GLOROT, "activation": "relu"}],
            "output": {"initializer": "glorot_uniform", "activation": "sigmoid"},
        },
        "training": {
            "loss": "binary_cross_entropy",
            "optimizer": {"kind": "adam", "learning_rate": 0.001},
            "batch_size": 10,
            "epochs": 30,
        },
    }
)


@pytest.fixture(scope="module")
def path() -> Path:
    """Where the table is."""
    path = Path(os.environ.get("GLASSBOX_PIMA", BESIDE))
    if not path.is_file():
        pytest.skip(f"the Pima table is not there; set GLASSBOX_PIMA to it, or put it at {BESIDE}")
    return path


@pytest.fixture(scope="module")
def pima(path: Path) -> Dataset:
    """768 women, 8 measurements each, and whether they had diabetes five years later."""
    table = np.loadtxt(path, delimiter=",")
    assert table.shape == (768, 9)
    return Dataset.from_arrays(table[:, :8], table[:, 8].astype(int))


@pytest.fixture(scope="module")
def runs(pima: Dataset) -> dict[str, Any]:
    """Losses and accuracies on the training rows, (seeds,), at the end of the runs."""
    found = []
    for seed in SEEDS:
        trainer = Trainer(PUBLISHED.with_value("training.seed", seed), pima)
        trainer.run()
        found.append(trainer.evaluate("train"))
    return {key: np.array([each[key] for each in found]) for key in ("loss", "accuracy")}


# Twice twenty runs in PyTorch 2.13 from Glorot's weights had the losses 0.535 to 0.844 with the medians 0.585 and
# 0.599 and the accuracies 0.651 to 0.736 with the medians 0.690 and 0.705. Of 200 runs of this engine every hundredth
# had a loss above 0.86 or an accuracy below 0.58: raw inputs may silence the second layer for a long time.
LOSS, ACCURACY = (0.52, 0.90), (0.57, 0.76)


def share_within(values: Any, bounds: tuple[float, float]) -> float:
    return float(((values >= bounds[0]) & (values <= bounds[1])).mean())


def test_the_typical_loss_is_the_published_one(runs: dict[str, Any]) -> None:
    assert 0.57 <= np.median(runs["loss"]) <= 0.63


def test_the_typical_accuracy_is_the_published_one(runs: dict[str, Any]) -> None:
    assert 0.67 <= np.median(runs["accuracy"]) <= 0.72


def test_the_losses_are_spread_as_they_are_in_pytorch(runs: dict[str, Any]) -> None:
    assert share_within(runs["loss"], LOSS) >= 0.95


def test_the_accuracies_are_spread_as_they_are_in_pytorch(runs: dict[str, Any]) -> None:
    assert share_within(runs["accuracy"], ACCURACY) >= 0.95


def test_most_runs_end_in_the_published_range(runs: dict[str, Any]) -> None:
    shares = share_within(runs["loss"], (0.55, 0.84)), share_within(runs["accuracy"], (0.65, 0.735))
    assert min(shares) >= 0.8


def test_every_run_has_learned_something(runs: dict[str, Any], pima: Dataset) -> None:
    start = [Trainer(PUBLISHED.with_value("training.seed", seed), pima).evaluate("train")["loss"] for seed in SEEDS]
    assert (runs["loss"] < start).all()


@pytest.mark.parametrize("seed", [0, 1])
def test_the_run_from_the_same_weights_in_the_same_order_ends_where_pytorch_ends(
    seed: int, pima: Dataset, torch: ModuleType
) -> None:
    trainer = Trainer(PUBLISHED.with_value("training.seed", seed), pima, np.float64)
    linear = [torch.nn.Linear(*w.shape, dtype=torch.float64) for w in trainer.network.weights]
    for peer, w, b in zip(linear, trainer.network.weights, trainer.network.biases, strict=True):
        peer.weight.data, peer.bias.data = torch.tensor(w.T.copy()), torch.tensor(b.copy())
    network = torch.nn.Sequential(linear[0], linear[1], torch.nn.ReLU(), linear[2])
    adam = torch.optim.Adam(network.parameters(), lr=0.001)
    while not trainer.finished:
        x, y, _ = trainer.batches.current(10)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(torch.tensor(x[:-1].T)), torch.tensor(y.T))
        adam.zero_grad()
        loss.backward()
        adam.step()
        trainer.step()
    ours = trainer.predict(pima.x_train)
    theirs = torch.sigmoid(network(torch.tensor(pima.x_train, dtype=torch.float64))).detach().numpy()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


# -- as a table of one's own -------------------------------------------------------------------------


# What `train --data FILE --hidden "8 linear, 8 relu" --epochs 30 --batch-size 10 --seed SEED` asks for.
AS_TYPED = Experiment.model_validate(
    {
        "network": {"layers": [{"units": 8, "activation": "linear"}, {"units": 8, "activation": "relu"}]},
        "training": {"batch_size": 10, "epochs": 30},
    }
)


def opened(path: Path, **settings: Any) -> DataSpec:
    return DataSpec.model_validate({"source": "table", "table": TableSpec(path=str(path)), **settings})


def test_the_table_as_a_file_is_the_table_as_arrays(path: Path, pima: Dataset) -> None:
    data = load_data(opened(path, scale="none", test_fraction=0.0))
    order = np.argsort(data.rows_train)
    np.testing.assert_array_equal(data.x_train[order], pima.x_train[np.argsort(pima.rows_train)])
    np.testing.assert_array_equal(data.y_train[order], pima.y_train[np.argsort(pima.rows_train)])
    assert (data.task, data.classes, len(data.names)) == ("binary", ("0", "1"), 8)


def test_with_standardized_inputs_the_rows_held_out_are_told_apart_as_well_as_scikit_learn_does(path: Path) -> None:
    found = []
    for seed in range(1, 9):
        data = opened(path, scale="standard", test_fraction=0.3, seed=seed)
        trainer = Trainer(AS_TYPED.edited(data=data).with_value("training.seed", seed))
        trainer.run()
        found.append(trainer.evaluate("test")["accuracy"])
    # The network of scikit-learn has 0.76.
    assert np.median(found) >= 0.74
