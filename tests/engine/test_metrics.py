"""Every metric against scikit-learn."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score

from engine.metrics import METRICS, Metric

SKLEARN = {"accuracy": accuracy_score, "r2": r2_score, "mae": mean_absolute_error}
every_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda part: part.key)
of_regression = pytest.mark.parametrize(
    "metric", [part for part in METRICS if "regression" in part.tasks], ids=lambda part: part.key
)


def truth_and_prediction(metric: Metric, targets: int = 1) -> tuple[Any, Any]:
    rng = np.random.default_rng(11)
    if "regression" not in metric.tasks:
        return rng.integers(3, size=50), rng.integers(3, size=50)
    y = rng.normal(100.0, 20.0, (50, targets))
    return y, y + rng.normal(0.0, 15.0, y.shape)


@every_metric
def test_the_value_is_that_of_scikit_learn(metric: Metric) -> None:
    y, prediction = truth_and_prediction(metric)
    assert metric.value(y, prediction) == pytest.approx(SKLEARN[metric.key](y, prediction), rel=1e-12)


@of_regression
def test_several_targets_are_averaged_as_scikit_learn_does(metric: Metric) -> None:
    y, prediction = truth_and_prediction(metric, targets=3)
    assert metric.value(y, prediction) == pytest.approx(SKLEARN[metric.key](y, prediction), rel=1e-12)


@of_regression
@pytest.mark.parametrize("off", [0.0, 1.0])
def test_a_target_that_never_varies_scores_as_in_scikit_learn(metric: Metric, off: float) -> None:
    y = np.full((10, 1), 4.0)
    assert metric.value(y, y + off) == SKLEARN[metric.key](y, y + off)


@every_metric
def test_a_perfect_prediction_scores_best(metric: Metric) -> None:
    y, _ = truth_and_prediction(metric)
    assert metric.value(y, y) == metric.best
