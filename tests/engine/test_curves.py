"""ROC, precision–recall and calibration agree with scikit-learn, ties, empty bins and single classes included."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from engine.curves import Ranking, area, average_precision, precision_recall, reliability, roc

Rows = tuple[np.ndarray, np.ndarray]
# Few scores make many ties; both ends and a border of the bins are among them.
SCORES = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 0.7000000000000001, 0.9, 1.0])


@st.composite
def mixed(draw: Callable[..., list[tuple[bool, float]]]) -> Rows:
    """Rows of both classes."""
    rows = [(True, draw(SCORES)), (False, draw(SCORES)), *draw(st.lists(st.tuples(st.booleans(), SCORES), max_size=30))]
    return np.array([yes for yes, _ in rows]), np.array([score for _, score in rows])


@settings(deadline=None)
@given(mixed())
def test_the_roc_curve_is_that_of_scikit_learn(rows: Rows) -> None:
    x, y, thresholds = roc_curve(*rows, drop_intermediate=False)
    found = roc(*rows)
    assert np.array_equal(found.thresholds, thresholds)
    assert found.x == pytest.approx(x)
    assert found.y == pytest.approx(y)


@settings(deadline=None)
@given(mixed())
def test_the_area_is_that_of_scikit_learn(rows: Rows) -> None:
    x, y, _ = roc_curve(*rows)
    assert area(roc(*rows)) == pytest.approx(auc(x, y))
    assert area(roc(*rows)) == pytest.approx(roc_auc_score(*rows))


@settings(deadline=None)
@given(mixed())
def test_precision_and_recall_are_those_of_scikit_learn(rows: Rows) -> None:
    precision, recall, thresholds = precision_recall_curve(*rows)
    found = precision_recall(*rows)
    assert found.y == pytest.approx(precision[::-1])
    assert found.x == pytest.approx(recall[::-1])
    assert np.array_equal(found.thresholds[1:], thresholds[::-1])


@settings(deadline=None)
@given(mixed())
def test_the_average_precision_is_that_of_scikit_learn(rows: Rows) -> None:
    assert average_precision(precision_recall(*rows)) == pytest.approx(average_precision_score(*rows))


@settings(deadline=None)
@given(mixed(), st.sampled_from([1, 5, 10]))
def test_the_reliability_is_that_of_scikit_learn(rows: Rows, bins: int) -> None:
    observed, predicted = calibration_curve(*rows, n_bins=bins)
    found = reliability(*rows, bins)
    filled = found.counts > 0
    assert found.counts.sum() == len(rows[0])
    assert found.observed[filled] == pytest.approx(observed)
    assert found.predicted[filled] == pytest.approx(predicted)


@settings(deadline=None)
@given(mixed())
def test_the_expected_error_is_the_mean_gap_of_a_row(rows: Rows) -> None:
    positive, scores = rows
    total = 0.0
    for low, high in zip(np.linspace(0, 1, 11)[:-1], np.linspace(0, 1, 11)[1:], strict=True):
        inside = (scores <= high) & ((scores > low) if low > 0 else True)
        if inside.any():
            total += inside.sum() * abs(positive[inside].mean() - scores[inside].mean())
    assert reliability(*rows).expected_error == pytest.approx(total / len(scores))


@pytest.mark.parametrize("yes", [True, False])
def test_of_one_class_alone_the_areas_are_not_known(yes: bool) -> None:
    rows = np.full(4, yes), np.array([0.1, 0.4, 0.4, 0.9])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(area(roc(*rows)))
        assert np.isnan(average_precision(precision_recall(*rows))) == (not yes)


def test_without_rows_nothing_is_known() -> None:
    rows = np.zeros(0, bool), np.zeros(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = area(roc(*rows)), average_precision(precision_recall(*rows)), reliability(*rows).expected_error
        assert np.isnan(found).all()


def test_a_single_row_makes_a_curve() -> None:
    assert precision_recall(np.array([True]), np.array([0.3])).x.tolist() == [0.0, 1.0]


@settings(deadline=None)
@given(mixed(), st.floats(-0.1, 1.1))
def test_the_point_at_a_threshold_counts_the_rows_that_reach_it(rows: Rows, threshold: float) -> None:
    positive, scores = rows
    taken = scores >= threshold
    false_rate, true_rate = roc(*rows).at(threshold)
    assert true_rate == pytest.approx((taken & positive).sum() / positive.sum())
    assert false_rate == pytest.approx((taken & ~positive).sum() / (~positive).sum())


def test_the_point_of_a_threshold_above_all_scores_is_the_first() -> None:
    curve = Ranking(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([np.inf, 0.4]))
    assert curve.at(0.5) == (0.0, 0.0)
