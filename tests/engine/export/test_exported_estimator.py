"""The exported estimator keeps to what scikit-learn expects of one."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from exported_cases import made
from exported_tables import TABLE
from pandas import DataFrame, read_csv
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import accuracy_score, get_scorer, r2_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from engine import Experiment, Trainer
from engine.experiment import DataSpec
from engine.export.proof import sample_rows
from engine.export.sklearn_estimator import classes_as_read
from engine.export.source import import_script
from engine.export.targets import EXPORTS
from engine.export.writing import write_export
from engine.project import Project


def written(project: Project, folder: Path) -> ModuleType:
    return import_script(write_export(project, EXPORTS["sklearn"], folder / "net.py")[0])


def trained(source: str, folder: Path) -> tuple[Any, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The estimator of a network that has learned, the columns as an array, and what is right."""
    trainer = Trainer(Experiment(data=DataSpec(source=source)).with_value("training.epochs", 30))
    trainer.run()
    data = trainer.data
    estimator = written(Project.of(trainer.checkpoint()), folder).TrainedNetwork()
    x = data.values("test")
    y = np.array(data.classes)[data.y_test] if data.classes else data.y_scaling.undo(data.y_test)[:, 0]
    return estimator, x, y


def test_a_classifier_scores_and_goes_into_pipelines(tmp_path: Path) -> None:
    network, x, y = trained("iris", tmp_path)
    assert is_classifier(network)
    assert network.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert network.score(x, y) == accuracy_score(y, network.predict(x)) > 0.8
    pipeline = make_pipeline(FunctionTransformer(), network).fit(x, y)
    assert np.array_equal(pipeline.predict_proba(x), network.predict_proba(x))
    assert np.array_equal(cross_val_predict(network, x, y, cv=3), network.predict(x))
    shares = cross_val_predict(network, x, y, cv=3, method="predict_proba")
    assert shares == pytest.approx(network.predict_proba(x))
    assert get_scorer("roc_auc_ovr")(network, x, y) > 0.9


def test_a_regressor_scores(tmp_path: Path) -> None:
    network, x, y = trained("diabetes", tmp_path)
    assert is_regressor(network)
    assert network.predict(x).shape == y.shape
    assert network.score(x, y) == r2_score(y, network.predict(x)) > 0.2


def test_it_is_fitted_copied_and_named(tmp_path: Path) -> None:
    network, x, y = trained("iris", tmp_path)
    check_is_fitted(network)
    assert network.get_params() == {}
    assert np.array_equal(clone(network).predict(x), network.predict(x))
    assert network.n_features_in_ == 2
    assert network.feature_names_in_.tolist() == ["petal length (cm)", "petal width (cm)"]
    assert network.fit(x, y) is network


def test_a_frame_may_have_other_columns_in_any_order_and_gaps(tmp_path: Path) -> None:
    project = made("means and indicators")
    network = written(project, tmp_path).TrainedNetwork()
    (path := tmp_path / "table.csv").write_text(TABLE, "utf-8")
    table = read_csv(path)
    found = network.predict_proba(table[table.columns[::-1]])
    rows = [row for row in sample_rows(project) if row["port"] in (None, "C", "Q", "S")][: len(table)]
    assert found == pytest.approx(project.predictor.answers_to_rows(rows).numbers, abs=1e-5)


def test_what_does_not_suit_it_is_refused(tmp_path: Path) -> None:
    network = written(made("iris"), tmp_path).TrainedNetwork()
    with pytest.raises(ValueError, match=r"X has the shape \(4, 3\), not \(rows, 2\)"):
        network.predict(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"there is no column 'petal width \(cm\)'"):
        network.fit(DataFrame({"petal length (cm)": [1.0]}))
    with pytest.raises(ValueError, match=r"row 1: the column 'petal length \(cm\)' has no value"):
        network.predict([[np.nan, 1.0]])


X = np.random.default_rng(0).normal(5, 20, (40, 3))


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("classes in another order", ["ja", "nein"]),
        ("classes that are numbers", [0, 1]),
        ("classes that are true", [False, True]),
    ],
)
def test_classes_are_sorted_and_of_the_type_that_tables_have(name: str, classes: list[Any], tmp_path: Path) -> None:
    module = written(made(name), tmp_path)
    network = module.TrainedNetwork()
    assert network.classes_.tolist() == classes
    likeliest = network.classes_[network.predict_proba(X).argmax(axis=1)]
    assert np.array_equal(network.predict(X), likeliest)
    assert set(network.predict(X).tolist()) == set(classes)


@pytest.mark.parametrize("name", ["scores in another order", "hinge for binary", "output tanh for binary"])
def test_the_second_of_two_classes_is_chosen_above_zero(name: str, tmp_path: Path) -> None:
    network = written(made(name), tmp_path).TrainedNetwork()
    chosen = network.classes_[(network.decision_function(X) > 0).astype(int)]
    assert np.array_equal(network.predict(X), chosen)
    assert not hasattr(network, "predict_proba")


def test_scores_of_more_classes_rank_them(tmp_path: Path) -> None:
    network = written(made("hinge for multiclass"), tmp_path).TrainedNetwork()
    assert np.array_equal(network.predict(X), network.classes_[network.decision_function(X).argmax(axis=1)])


def test_several_numbers_have_a_column_each(tmp_path: Path) -> None:
    assert written(made("several targets"), tmp_path).TrainedNetwork().predict(X[:, :2]).shape == (40, 2)


@pytest.mark.parametrize(
    ("labels", "read"),
    [
        (("1", "2", "10"), (1, 2, 10)),
        (("1.5", "2"), (1.5, 2.0)),
        (("01", "2"), ("01", "2")),
        (("1", "many"), ("1", "many")),
        (("inf", "1"), ("inf", "1")),
        (("False", "True"), (False, True)),
        (("no", "yes"), ("no", "yes")),
    ],
)
def test_classes_are_as_pandas_reads_them(labels: tuple[str, ...], read: tuple[Any, ...]) -> None:
    found = classes_as_read(labels)
    assert (found, [type(each) for each in found]) == (read, [type(each) for each in read])
