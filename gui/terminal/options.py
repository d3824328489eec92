"""From the terminal's options to an experiment."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from engine.activations import ACTIVATIONS
from engine.data.sources import SOURCES
from engine.experiment import Dense, Experiment


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

    Raises ``UsageError``, or ``pydantic.ValidationError`` for values out of range.
    """
    experiment = Experiment()
    if options.data is not None:
        if options.data not in SOURCES:
            raise UsageError(
                f"there is no data set '{options.data}'; there are {', '.join(source.key for source in SOURCES)}"
            )
        experiment = experiment.edited(data={"source": options.data})
    if options.hidden is not None:
        experiment = experiment.with_layers(parse_layers(options.hidden))
    given: dict[str, Any] = {
        "training.loss": options.loss,
        "training.optimizer": None if options.optimizer is None else {"kind": options.optimizer},
        "training.epochs": options.epochs,
        "training.batch_size": options.batch_size,
        "data.test_fraction": options.test_fraction,
        "data.scale": options.scale,
        "training.seed": options.seed,
        "data.seed": options.seed,
    }
    # All at once, so that every value out of range is named.
    tree = experiment.model_dump()
    for path, value in given.items():
        part, name = path.split(".")
        if value is not None:
            tree[part][name] = value
    experiment = Experiment.model_validate(tree)
    for change in options.changes:
        experiment = _with_change(experiment, change)
    return experiment


def parse_layers(text: str) -> tuple[Dense, ...]:
    """Hidden layers written as "8 tanh, 16 relu"; nothing means no hidden layer.

    The activation may be left out (tanh). ReLU and its like start from He's weights, others from Glorot's.
    Raises ``UsageError``, or ``pydantic.ValidationError`` for units or activations that do not exist.
    """
    layers = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        found = re.fullmatch(r"(\d+)\s*([A-Za-z_]\w*)?", part)
        if found is None:
            raise UsageError(f"a hidden layer is written like '8 tanh', not '{part}'")
        activation = (found[2] or "tanh").lower()
        start = ACTIVATIONS[activation].initializer if activation in ACTIVATIONS else "glorot_uniform"
        layers.append(Dense(units=int(found[1]), activation=activation, initializer=start))
    return tuple(layers)


def _with_change(experiment: Experiment, change: str) -> Experiment:
    """One ``--set path=value``; the value is JSON, or text where it is not."""
    path, equals, text = change.partition("=")
    if not equals:
        raise UsageError(f"--set is written like training.optimizer.learning_rate=0.01, not '{change}'")
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    try:
        return experiment.with_value(path.strip(), value)
    except KeyError as error:
        raise UsageError(str(error.args[0])) from None
