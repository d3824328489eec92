"""ONNX: one graph from the columns of a table to the answers, for the many programs that run such graphs."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.converting import as_dates, as_numbers
from engine.data.preparation import PreparedTarget
from engine.data.raw import Column, RawTable
from engine.export.layout import parts_of
from engine.export.onnx_graph import IR_VERSION, ML_DOMAIN, ML_OPSET, OPSET, Graph, add_network
from engine.export.onnx_preparation import add_inputs
from engine.export.target import ExportError, RawRow, Target
from engine.project import Project

# The format is limited to 2 GB; the preparation needs some of that.
_MOST_BYTES = 1_900_000_000
# Columns of these kinds are numbers in the graph, the others are words.
_NUMBERS = ("number", "date")


def _write(project: Project, stem: str) -> dict[str, bytes]:
    if find_spec("onnx") is None:
        raise ExportError("ONNX files are written with the package onnx, which is not here; run: pip install onnx")
    if project.network.parameters.nbytes > _MOST_BYTES:
        raise ExportError("an ONNX file holds less than 2 GB, and this network has more weights; export them as NumPy")
    import onnx  # noqa: PLC0415

    model = model_of(project, stem)
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return {f"{stem}.onnx": content}


def model_of(project: Project, name: str) -> Any:
    """The ONNX model of a trained network with the preparation of its data. Needs the package onnx."""
    from onnx import TensorProto, helper  # noqa: PLC0415

    preparation = project.preparation
    types = {
        column.name: TensorProto.DOUBLE if column.kind in _NUMBERS else TensorProto.STRING
        for column in preparation.columns
    }
    forms: list[tuple[Any, tuple[Any, ...]]]
    graph = Graph(set(types))
    names = _output_names(project, graph)
    x = add_inputs(graph, preparation, {name: name for name in types})
    outputs = _or_nothing(graph, add_network(graph, x, parts_of(project)), x)
    if preparation.target.classes:
        _add_classes(graph, project, outputs, *names)
        forms = [(TensorProto.STRING, ("rows",)), (TensorProto.FLOAT, ("rows", len(preparation.target.classes)))]
    else:
        _add_value(graph, preparation.target, outputs, *names)
        forms = [(TensorProto.DOUBLE, ("rows", len(preparation.target.shift)))]
    made = helper.make_graph(
        graph.nodes,
        name,
        [helper.make_tensor_value_info(name, type_, ["rows", 1]) for name, type_ in types.items()],
        [helper.make_tensor_value_info(name, *form) for name, form in zip(names, forms, strict=True)],
        graph.constants,
    )
    model = helper.make_model(
        made,
        producer_name="Glassbox",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML_DOMAIN, ML_OPSET)],
        doc_string=_about(project),
    )
    helper.set_model_props(model, _metadata(project))
    return model


def _output_names(project: Project, graph: Graph) -> tuple[str, ...]:
    """What comes out: the class and a number for each class, or the value; other words where a column has that name."""
    if not project.preparation.target.classes:
        return (graph.name("value"),)
    return graph.name("label"), graph.name("probabilities" if project.predictor.gives_probabilities else "outputs")


def _or_nothing(graph: Graph, outputs: str, x: str) -> str:
    """Outputs (rows, outputs), NaN in the rows whose inputs (rows, inputs) are not all finite numbers."""
    lacking = graph.op("ReduceSum", graph.op("Sub", x, x), graph.constant([1], np.int64), keepdims=1)
    return graph.op("Add", outputs, lacking)


def _add_value(graph: Graph, target: PreparedTarget, outputs: str, name: str) -> None:
    """Adds the way back to the user's units, (rows, outputs) double."""
    factor, shift = (graph.constant(each, np.float64) for each in (target.factor, target.shift))
    scaled = graph.op("Mul", graph.cast(outputs, np.float64), factor)
    if target.logarithmic:
        power = graph.op("Exp", graph.op("Add", scaled, shift))
        graph.op("Sub", power, graph.constant(1.0, np.float64), output=name)
    else:
        graph.op("Add", scaled, shift, output=name)


def _add_classes(graph: Graph, project: Project, outputs: str, label: str, numbers: str) -> None:
    """Adds the class of each row (rows,), "" for none, and a number for each class (rows, classes)."""
    if project.network.plan.layers[-1].units == 1:
        threshold = graph.constant(project.network.plan.loss.threshold, np.float32)
        yes = graph.cast(graph.op("GreaterOrEqual", outputs, threshold), np.int64)
        place = graph.op("Squeeze", yes, graph.constant([1], np.int64))
        no = graph.op("Sub", graph.constant(1.0, np.float32), outputs)
        graph.op("Concat", no, outputs, axis=1, output=numbers)
    else:
        place = graph.op("ArgMax", outputs, axis=1, keepdims=0)
        graph.op("Identity", outputs, output=numbers)
    words = graph.op("Gather", graph.constant(project.preparation.target.classes, object), place)
    none = graph.op("IsNaN", graph.op("ReduceSum", outputs, graph.constant([1], np.int64), keepdims=0))
    graph.op("Where", none, graph.constant("", object), words, output=label)


def _about(project: Project) -> str:
    """One paragraph for people, such as those who look at the graph in a viewer."""
    target = project.preparation.target
    answer = f"the class of '{target.name}'" if target.classes else f"'{target.name}' in its own units"
    return (
        "A network trained with Glassbox. It takes the columns of a table as they are, each (rows, 1): numbers as "
        "double, NaN for missing; dates as double, in seconds since 1970; words as strings, empty for missing. It "
        f"answers {answer}. A row that it cannot answer gives NaN and no class."
    )


def _metadata(project: Project) -> dict[str, str]:
    """What a program that uses the model may want to know, as JSON."""
    columns = [{"name": column.name, "kind": column.kind} for column in project.preparation.columns]
    return {
        "columns": json.dumps(columns, ensure_ascii=False),
        "target": project.preparation.target.name,
        "classes": json.dumps(project.preparation.target.classes, ensure_ascii=False),
    }


def _run(path: Path, rows: list[RawRow]) -> NDArray[Any]:
    feeds = feeds_of(path, rows)
    if find_spec("onnxruntime") is None:
        return by_reference(path, feeds)
    import onnxruntime  # noqa: PLC0415

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, feeds)[-1], np.float64)


def by_reference(path: Path, feeds: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """The numbers that a model answers, (rows, outputs), as ONNX's own reference calculates them, with NumPy alone."""
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    with np.errstate(all="ignore"):
        answers: Any = ReferenceEvaluator(str(path)).run(None, feeds)
        return np.asarray(answers[-1], np.float64)


def feeds_of(path: Path, rows: list[RawRow]) -> dict[str, NDArray[Any]]:
    """Raw rows as the tensors that a model of ours takes, each (rows, 1)."""
    import onnx  # noqa: PLC0415

    metadata = {each.key: each.value for each in onnx.load(path).metadata_props}
    columns: list[dict[str, str]] = json.loads(metadata["columns"])
    kinds = {column["name"]: column["kind"] for column in columns}
    raw = RawTable.from_rows(tuple(kinds), rows)
    return {column.name: _tensor(column, kinds[column.name]) for column in raw.columns}


def _tensor(column: Column, kind: str) -> NDArray[Any]:
    if kind in _NUMBERS:
        return (as_dates(column) if kind == "date" else as_numbers(column))[:, None]
    return np.array([[column.text(row)] for row in range(len(column.values))], object)


TARGET = Target(
    key="onnx",
    label="ONNX",
    suffix=".onnx",
    about="A graph that takes the columns of your table and gives the answers, for any program that runs ONNX.",
    write=_write,
    run=_run,
    requires="onnx",
    package="ONNX",
)
