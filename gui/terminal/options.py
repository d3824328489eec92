"""From the terminal's options to an experiment."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from engine.activations import ACTIVATIONS
from engine.experiment import Experiment


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


def build(options: Options) -> Experiment:
    """The ready example with what the options change.

    Raises ``UsageError``, or ``pydantic.ValidationError`` that names every value out of range at once.
    """
    tree = Experiment().model_dump()
    given: dict[str, Any] = {
        "data.source": options.data,
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


def parse_layers(text: str) -> list[dict[str, Any]]:
    """Hidden layers written as "8 tanh, 16 relu"; nothing means no hidden layer.

    The activation may be left out (tanh). A layer starts from the weights that suit its activation: He's for
    ReLU and its like, Glorot's for others. Raises ``UsageError``.
    """
    layers = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        found = re.fullmatch(r"(\d{1,9})\s*([A-Za-z_]\w*)?", part)
        if found is None:
            raise UsageError(f"a hidden layer is written like '8 tanh', not '{part}'")
        layer: dict[str, Any] = {"units": int(found[1]), "activation": (found[2] or "tanh").lower()}
        if layer["activation"] in ACTIVATIONS:
            layer["initializer"] = ACTIVATIONS[layer["activation"]].initializer
        layers.append(layer)
    return layers


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
    if last == "kind":
        # Another kind of part has settings of its own and starts from them.
        branch.clear()
    if path == "data.source":
        # Another data set brings its own columns.
        branch.pop("features", None)
    branch[last] = value


def _there_are(branch: Any) -> str:
    return f"; there are {', '.join(branch)}" if isinstance(branch, dict) else ""
