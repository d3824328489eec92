"""ONNX: the graph answers raw rows in ONNX's own reference too, and says what it takes and gives."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exported_cases import CASES, difference, exported, made, numbers, project, rows_of, tolerance
from exported_tables import AWKWARD

from engine.activations import ACTIVATIONS
from engine.data.derived import TRANSFORMS
from engine.data.preparation import dates_in_parts
from engine.data.table_spec import DATE_PARTS
from engine.export import onnx_model
from engine.export.layout import Part
from engine.export.onnx_calendar import ONNX_DATE_PARTS, Calendar
from engine.export.onnx_graph import IR_VERSION, ONNX_ACTIVATIONS, ONNX_LAYERS, OPSET, Graph
from engine.export.onnx_model import TARGET, by_reference, feeds_of
from engine.export.onnx_preparation import ONNX_TRANSFORMS
from engine.export.target import TOLERANCE, ExportError
from engine.export.writing import write_export
from engine.layers import LAYERS, Dense

DAYS = ["0001-01-01", "1600-02-29", "1899-12-31", "1900-02-28", "1900-03-01", "1969-12-31", "1970-01-01", "2000-02-29"]
DAYS += ["2000-03-01", "2000-12-31", "2024-02-29", "2100-02-28", "2100-03-01", "2400-02-29", "9999-12-31"]

onnx = pytest.importorskip("onnx", reason="onnx is not installed, so no graph can be written")


def run_by_runtime(path: Path, feeds: dict[str, Any]) -> list[Any]:
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    return runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, feeds)


@pytest.mark.parametrize("name", CASES)
def test_the_reference_answers_raw_rows_as_the_network_does(name: str, tmp_path: Path) -> None:
    path = exported(name, TARGET, tmp_path)
    assert difference(name, by_reference(path, feeds_of(path, rows_of(name)))) <= tolerance(name)


def test_every_part_is_written() -> None:
    assert list(ONNX_ACTIVATIONS) == [each.key for each in ACTIVATIONS]
    assert list(ONNX_LAYERS) == list(LAYERS)
    assert list(ONNX_TRANSFORMS) == [each.key for each in TRANSFORMS]
    assert list(ONNX_DATE_PARTS) == [key for key, _ in DATE_PARTS]


def test_the_graph_says_what_it_takes_and_gives(tmp_path: Path) -> None:
    model = onnx.load(exported("categories, drop, one_hot", TARGET, tmp_path))
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, model.opset_import[0].version) == (IR_VERSION, OPSET)
    preparation = made("categories, drop, one_hot").preparation
    string, double = onnx.TensorProto.STRING, onnx.TensorProto.DOUBLE
    wanted = {column.name: string if column.labels else double for column in preparation.columns}
    assert {each.name: each.type.tensor_type.elem_type for each in model.graph.input} == wanted
    assert [each.name for each in model.graph.output] == ["label", "probabilities"]
    said = {each.key: each.value for each in model.metadata_props}
    assert json.loads(said["classes"]) == ["first", "second", "third"]
    assert [column["name"] for column in json.loads(said["columns"])] == list(wanted)
    assert "the class of 'kind'" in model.doc_string


@pytest.mark.parametrize(
    "name", ["no hidden layer", "output linear for binary", "hinge for binary", "names that are in use"]
)
def test_labels_are_those_of_the_network(name: str, tmp_path: Path) -> None:
    path = exported(name, TARGET, tmp_path)
    rows = rows_of(name)
    labels, _ = run_by_runtime(path, feeds_of(path, rows))
    assert tuple(labels) == made(name).predictor.answers_to_rows(rows).labels


def test_names_of_columns_are_kept_and_outputs_give_way(tmp_path: Path) -> None:
    model = onnx.load(exported("names that are in use", TARGET, tmp_path))
    assert [each.name for each in model.graph.input] == list(AWKWARD)
    assert [each.name for each in model.graph.output] == ["label_2", "probabilities_2"]


def test_outputs_that_are_no_probabilities_are_not_called_so(tmp_path: Path) -> None:
    model = onnx.load(exported("hinge for multiclass", TARGET, tmp_path))
    assert [each.name for each in model.graph.output] == ["label", "outputs"]


@pytest.mark.parametrize("column", ["wood", "grade", "smokes", "size"])
def test_a_row_that_cannot_be_answered_gives_no_number_and_no_class(column: str, tmp_path: Path) -> None:
    name = "categories, drop, one_hot"
    path = exported(name, TARGET, tmp_path)
    good = rows_of(name)[0]
    feeds = feeds_of(path, [{**good, column: None}, good])
    for found in (run_by_runtime(path, feeds)[1], by_reference(path, feeds)):
        assert np.isnan(found[0]).all()
        assert np.isfinite(found[1]).all()
    assert run_by_runtime(path, feeds)[0][0] == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_no_layer_makes_an_answer_of_what_is_no_number(value: float, tmp_path: Path) -> None:
    """A step gives 0 for NaN, and a tanh 1 for what is endless."""
    network = project(numbers("regression"), [Dense(activation="step"), Dense()])
    path = write_export(network, TARGET, tmp_path / "network.onnx")[0]
    feeds = feeds_of(path, [{"x1": value, "x2": 0.0, "x3": 0.0}, {"x1": 0.0, "x2": 0.0, "x3": 0.0}])
    for found in (run_by_runtime(path, feeds)[0], by_reference(path, feeds)):
        assert np.isnan(found).tolist() == [[True], [False]]


@pytest.mark.parametrize("word", ["Yes", "YES", "y", "true", "1", "1.0", "ja", "No", "F", "off", "0"])
def test_yes_and_no_are_known_in_all_words(word: str, tmp_path: Path) -> None:
    name = "categories, drop, one_hot"
    path = exported(name, TARGET, tmp_path)
    rows = [{**rows_of(name)[0], "smokes": word}]
    assert difference(name, by_reference(path, feeds_of(path, rows)), rows) <= TOLERANCE


@pytest.mark.parametrize("number", [1, 2.0, "3", "3.0", 4.5, "4.5"])
def test_numbers_that_are_categories_are_known_as_programs_write_them(number: Any, tmp_path: Path) -> None:
    name = "categories, drop, one_hot"
    path = exported(name, TARGET, tmp_path)
    rows = [{**rows_of(name)[0], "grade": number}]
    assert difference(name, by_reference(path, feeds_of(path, rows)), rows) <= TOLERANCE


def test_parts_of_dates_are_those_of_the_calendar(tmp_path: Path) -> None:
    seconds = np.array([np.datetime64(day, "s").astype(float) for day in DAYS])
    seconds = np.concatenate([seconds, seconds + 86_399.5, [-0.25, 0.0, np.nan]])
    parts = tuple(key for key, _ in DATE_PARTS)
    for found in run_graph(lambda graph, x: Calendar(graph, x).parts(parts), seconds[:, None], tmp_path):
        assert np.array_equal(found[:-1], dates_in_parts(seconds[:-1], parts))
        assert np.isnan(found[-1]).all()


@pytest.mark.parametrize("key", ONNX_ACTIVATIONS)
def test_activations_are_the_same_far_out(key: str, tmp_path: Path) -> None:
    z = np.array([[*(sign * 10.0**power for power in range(-6, 7) for sign in (-1, 1)), 0.0]], np.float32)
    part = Part(0, "dense", 1, 1, Dense(), key, 0.3, {})
    setting = ACTIVATIONS[key].setting
    wanted = ACTIVATIONS[key].tuned(Dense(**({setting: 0.3} if setting else {}))).value(z.T.copy(), None).T
    for found in run_graph(lambda graph, x: ONNX_ACTIVATIONS[key](graph, x, part), z, tmp_path):
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def run_graph(add: Callable[[Graph, str], str], x: np.ndarray, folder: Path) -> list[np.ndarray]:
    """What a part of a graph makes of x, in onnxruntime and in the reference."""
    graph = Graph({"x"})
    end = add(graph, "x")
    kind = onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
    ends = [onnx.helper.make_tensor_value_info(name, kind, [None, None]) for name in ("x", end)]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(graph.nodes, "part", ends[:1], ends[1:], graph.constants),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.save(model, folder / "part.onnx")
    return [run_by_runtime(folder / "part.onnx", {"x": x})[0], by_reference(folder / "part.onnx", {"x": x})]


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnx_model, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"pip install onnx$"):
        exported("no hidden layer", TARGET, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_network_too_large_for_the_format_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnx_model, "_MOST_BYTES", 50)
    with pytest.raises(ExportError, match="less than 2 GB"):
        exported("no hidden layer", TARGET, tmp_path)


def test_the_reference_runs_where_there_is_no_runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = "no hidden layer"
    path = exported(name, TARGET, tmp_path)
    monkeypatch.setattr(onnx_model, "find_spec", lambda package: None if package == "onnxruntime" else package)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert TARGET.run is not None
    assert difference(name, TARGET.run(path, rows_of(name))) <= TOLERANCE
