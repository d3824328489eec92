"""Data sets, splits, scalings and one's own arrays."""

import operator
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from engine import DataError, Dataset, DataSpec, load_data
from engine.data import bundled
from engine.data.dataset import SCALES
from engine.data.sources import SOURCES, Source

every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda part: part.key)
# Four rows do not make two parts of every class.
divisible = pytest.mark.parametrize("source", [s for s in SOURCES if not s.starts], ids=lambda part: part.key)
generators = pytest.mark.parametrize("source", [s for s in SOURCES if s.generate], ids=lambda part: part.key)
ROOT = Path(__file__).parents[2]
PARTS = ("x_train", "y_train", "x_test", "y_test")


def load(source: Source, **settings: Any) -> Dataset:
    return load_data(DataSpec(source=source.key, features=None, **settings))


def whole(data: Dataset, name: str) -> Any:
    """``x`` or ``y`` of all rows, in the order of the original table."""
    train, test = getattr(data, f"{name}_train"), getattr(data, f"{name}_test")
    return np.concatenate([train, test])[np.argsort(np.concatenate([data.rows_train, data.rows_test]))]


# -- every source ------------------------------------------------------------------------------------


@every_source
def test_every_number_is_finite(source: Source) -> None:
    data = load(source)
    assert all(np.isfinite(getattr(data, part)).all() for part in PARTS)


@every_source
def test_every_input_has_a_name(source: Source) -> None:
    data = load(source)
    assert len(set(data.names)) == data.x_train.shape[1] == data.x_test.shape[1]


@every_source
def test_the_task_is_one_the_source_announces(source: Source) -> None:
    assert load(source).task in source.tasks


@every_source
def test_every_class_has_a_label_and_rows_to_learn_from(source: Source) -> None:
    data = load(source)
    found = () if data.task == "regression" else tuple(np.unique(data.y_train))
    assert found == tuple(range(len(data.classes)))


@every_source
def test_inputs_are_float32_and_classes_are_indices(source: Source) -> None:
    data = load(source)
    expected = np.float32 if data.task == "regression" else np.int64
    assert (data.x_train.dtype, data.y_train.dtype) == (np.float32, expected)


@every_source
def test_the_columns_to_start_with_exist(source: Source) -> None:
    data = load_data(DataSpec(source=source.key))
    assert data.names == (source.features or data.columns)


@every_source
def test_the_same_seed_gives_the_same_data(source: Source) -> None:
    first, second = load(source, seed=3), load(source, seed=3)
    assert all(np.array_equal(getattr(first, part), getattr(second, part)) for part in PARTS)


@divisible
def test_another_seed_holds_out_other_rows(source: Source) -> None:
    assert set(load(source, seed=3).rows_test) != set(load(source, seed=4).rows_test)


@generators
def test_a_generator_makes_as_many_points_as_asked_for(source: Source) -> None:
    data = load(source, samples=123)
    assert len(data.x_train) + len(data.x_test) == 123


@pytest.mark.parametrize("source", [s for s in SOURCES if "classes" in s.settings], ids=lambda part: part.key)
@pytest.mark.parametrize("classes", [2, 5])
def test_a_generator_makes_as_many_classes_as_asked_for(source: Source, classes: int) -> None:
    assert len(load(source, classes=classes).classes) == classes


@generators
def test_noise_scatters_the_points(source: Source) -> None:
    quiet, noisy = (whole(load(source, noise=noise, scale="none"), "x") for noise in (0.0, 0.5))
    targets = [whole(load(source, noise=noise, scale="none"), "y") for noise in (0.0, 0.5)]
    assert not (np.array_equal(quiet, noisy) and np.array_equal(*targets))


GATES = {"and_gate": operator.and_, "or_gate": operator.or_, "xor_gate": operator.xor}


@pytest.mark.parametrize("key", GATES)
def test_a_gate_is_its_truth_table_with_all_four_rows_to_learn_from(key: str) -> None:
    data = load_data(DataSpec(source=key))
    found = {(*map(int, x), int(data.classes[y])) for x, y in zip(data.x_train, data.y_train, strict=True)}
    assert found == {(a, b, GATES[key](a, b)) for a in (0, 1) for b in (0, 1)}
    assert (len(data.x_train), len(data.x_test)) == (4, 0)


def test_a_gate_brings_its_settings_and_takes_them_along() -> None:
    gate = DataSpec(test_fraction=0.5, scale="minmax").edited(source="or_gate")
    assert (gate.test_fraction, gate.scale) == (0.0, "none")
    assert DataSpec(source="or_gate", scale="minmax").scale == "minmax"
    assert gate.edited(source="iris") == DataSpec()


# -- split -------------------------------------------------------------------------------------------


@every_source
def test_no_row_is_lost_or_in_both_parts(source: Source) -> None:
    data = load(source)
    rows = np.concatenate([data.rows_train, data.rows_test])
    np.testing.assert_array_equal(np.sort(rows), np.arange(len(rows)))


@divisible
@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.9])
def test_every_class_gives_its_share_to_the_test_part(source: Source, fraction: float) -> None:
    data = load(source, test_fraction=fraction)
    y = whole(data, "y")
    groups = [y == k for k in range(len(data.classes))] or [np.ones(len(y), bool)]
    held_out = [int(np.isin(data.rows_test, np.flatnonzero(group)).sum()) for group in groups]
    assert all(abs(held - fraction * group.sum()) <= 0.5 for held, group in zip(held_out, groups, strict=True))


@every_source
def test_the_parts_are_shuffled(source: Source) -> None:
    rows = load(source).rows_train
    assert not np.array_equal(rows, np.sort(rows))


def test_a_class_with_a_single_row_is_learned_from() -> None:
    data = Dataset.from_arrays(np.arange(10.0)[:, None], [0] * 9 + [1], test_fraction=0.9)
    assert 1 in data.y_train


# -- the example that everything begins with ----------------------------------------------------------


@pytest.mark.parametrize("path", [bundled._iris_file(), None], ids=["from the file", "from the library"])
def test_the_flowers_are_those_of_scikit_learn(path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "_iris_file", lambda: path)
    table, peer = bundled.iris.__wrapped__(), load_iris()
    assert np.array_equal(table.x, peer.data)
    assert np.array_equal(table.y, peer.target)
    assert (list(table.columns), list(table.classes)) == (peer.feature_names, list(peer.target_names))
    assert not table.x.flags.writeable


def test_the_flowers_are_there_without_a_library_that_takes_a_second_to_load() -> None:
    code = "import sys; from engine import DataSpec, load_data; load_data(DataSpec()); print('sklearn' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "False\n"


# -- scaling -----------------------------------------------------------------------------------------

PEERS = {"standard": StandardScaler, "minmax": MinMaxScaler}


@divisible
@pytest.mark.parametrize("scale", PEERS)
def test_inputs_are_scaled_as_scikit_learn_fitted_on_the_training_rows_does(source: Source, scale: str) -> None:
    raw, scaled = load(source, scale="none"), load(source, scale=scale)
    theirs = PEERS[scale]().fit(raw.x_train.astype(float)).transform(raw.x_test.astype(float))
    np.testing.assert_allclose(scaled.x_test, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("scale", PEERS)
def test_a_number_to_predict_is_scaled_by_the_training_rows_too(scale: str) -> None:
    raw, scaled = load(SOURCES["diabetes"], scale="none"), load(SOURCES["diabetes"], scale=scale)
    theirs = PEERS[scale]().fit(raw.y_train.astype(float)).transform(raw.y_test.astype(float))
    np.testing.assert_allclose(scaled.y_test, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("scale", PEERS)
def test_what_is_held_out_does_not_change_the_scaling(scale: str) -> None:
    x = np.random.default_rng(0).normal(size=(40, 2))
    first = Dataset.from_arrays(x, np.arange(40.0), test_fraction=0.5, scale=scale)
    changed = x.copy()
    changed[first.rows_test] += 1000.0
    second = Dataset.from_arrays(changed, np.arange(40.0), test_fraction=0.5, scale=scale)
    np.testing.assert_array_equal(first.x_train, second.x_train)


@pytest.mark.parametrize("scale", [key for key, _ in SCALES])
def test_a_scaling_can_be_undone(scale: str) -> None:
    data, raw = load(SOURCES["wine"], scale=scale), load(SOURCES["wine"], scale="none")
    np.testing.assert_allclose(data.x_scaling.undo(data.x_train), raw.x_train, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("scale", PEERS)
@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6 + 0.1])
def test_a_constant_column_is_only_shifted(scale: str, constant: float) -> None:
    data = Dataset.from_arrays(np.full((7, 1), constant), np.arange(7.0), scale=scale)
    np.testing.assert_allclose(data.x_train, np.zeros((7, 1)), atol=1e-6)


# -- one's own arrays --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "task", "classes"),
    [
        ([0, 1, 1, 0], "binary", ("0", "1")),
        ([3, 7, 9, 3], "multiclass", ("3", "7", "9")),
        ([True, False, True, True], "binary", ("False", "True")),
        (["cat", "dog", "cat", "eel"], "multiclass", ("cat", "dog", "eel")),
        ([0.5, 1.5, 2.0, 1.0], "regression", ()),
        ([[0.5, 1.0], [1.5, 2.0], [2.0, 3.0], [1.0, 4.0]], "regression", ()),
        ([[0], [1], [1], [0]], "binary", ("0", "1")),
    ],
    ids=["whole numbers", "any whole numbers", "yes or no", "text", "numbers", "two targets", "a column of classes"],
)
def test_the_kind_of_target_tells_the_task(y: Any, task: str, classes: tuple[str, ...]) -> None:
    data = Dataset.from_arrays(np.zeros((4, 2)), y)
    assert (data.task, data.classes) == (task, classes)


def test_whole_numbers_are_predicted_as_numbers_when_asked_for() -> None:
    assert Dataset.from_arrays(np.zeros((3, 1)), [1, 2, 3], task="regression").task == "regression"


def test_arrays_are_taken_as_they_are_unless_more_is_asked_for() -> None:
    x = np.arange(12.0).reshape(6, 2)
    data = Dataset.from_arrays(x, np.arange(6.0))
    np.testing.assert_array_equal(x[data.rows_train], data.x_train)


def test_classes_stay_with_their_rows() -> None:
    y = np.array(["b", "a", "c", "a", "b", "c"])
    data = Dataset.from_arrays(np.arange(6.0)[:, None], y, test_fraction=0.5)
    np.testing.assert_array_equal([data.classes[k] for k in data.y_train], y[data.rows_train])


@pytest.mark.parametrize("scale", [key for key, _ in SCALES])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_arrays_given_are_never_changed(scale: str, dtype: type) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 20, 1)).astype(dtype)
    before = x.copy(), y.copy()
    data = Dataset.from_arrays(x, y, scale=scale, test_fraction=0.3)
    data.x_train[:] = data.y_train[:] = 0.0
    np.testing.assert_array_equal((x, y), before)


ONE = np.ones((4, 1))
NUMBERS = [0.0, 1.0, 2.0, 3.0]
REFUSED: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "one dimension": ([1.0, 2.0], [0.0, 1.0], {}, "two dimensions"),
    "three dimensions": (np.zeros((2, 2, 2)), [0.0, 1.0], {}, "two dimensions"),
    "rows that do not match": (ONE, [0.0, 1.0], {}, "4 rows but y has 2"),
    "one row": ([[1.0]], [1.0], {}, "at least 2 rows"),
    "no rows": (np.empty((0, 2)), np.empty(0), {}, "at least 2 rows"),
    "no columns": (np.empty((4, 0)), NUMBERS, {}, "input column"),
    "rows of different lengths": ([[1.0], [1.0, 2.0]], [0.0, 1.0], {}, "row"),
    "text for numbers": ([["a"], ["b"]], [0.0, 1.0], {}, "number"),
    "text to predict as a number": (ONE, list("abcd"), {"task": "regression"}, "number"),
    "NaN in x": ([[1.0], [np.nan], [1.0], [1.0]], NUMBERS, {}, "row 2, column 'x1'"),
    "infinity in x": ([[1.0], [1.0], [np.inf], [1.0]], NUMBERS, {}, "row 3, column 'x1'"),
    "a number too large for float32": ([[1.0], [1e39], [1.0], [1.0]], NUMBERS, {}, "row 2, column 'x1'"),
    "NaN in y": (ONE, [0.0, np.nan, 1.0, 1.0], {}, "row 2, target 'y'"),
    "NaN among classes": (ONE, [0.0, 1.0, np.nan, 1.0], {"task": "binary"}, "row 3, target 'y'"),
    "a single class": (ONE, [1, 1, 1, 1], {}, "only one class"),
    "too few names": (np.ones((4, 2)), NUMBERS, {"names": ("a",)}, "name"),
    "too few class labels": (ONE, [0, 1, 2, 2], {"classes": ("a", "b")}, "class"),
    "a scale that does not exist": (ONE, NUMBERS, {"scale": "log"}, "standard, minmax, robust, none"),
    "a test share above all": (ONE, NUMBERS, {"test_fraction": 2.0}, "between 0 and"),
    "a test share below nothing": (ONE, NUMBERS, {"test_fraction": -0.5}, "between 0 and"),
}


@pytest.mark.parametrize(("x", "y", "settings", "words"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_arrays_that_cannot_be_used_are_refused_in_words(x: Any, y: Any, settings: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Dataset.from_arrays(x, y, **settings)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"no column 'height'.*sepal length"):
        load_data(DataSpec(source="iris", features=("height",)))


def test_no_column_at_all_is_refused() -> None:
    with pytest.raises(DataError, match="switch on at least one"):
        load_data(DataSpec(source="iris", features=()))


def test_columns_come_in_the_order_asked_for() -> None:
    names = ("petal width (cm)", "sepal length (cm)")
    data, everything = (load_data(DataSpec(features=f, scale="none")) for f in (names, None))
    np.testing.assert_array_equal(data.x_train, everything.x_train[:, [everything.names.index(n) for n in names]])


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="train and test"):
        load(SOURCES["iris"]).part("validation")


@pytest.mark.parametrize(
    ("source", "outputs", "shape"), [("iris", 3, (105, 3)), ("moons", 1, (210, 1)), ("moons", 2, (210, 2))]
)
def test_targets_and_labels_are_inverse(source: str, outputs: int, shape: tuple[int, int]) -> None:
    data = load(SOURCES[source])
    targets = data.targets(data.y_train, outputs)
    assert (targets.shape, np.array_equal(data.labels(targets), data.y_train)) == (shape, True)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([None, "a"], "row 1, target 'y' is missing"),
        (["a", float("nan")], "row 2, target 'y' is missing"),
        ([True, None], "row 2, target 'y' is missing"),
        ([{}, {}], "must be all of one kind"),
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused_in_a_sentence(y: list[Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        Dataset.from_arrays([[0.0], [1.0]], y)


def test_a_regression_on_what_is_no_number_is_refused_in_a_sentence() -> None:
    with pytest.raises(DataError, match="y must be numbers for a regression"):
        Dataset.from_arrays([[0.0], [1.0]], [{}, {}], task="regression")
