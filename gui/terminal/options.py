"""From the terminal's options to an experiment."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.sources import SOURCES, settings_to_start_with, source_choices
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec, Experiment
from engine.layers import LAYERS, Stage

# The live views, beside the output, by their ids.
_PLOTS = ("loss", "magnitudes", "gradients", "distributions", "activations", "matrix", "explorer", "data", "proof")
# What a picture can be of. The diagram is that of the window with its buttons, the network a drawing of it.
VIEWS = ("window", "diagram", "network", "output", "inspector", *_PLOTS)
# What is drawn anew for a picture, and so not only in pixels.
DRAWN_ANEW = ("network", "output", *_PLOTS)


class UsageError(ValueError):
    """Options that make no sense; the message is for people."""


@dataclass(frozen=True)
class Options:
    """What was given on the command line; None where nothing was."""

    data: str | None = None
    hidden: str | None = None
    loss: str | None = None
    optimizer: str | None = None
    changes: tuple[str, ...] = ()
    epochs: int | None = None
    batch_size: int | None = None
    test_fraction: float | None = None
    scale: str | None = None
    seed: int | None = None
    target: str | None = None


@dataclass(frozen=True)
class Look:
    """How a picture is taken and what it shows. ``size`` is "WIDTHxHEIGHT" of the window in pixels.

    ``nodes`` and ``edges`` are keys of NODE_VIEWS and EDGE_VIEWS; ``plane`` are names or numbers of inputs, ``row`` is
    one of the table and ``select`` the name of a unit, all as people write them, counted from 1; ``page`` is one of the
    output. None: as usual.
    ``scale`` and ``transparent`` are for the drawing of the network alone.
    """

    view: str = "window"
    theme: str = "light"
    size: str = "1440x900"
    scale: float = 1.0
    transparent: bool = False
    nodes: str | None = None
    edges: str | None = None
    plane: str | None = None
    row: int | None = None
    heat_map: bool = False
    select: str | None = None
    page: str | None = None


def build(options: Options, start: Experiment | None = None) -> Experiment:
    """An experiment, the ready example where none is given, with what the options change.

    Raises ``UsageError``, or ``pydantic.ValidationError`` that names every value out of range at once.
    """
    tree = (start or Experiment()).model_dump()
    given: dict[str, Any] = {
        **_own_data(options),
        "network.layers": None if options.hidden is None else parse_layers(options.hidden),
        "training.loss": options.loss,
        "training.optimizer.kind": options.optimizer,
        "training.epochs": options.epochs,
        "training.batch_size": options.batch_size,
        "data.test_fraction": options.test_fraction,
        "data.scale": options.scale,
        "training.seed": options.seed,
        "data.seed": options.seed,
    }
    for path, value in given.items():
        if value is not None:
            _place(tree, path, value)
    for change in options.changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise UsageError(f"--set is written like training.optimizer.learning_rate=0.01, not '{change}'")
        _place(tree, path.strip(), _value(text))
    return Experiment.model_validate(tree)


def _own_data(options: Options) -> dict[str, Any]:
    """Where the data come from: a name is a data set of the program, anything else the path of a file."""
    data, target = options.data, options.target
    if data is None or data in dict(source_choices()):
        if target is not None:
            raise UsageError("--target names a column of a table of your own; give its file with --data FILE")
        return {"data.source": data}
    if not _is_path(data):
        names = ", ".join(source.key for source in SOURCES)
        raise UsageError(f"there is no file and no data set called '{data}'; the data sets are {names}")
    if not Path(data).is_file():
        raise UsageError(f"there is no file '{data}'; give the path of a table, or the name of a data set")
    table = TableSpec(path=data, target=target or "")
    return {"data.source": "table", "data.table": table.model_dump()}


def _is_path(data: str) -> bool:
    """Whether a file is meant: it is there, or its name has an ending or a folder."""
    path = Path(data)
    return path.exists() or bool(path.suffix) or len(path.parts) > 1


def parse_layers(text: str) -> list[dict[str, Any]]:
    """Hidden layers written as "8 tanh, dropout 0.2, batch_norm, 16 relu"; nothing means no hidden layer.

    A number of units with an activation, which may be left out (tanh), is a dense layer; a stage is called by
    its kind, with its main setting where that is a number. Raises ``UsageError``.
    """
    return [_parse_layer(part) for part in filter(None, (piece.strip() for piece in text.split(",")))]


def _parse_layer(part: str) -> dict[str, Any]:
    found = re.fullmatch(r"(\d{1,9})\s*([A-Za-z_]\w*)?", part)
    if found is not None:
        return {"kind": "dense", "units": int(found[1]), "activation": (found[2] or "tanh").lower()}
    found = re.fullmatch(r"([A-Za-z]\w*(?:[ -][A-Za-z]\w*)*)\s*(-?(?:\d+\.?\d*|\.\d+))?", part)
    if found is None:
        raise UsageError(f"a hidden layer is written like '8 tanh' or 'dropout 0.2', not '{part}'")
    kind, number = re.sub("[ -]", "_", found[1]).lower(), found[2]
    stages = {name: cls for name, cls in LAYERS.items() if issubclass(cls, Stage)}
    if kind not in stages:
        raise UsageError(
            f"a hidden layer is written like '8 tanh', or is one of {', '.join(stages)}; there is no '{found[1]}'"
        )
    setting = next(iter(stages[kind].settings()))
    if number is None:
        return {"kind": kind}
    if stages[kind].model_fields[setting].annotation is not float:
        raise UsageError(f"{kind} takes no number, so '{part}' makes no sense")
    return {"kind": kind, setting: float(number)}


def _value(text: str) -> Any:
    """The value of a ``--set``: JSON, or text where it is not."""
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text


def _place(tree: dict[str, Any], path: str, value: Any) -> None:
    """Puts a value at a dotted path of an experiment written out as dictionaries; raises ``UsageError``."""
    *way, last = path.split(".")
    branch: Any = tree
    for name in way:
        if isinstance(branch, list | tuple) and name.isdigit() and int(name) < len(branch):
            branch = branch[int(name)]
        elif isinstance(branch, dict) and isinstance(branch.get(name), dict | list | tuple):
            branch = branch[name]
        else:
            raise UsageError(f"there is no setting '{path}'{_there_are(branch)}")
    # Which settings a part chosen by its kind has, validation knows.
    if not isinstance(branch, dict) or not (last in branch or "kind" in branch or last == "features"):
        raise UsageError(f"there is no setting '{path}'{_there_are(branch)}")
    inner = branch.get(last)
    if isinstance(inner, dict) and not isinstance(value, dict):
        name = "kind" if "kind" in inner else next(iter(inner))
        raise UsageError(f"'{path}' is a group of settings, so give one of them: {path}.{name}={value}")
    if last == "kind":
        # Another kind of part has settings of its own and starts from them.
        branch.clear()
    if path == "data.source":
        # Another data set brings its own columns and settings, and takes its own along.
        usual = DataSpec().model_dump()
        branch.update({name: usual[name] for name in ("derived", *settings_to_start_with(str(inner)))})
        branch.update(settings_to_start_with(str(value)))
    branch[last] = value


def _there_are(branch: Any) -> str:
    return f"; there are {', '.join(branch)}" if isinstance(branch, dict) else ""
