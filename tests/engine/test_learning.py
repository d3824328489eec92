"""Networks of ordinary size learn the bundled data sets: medians of the held-out score over five seeds."""

from statistics import median
from typing import Any

import pytest

from engine import Experiment, Trainer


def held_out(source: str, units: list[int], epochs: int, metric: str, seed: int) -> float:
    description: dict[str, Any] = {
        "data": {"source": source, "seed": seed},
        "network": {"layers": [{"units": count, "activation": "relu"} for count in units]},
        "training": {"epochs": epochs, "seed": seed},
    }
    trainer = Trainer(Experiment.model_validate(description))
    trainer.run()
    return trainer.evaluate("test")[metric]


@pytest.mark.parametrize(
    ("source", "units", "epochs", "metric", "least"),
    [
        ("breast_cancer", [16], 40, "accuracy", 0.95),
        ("iris", [8, 8], 100, "accuracy", 0.93),
        ("wine", [8], 60, "accuracy", 0.95),
        ("digits", [64], 40, "accuracy", 0.95),
        ("diabetes", [], 100, "r2", 0.40),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_median_over_five_seeds_is_good(
    source: str, units: list[int], epochs: int, metric: str, least: float
) -> None:
    assert median(held_out(source, units, epochs, metric, seed) for seed in range(1, 6)) >= least
