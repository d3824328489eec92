"""Every metric against scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.metrics import (
    METRICS,
    Answers,
    Metric,
    confusion,
    f1_by_class,
    metrics_for,
    precision_by_class,
    recall_by_class,
    report,
    roc_auc,
    top_k_accuracy,
)

TASKS = ("binary", "multiclass", "regression")


def labels(answers: Answers) -> Any:
    return range(answers.classes)


def averaged(function: Callable[..., float]) -> Callable[[Answers], float]:
    def peer(answers: Answers) -> float:
        average = "binary" if answers.classes == 2 else "macro"
        return float(function(answers.y, answers.predicted, average=average, zero_division=0))

    return peer


def auc(answers: Answers) -> float:
    assert answers.scores is not None
    if answers.classes == 2:
        return sk.roc_auc_score(answers.y, answers.scores[:, 1])
    return sk.roc_auc_score(answers.y, answers.scores, multi_class="ovr", average="macro", labels=labels(answers))


def top(k: int) -> Callable[[Answers], float]:
    return lambda answers: sk.top_k_accuracy_score(answers.y, answers.scores, k=k, labels=labels(answers))


SKLEARN: dict[str, Callable[[Answers], float]] = {
    "accuracy": lambda answers: sk.accuracy_score(answers.y, answers.predicted),
    "top_2_accuracy": top(2),
    "top_3_accuracy": top(3),
    "precision": averaged(sk.precision_score),
    "recall": averaged(sk.recall_score),
    "f1": averaged(sk.f1_score),
    "roc_auc": auc,
    "log_loss": lambda answers: sk.log_loss(answers.y, answers.scores, labels=labels(answers)),
    "r2": lambda answers: sk.r2_score(answers.y, answers.predicted),
    "mae": lambda answers: sk.mean_absolute_error(answers.y, answers.predicted),
    "rmse": lambda answers: sk.root_mean_squared_error(answers.y, answers.predicted),
}
BY_CLASS = {
    precision_by_class: sk.precision_score,
    recall_by_class: sk.recall_score,
    f1_by_class: sk.f1_score,
}
CASES = [(part, task) for part in METRICS for task in part.tasks]

every_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda part: part.key)
every_case = pytest.mark.parametrize(("metric", "task"), CASES, ids=lambda case: getattr(case, "key", case))
of_regression = pytest.mark.parametrize(
    "metric", [part for part in METRICS if "regression" in part.tasks], ids=lambda part: part.key
)
# scikit-learn warns where a metric is not defined and answers all the same.
undefined = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
thorough = settings(max_examples=60, deadline=None)


@st.composite
def classified(draw: st.DrawFn, fewest: int = 2, most: int = 6) -> Answers:
    """Probabilities of a few rows, with ties; classes may be missing among the truths and the predictions."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes, rows = draw(st.integers(fewest, most)), draw(st.integers(1, 40))
    present = rng.permutation(classes)[: draw(st.integers(1, classes))]
    grades = draw(st.sampled_from([2, 4, 1000]))  # the fewer, the more ties
    scores = rng.integers(1, 1 + grades, (rows, classes)).astype(float)
    scores /= scores.sum(axis=1, keepdims=True)
    return Answers(rng.choice(present, rows), scores.argmax(axis=1), scores, probabilities=True)


@st.composite
def measured(draw: st.DrawFn) -> Answers:
    """Numbers and predictions of at least two rows, in some unit, of one or several targets."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(2, 40)), draw(st.integers(1, 3))
    unit = draw(st.sampled_from([1e-3, 1.0, 1e6]))
    y = rng.normal(100.0, 20.0, shape) * unit
    return Answers(y, y + rng.normal(0.0, draw(st.sampled_from([0.1, 15.0, 100.0])), shape) * unit)


ANSWERS = {"binary": classified(2, 2), "multiclass": classified(3), "regression": measured()}


# -- against scikit-learn ------------------------------------------------------------------------------


def test_every_metric_has_a_second_opinion() -> None:
    assert list(SKLEARN) == [part.key for part in METRICS]


@undefined
@every_case
def test_the_value_is_that_of_scikit_learn(metric: Metric, task: str) -> None:
    @given(ANSWERS[task])
    @thorough
    def agree(answers: Answers) -> None:
        assert metric.value(answers) == pytest.approx(SKLEARN[metric.key](answers), rel=1e-12, abs=1e-12, nan_ok=True)

    agree()


@given(classified())
@thorough
def test_the_confusion_matrix_is_that_of_scikit_learn(answers: Answers) -> None:
    theirs = sk.confusion_matrix(answers.y, answers.predicted, labels=labels(answers))
    np.testing.assert_array_equal(confusion(answers), theirs)


@pytest.mark.parametrize("measure", BY_CLASS, ids=lambda measure: measure.__name__)
def test_every_class_scores_as_in_scikit_learn(measure: Callable[[Answers], Any]) -> None:
    @given(classified())
    @thorough
    def agree(answers: Answers) -> None:
        peer: Any = BY_CLASS[measure]
        theirs = peer(answers.y, answers.predicted, labels=labels(answers), average=None, zero_division=0)
        np.testing.assert_allclose(measure(answers), theirs, rtol=1e-12)

    agree()


@undefined
@pytest.mark.parametrize("k", [1, 2, 3, 4, 9])
def test_the_truth_is_among_the_k_likeliest_as_often_as_in_scikit_learn(k: int) -> None:
    @given(classified(3))
    @thorough
    def agree(answers: Answers) -> None:
        assert top_k_accuracy(answers, k) == pytest.approx(top(k)(answers), rel=1e-12)

    agree()


@undefined
@given(classified())
@thorough
def test_scores_that_are_no_probabilities_are_ranked_class_by_class(answers: Answers) -> None:
    scores = 10.0 * np.log(answers.scores) + np.arange(answers.classes)
    each = [sk.roc_auc_score(answers.y == k, scores[:, k]) for k in labels(answers)]
    wanted = each[1] if answers.classes == 2 else np.mean(each)
    assert roc_auc(Answers(answers.y, answers.predicted, scores)) == pytest.approx(wanted, rel=1e-12, nan_ok=True)


@given(classified())
@thorough
def test_the_log_loss_of_float32_is_that_of_scikit_learn_to_its_last_digits(answers: Answers) -> None:
    scores = np.asarray(answers.scores, np.float32)
    ours = METRICS["log_loss"].value(Answers(answers.y, answers.predicted, scores, probabilities=True))
    assert ours == pytest.approx(sk.log_loss(answers.y, scores, labels=labels(answers)), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("truth", [0, 1])
def test_a_sure_answer_costs_as_much_as_in_scikit_learn(dtype: type, truth: int) -> None:
    y, scores = np.array([truth]), np.array([[1.0, 0.0]], dtype)
    ours = METRICS["log_loss"].value(Answers(y, np.array([0]), scores, probabilities=True))
    # scikit-learn keeps away from 1 too.
    assert ours == pytest.approx(sk.log_loss(y, scores, labels=[0, 1]), rel=1e-6, abs=2 * float(np.finfo(dtype).eps))


@of_regression
@pytest.mark.parametrize("off", [0.0, 1.0])
def test_a_target_that_never_varies_scores_as_in_scikit_learn(metric: Metric, off: float) -> None:
    y = np.full((10, 1), 4.0)
    answers = Answers(y, y + off)
    assert metric.value(answers) == SKLEARN[metric.key](answers)


@of_regression
def test_a_target_that_never_varies_beside_one_that_does_scores_as_in_scikit_learn(metric: Metric) -> None:
    y = np.stack([np.arange(10.0), np.full(10, 4.0)], axis=1)
    answers = Answers(y, y + np.array([0.5, 0.25]))
    assert metric.value(answers) == pytest.approx(SKLEARN[metric.key](answers), rel=1e-12)


# -- on their own --------------------------------------------------------------------------------------


def perfect(task: str) -> Answers:
    if task == "regression":
        y = np.random.default_rng(11).normal(size=(50, 2))
        return Answers(y, y)
    y = np.arange(50) % (2 if task == "binary" else 4)
    return Answers(y, y, np.eye(y.max() + 1)[y], probabilities=True)


@every_case
def test_a_perfect_prediction_scores_best(metric: Metric, task: str) -> None:
    value = metric.value(perfect(task))
    assert (value, bool(np.signbit(value))) == (metric.best, False)  # -0.0 would be shown as -0


@every_case
def test_a_wrong_prediction_scores_worse(metric: Metric, task: str) -> None:
    right = perfect(task)
    wrong = Answers(right.y, right.predicted[::-1], None if right.scores is None else right.scores[::-1], True)
    lower_is_better = metric.best == 0.0
    assert (metric.value(wrong) > metric.best) == lower_is_better
    assert metric.value(wrong) != metric.best


def test_all_scores_alike_are_worth_a_coin_toss() -> None:
    answers = Answers(np.array([0, 1, 1, 0]), np.zeros(4, int), np.full((4, 2), 0.5), probabilities=True)
    assert roc_auc(answers) == 0.5


@pytest.mark.parametrize("classes", [2, 3])
def test_without_two_sides_there_is_no_area_under_the_curve(classes: int) -> None:
    answers = Answers(np.zeros(4, int), np.zeros(4, int), np.full((4, classes), 1 / classes), probabilities=True)
    assert np.isnan(roc_auc(answers))


def test_a_class_that_neither_occurs_nor_is_answered_does_not_count() -> None:
    scores = np.eye(5)[[0, 0, 1, 1]]
    answers = Answers(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), scores, probabilities=True)
    assert [METRICS[key].value(answers) for key in ("precision", "recall", "f1")] == [1.0, 1.0, 1.0]


# -- the report ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_a_report_holds_every_metric_of_the_task(task: str) -> None:
    answers = perfect(task)
    wanted = {part.key: part.value(answers) for part in METRICS if task in part.tasks}
    assert report(answers, task) == wanted


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_scores_that_are_no_probabilities_have_no_log_loss(task: str) -> None:
    right = perfect(task)
    scores = report(Answers(right.y, right.predicted, right.scores), task)
    assert set(report(right, task)) - set(scores) == {"log_loss"}


@pytest.mark.parametrize("task", TASKS)
def test_the_metrics_measured_all_along_are_the_live_ones_of_the_task(task: str) -> None:
    found = metrics_for(task)
    assert found == [part for part in METRICS if task in part.tasks and part.live]
    assert found


@every_metric
def test_only_a_live_metric_is_measured_all_along(metric: Metric) -> None:
    assert any(metric in metrics_for(task) for task in TASKS) == metric.live


def test_numbers_have_no_classes() -> None:
    assert [perfect(task).classes for task in TASKS] == [2, 4, 0]
