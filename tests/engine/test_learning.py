"""What networks learn, by the rules that have a name of their own too, and how well they say they do."""

from statistics import median
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
    top_k_accuracy_score,
)

from engine import Dataset, Experiment, Trainer

# -- bundled data ------------------------------------------------------------------------------------


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


# -- the perceptron rule -----------------------------------------------------------------------------


def perceptron(classes: int, **training: Any) -> Trainer:
    """Step units without a hidden layer, on clouds that lines can tell apart."""
    description = {
        "data": {"source": "blobs", "classes": classes, "noise": 0.1, "scale": "none"},
        "network": {"layers": [], "output": {"activation": "step"}},
        "training": {"optimizer": {"kind": "gradient_descent", "learning_rate": 0.25}, "batch_size": 1, **training},
    }
    return Trainer(Experiment.model_validate(description), dtype=np.float64)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_step_of_one_row_is_the_perceptron_rule(classes: int) -> None:
    trainer = perceptron(classes)
    w, b = trainer.network.weights[0].copy(), trainer.network.biases[0].copy()
    for _ in range(2 * trainer.steps_per_epoch):
        x, y, _ = (part if part is None else part[..., 0] for part in trainer.batches.current(1))
        a = np.where(x[:-1] @ w + b >= 0.0, 1.0, 0.0)
        w += 0.25 * np.outer(x[:-1], y - a)
        b += 0.25 * (y - a)
        trainer.step()
    np.testing.assert_allclose(trainer.network.weights[0], w, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(trainer.network.biases[0], b, rtol=1e-12, atol=1e-14)


def test_the_perceptron_rule_ends_without_an_error_where_a_line_tells_the_classes_apart() -> None:
    trainer = perceptron(2)
    trainer.run()
    scores = trainer.evaluate("train"), trainer.evaluate("test")["accuracy"]
    assert scores == ({"loss": 0.0, "accuracy": 1.0}, 1.0)


def test_the_perceptron_rule_moves_nothing_when_every_answer_is_right() -> None:
    trainer = perceptron(2)
    trainer.run()
    before = trainer.network.parameters.copy()
    trainer.run(epochs=2)
    np.testing.assert_array_equal(trainer.network.parameters, before)


# -- L-BFGS ------------------------------------------------------------------------------------------


def quasi_newton(source: str, units: list[int], **training: Any) -> Trainer:
    description = {
        "data": {"source": source},
        "network": {"layers": [{"units": count} for count in units]},
        "training": {"optimizer": {"kind": "lbfgs"}, **training},
    }
    return Trainer(Experiment.model_validate(description), dtype=np.float64)


def test_a_step_of_lbfgs_takes_all_rows() -> None:
    trainer = quasi_newton("iris", [8])
    before = trainer.evaluate("train")["loss"]
    assert (trainer.step(), trainer.epochs_done, trainer.steps_per_epoch) == (pytest.approx(before), 1, 1)


def test_a_step_of_lbfgs_takes_all_rows_when_it_is_chosen_within_an_epoch() -> None:
    trainer = quasi_newton("iris", [8], optimizer={"kind": "adam"})
    trainer.train(steps=6)
    trainer.reconfigure(trainer.experiment.with_value("training.optimizer.kind", "lbfgs"))
    before = trainer.evaluate("train")["loss"]
    assert trainer.step() == pytest.approx(before)


@pytest.mark.parametrize("rate", [1.0, 100.0])
@pytest.mark.parametrize("penalty", [0.0, 0.01])
@pytest.mark.parametrize("source", ["iris", "moons", "diabetes"])
def test_the_loss_of_lbfgs_never_rises(source: str, penalty: float, rate: float) -> None:
    trainer, seen = quasi_newton(source, [8], l2=penalty, optimizer={"kind": "lbfgs", "learning_rate": rate}), []
    for _ in range(60):
        added = trainer.penalty
        seen.append(trainer.step() + added)
    assert (max(np.diff(seen)) <= 1e-12, seen[-1] < 0.7 * seen[0]) == (True, True)


def searching(kind: str, **settings: Any) -> Trainer:
    """A network behind a stage of a kind, with a step so long that a line search tries several lengths."""
    described = {"network": {"layers": [{"kind": kind}, {}]}, "training": {"optimizer": {"kind": "lbfgs", **settings}}}
    experiment = Experiment.model_validate(described).with_value("training.optimizer.learning_rate", 1000.0)
    return Trainer(experiment, dtype=np.float64)


RESTLESS = pytest.mark.parametrize("kind", ["dropout", "gaussian_noise", "batch_norm"])


@RESTLESS
def test_a_line_search_draws_no_new_noise_and_moves_no_statistics(kind: str) -> None:
    searched, direct = searching(kind), searching(kind, line_search=False)
    searched.step()
    direct.step()
    one, other = searched.network, direct.network
    assert one.noise.bit_generator.state == other.noise.bit_generator.state
    np.testing.assert_array_equal(one.statistics, other.statistics)


@RESTLESS
def test_a_line_search_compares_losses_under_the_same_noise(kind: str) -> None:
    trainer = searching(kind)
    state = trainer.state()
    before = trainer.step()
    # The same step once more, noise and all, but at the weights it has led to.
    trainer.restore({**state, "parameters": trainer.network.parameters.copy()})
    assert trainer.step() < before


def test_lbfgs_finds_the_least_squares() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(80, 5)) * (1.0, 3.0, 10.0, 0.3, 1.0)
    data = Dataset.from_arrays(x, x @ rng.normal(size=5) + rng.normal(size=80))
    linear = Experiment.model_validate({"network": {"layers": []}, "training": {"optimizer": {"kind": "lbfgs"}}})
    trainer = Trainer(linear, data, np.float64)
    trainer.train(steps=40)
    design = np.hstack([data.x_train, np.ones((80, 1))]).astype(np.float64)
    best = np.linalg.lstsq(design, data.y_train.astype(np.float64), rcond=None)[0]
    np.testing.assert_allclose(trainer.network.weights[0], best[:-1], rtol=1e-5)
    np.testing.assert_allclose(trainer.network.biases[0], best[-1], rtol=1e-5)


# -- how well they say they do -----------------------------------------------------------------------


def trained(steps: int, experiment: Experiment) -> Trainer:
    trainer = Trainer(experiment)
    trainer.train(steps=steps)
    return trainer


PART = pytest.mark.parametrize("part", ["train", "test"])


@PART
def test_classes_are_scored_as_scikit_learn_scores_the_predictions(part: str) -> None:
    trainer = trained(30, Experiment())
    x, y = trainer.data.part(part)
    p = trainer.predict(x).astype(float)
    theirs = {"loss": log_loss(y, p / p.sum(axis=1, keepdims=True)), "accuracy": accuracy_score(y, p.argmax(axis=1))}
    assert trainer.evaluate(part) == pytest.approx(theirs, rel=1e-5)


@PART
def test_yes_or_no_is_scored_as_scikit_learn_scores_the_predictions(part: str) -> None:
    trainer = trained(30, Experiment.model_validate({"data": {"source": "moons", "noise": 0.3}}))
    x, y = trainer.data.part(part)
    p = trainer.predict(x)[:, 0].astype(float)
    assert trainer.evaluate(part) == pytest.approx({"loss": log_loss(y, p), "accuracy": np.mean((p > 0.5) == y)}, 1e-5)


@PART
def test_a_number_is_scored_as_scikit_learn_scores_the_predictions_in_the_users_units(part: str) -> None:
    trainer = trained(30, Experiment.model_validate({"data": {"source": "diabetes"}}))
    x, y = trainer.data.part(part)
    p, undo = trainer.predict(x), trainer.data.y_scaling.undo
    theirs = {"r2": r2_score(undo(y), undo(p)), "mae": mean_absolute_error(undo(y), undo(p))}
    assert trainer.evaluate(part) == pytest.approx({"loss": mean_squared_error(y, p), **theirs}, rel=1e-5)


@PART
@pytest.mark.parametrize("source", ["iris", "moons", "wine"])
def test_a_report_on_classes_is_that_of_scikit_learn(source: str, part: str) -> None:
    trainer = trained(6, Experiment.model_validate({"data": {"source": source, "noise": 0.4}}))
    x, y = trainer.data.part(part)
    outputs = trainer.predict(x).astype(float)
    binary = outputs.shape[1] == 1
    p = np.hstack([1.0 - outputs, outputs]) if binary else outputs / outputs.sum(axis=1, keepdims=True)
    said, mean = p.argmax(axis=1), {"average": "binary" if binary else "macro", "zero_division": 0.0}
    theirs = {
        "loss": log_loss(y, p),
        "log_loss": log_loss(y, p),
        "accuracy": accuracy_score(y, said),
        "precision": precision_score(y, said, **mean),
        "recall": recall_score(y, said, **mean),
        "f1": f1_score(y, said, **mean),
        "roc_auc": roc_auc_score(y, p[:, 1] if binary else p, multi_class="ovr"),
    }
    for k in () if binary else (2, 3):
        theirs[f"top_{k}_accuracy"] = 1.0 if k == 3 else top_k_accuracy_score(y, p, k=k)
    by_class = {"average": None, "zero_division": 0.0}
    arrays = {
        "precision_by_class": precision_score(y, said, **by_class),
        "recall_by_class": recall_score(y, said, **by_class),
        "f1_by_class": f1_score(y, said, **by_class),
        "confusion_matrix": confusion_matrix(y, said),
    }
    ours = trainer.report(part)
    assert {key: ours[key] for key in theirs} == pytest.approx(theirs, rel=1e-5)
    assert [key for key in arrays if not np.allclose(ours[key], arrays[key])] == []
    assert ours.keys() == theirs.keys() | arrays.keys()


@PART
def test_a_report_on_a_number_is_that_of_scikit_learn(part: str) -> None:
    trainer = trained(30, Experiment.model_validate({"data": {"source": "diabetes"}}))
    x, y = trainer.data.part(part)
    p, truth = trainer.data.y_scaling.undo(trainer.predict(x)), trainer.data.y_scaling.undo(y)
    theirs = {"r2": r2_score(truth, p), "mae": mean_absolute_error(truth, p)}
    theirs |= {"rmse": root_mean_squared_error(truth, p), "loss": mean_squared_error(y, trainer.predict(x))}
    assert trainer.report(part) == pytest.approx(theirs, rel=1e-5)


def test_a_part_without_rows_has_no_report() -> None:
    assert Trainer(Experiment().with_value("data.test_fraction", 0.0)).report("test") == {}


@PART
@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "mean_squared_error", "binary_cross_entropy"])
def test_a_margin_says_yes_from_zero_on_and_a_probability_from_a_half(loss: str, part: str) -> None:
    trainer = trained(12, Experiment.model_validate({"data": {"source": "moons"}, "training": {"loss": loss}}))
    x, y = trainer.data.part(part)
    by_sign, by_half = (np.mean((trainer.predict(x)[:, 0] >= threshold) == y) for threshold in (0.0, 0.5))
    assert by_sign != by_half
    assert trainer.evaluate(part)["accuracy"] == pytest.approx(by_sign if "hinge" in loss else by_half)


def test_without_a_test_part_its_evaluation_is_empty() -> None:
    trainer = Trainer(Experiment().with_value("data.test_fraction", 0.0))
    assert (trainer.evaluate("test"), trainer.evaluation().outputs_test.shape) == ({}, (0, 3))


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="train and test"):
        Trainer(Experiment()).evaluate("validation")
