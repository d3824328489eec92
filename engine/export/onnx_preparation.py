"""The preparation of a table as a graph of ONNX: from a user's own columns to what the network is given, and back.

Numbers are calculated in double precision, as in the program, and rounded to single for the network.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import numpy as np

from engine.data.converting import MISSING, UNSEEN, number_in, say_yes_or_no, truth, words_that_say
from engine.data.preparation import NO_VALUE, Preparation, PreparedColumn
from engine.export.onnx_calendar import Calendar
from engine.export.onnx_graph import ML_DOMAIN, Graph


def add_inputs(graph: Graph, preparation: Preparation, columns: dict[str, str]) -> str:
    """Adds what turns columns, each (rows, 1), into inputs (rows, inputs) float32; gives their name.

    ``columns`` are the tensors by the name of the column: double for numbers and dates, texts for the others. What
    ``Preparation.inputs`` refuses becomes NaN.
    """
    blocks = [_variables(graph, columns[column.name], column) for column in preparation.columns]
    every = _joined(graph, blocks)
    places = {name: place for place, name in enumerate(preparation.variables)}
    chosen = every
    if preparation.features is not None and preparation.features != preparation.variables:
        chosen = _picked(graph, every, [places[name] for name in preparation.features])
    made = []
    for feature in preparation.derived:
        made_of = (_picked(graph, every, [places[name]]) for name in feature.columns)
        made.append(ONNX_TRANSFORMS[feature.kind](graph, *made_of))
    inputs = _joined(graph, [*([chosen] if preparation.features != () else []), *made])
    centred = graph.op("Sub", inputs, graph.constant(preparation.shift, np.float64, "shift"))
    scaled = graph.op("Div", centred, graph.constant(preparation.factor, np.float64, "factor"))
    return graph.cast(scaled, np.float32)


def _joined(graph: Graph, blocks: list[str]) -> str:
    return blocks[0] if len(blocks) == 1 else graph.op("Concat", *blocks, axis=1)


def _picked(graph: Graph, block: str, places: list[int]) -> str:
    return graph.op("Gather", block, graph.constant(places, np.int64), axis=1)


def _wave(kind: str) -> Callable[..., str]:
    return lambda graph, x: graph.op(kind, graph.op("Mul", x, graph.constant(2.0 * np.pi, np.float64)))


# How each derived feature is written: (graph, columns …) -> the name of the feature. The same keys as ``TRANSFORMS``.
ONNX_TRANSFORMS: dict[str, Callable[..., str]] = {
    "square": lambda graph, x: graph.op("Mul", x, x),
    "cube": lambda graph, x: graph.op("Mul", graph.op("Mul", x, x), x),
    "product": lambda graph, x, y: graph.op("Mul", x, y),
    "sine": _wave("Sin"),
    "cosine": _wave("Cos"),
}


def _variables(graph: Graph, value: str, column: PreparedColumn) -> str:
    """The variables (rows, variables) of a column (rows, 1), double."""
    made, lacking = (_of_words if column.labels else _of_numbers)(graph, value, column)
    return graph.op("Concat", made, graph.cast(lacking, np.float64), axis=1) if column.indicator else made


def _of_numbers(graph: Graph, value: str, column: PreparedColumn) -> tuple[str, str]:
    """The variables of a number or a date, and which rows have none."""
    if column.zeros_missing:
        zero = graph.op("Equal", value, graph.constant(0.0, np.float64))
        value = graph.op("Where", zero, graph.constant(np.nan, np.float64), value)
    lacking = graph.op("IsNaN", value)
    if column.fill is not None:
        value = graph.op("Where", lacking, graph.constant(column.fill, np.float64, f"fill {column.name}"), value)
    return (Calendar(graph, value).parts(column.date_parts) if column.kind == "date" else value), lacking


def _of_words(graph: Graph, value: str, column: PreparedColumn) -> tuple[str, str]:
    """The variables of a category or of yes and no, and which rows have none."""
    places_of = words_of(column)
    place = graph.op(
        "LabelEncoder",
        value,
        domain=ML_DOMAIN,
        keys_strings=list(places_of),
        values_int64s=list(places_of.values()),
        default_int64=UNSEEN,
    )
    lacking = graph.op("Equal", place, graph.constant(MISSING, np.int64))
    if column.fill is not None:
        place = graph.op("Where", lacking, graph.constant(column.fill, np.int64), place)
    if column.kind == "yes_no" or column.encoding == "ordinal":
        usual = column.typical if column.fill is None else column.fill
        unseen = graph.op("Equal", place, graph.constant(UNSEEN, np.int64))
        made = graph.op("Where", unseen, graph.constant(usual, np.float64), graph.cast(place, np.float64))
    else:
        made = graph.cast(graph.op("Equal", place, graph.constant([range(len(column.labels))], np.int64)), np.float64)
    if column.fill is None and not column.own_category:
        made = graph.op("Where", lacking, graph.constant(np.nan, np.float64), made)
    return made, lacking


def words_of(column: PreparedColumn) -> dict[str, int]:
    """The place in ``labels`` of every word that a graph knows, as ``as_places`` has them; "" stands for no value.

    Numbers are known as they are in the table, and as programs write them, and so are the words for yes and no.
    """
    labels = column.labels
    places = {}
    if say_yes_or_no(labels) and len(labels) == 2:
        places = {word: place for place, label in enumerate(labels) for word in words_that_say(truth(label))}
    for place, label in reversed(list(enumerate(labels))):
        if not isnan(number := number_in(label)):
            places |= {str(number + 0.0): place, f"{number + 0.0:.15g}": place}
    places |= {label: place for place, label in enumerate(labels)}
    return {**places, "": labels.index(NO_VALUE) if column.own_category else MISSING}
