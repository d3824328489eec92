"""Keras: a Python file that builds the network as a model, for every backend, with its weights and the preparation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.activations import ACTIVATIONS
from engine.export.framework_script import write_script
from engine.export.layout import Part, parts_of
from engine.export.source import run_script
from engine.export.target import ExportError, RawRow, Target
from engine.layers import BatchNorm, Dropout, GaussianNoise, LayerNorm
from engine.project import Project


@dataclass(frozen=True)
class Written:
    """How an activation is written: as the argument of a layer, or as a layer of its own, {setting} being its number.

    ``source`` is what a function of the name of the argument returns, for what Keras does not have.
    """

    argument: str = ""
    layer: str = ""
    source: str = ""


def _known(name: str) -> Written:
    """An activation that Keras has under a name."""
    return Written(argument=f'"{name}"')


# How each activation is written. The same keys as ``ACTIVATIONS``.
KERAS_ACTIVATIONS = {
    "linear": Written(),
    "step": Written(argument="step", source="keras.ops.cast(z >= 0.0, z.dtype)"),
    "sigmoid": _known("sigmoid"),
    "hard_sigmoid": _known("hard_sigmoid"),
    "tanh": _known("tanh"),
    "softsign": _known("softsign"),
    "softplus": _known("softplus"),
    "relu": _known("relu"),
    "relu6": _known("relu6"),
    "leaky_relu": Written(layer="keras.layers.LeakyReLU(negative_slope={setting!r})"),
    "elu": Written(layer="keras.layers.ELU(alpha={setting!r})"),
    "selu": _known("selu"),
    "gelu": _known("gelu"),
    "gelu_tanh": Written(argument="gelu_tanh", source="keras.activations.gelu(z, approximate=True)"),
    "silu": _known("silu"),
    "mish": _known("mish"),
    "softmax": _known("softmax"),
}


def _dense(part: Part) -> list[str]:
    written = KERAS_ACTIVATIONS[part.activation]
    return [
        str(part.units),
        *([f"activation={written.argument}"] if written.argument else []),
        *([] if "bias" in part.tensors else ["use_bias=False"]),
        *([] if getattr(part.spec, "trainable", True) else ["trainable=False"]),
    ]


def _batch_norm(part: Part) -> list[str]:
    assert isinstance(part.spec, BatchNorm)
    # Keras counts what is kept of the running mean, the program what is new.
    return [f"momentum={round(1.0 - part.spec.momentum, 12)!r}", f"epsilon={part.spec.epsilon!r}"]


def _layer_norm(part: Part) -> list[str]:
    assert isinstance(part.spec, LayerNorm)
    return [f"epsilon={part.spec.epsilon!r}"]


def _dropout(part: Part) -> list[str]:
    assert isinstance(part.spec, Dropout)
    return [repr(part.spec.drop_probability)]


def _noise(part: Part) -> list[str]:
    assert isinstance(part.spec, GaussianNoise)
    return [repr(part.spec.deviation)]


# The layer of Keras that each kind is, and its arguments. The same keys as ``LAYERS``.
KERAS_LAYERS: dict[str, tuple[str, Callable[[Part], list[str]]]] = {
    "dense": ("Dense", _dense),
    "dropout": ("Dropout", _dropout),
    "batch_norm": ("BatchNormalization", _batch_norm),
    "layer_norm": ("LayerNormalization", _layer_norm),
    "gaussian_noise": ("GaussianNoise", _noise),
}


def _lines(part: Part) -> Iterator[str]:
    """The layers of Keras that a part is: itself, and its activation where that is one of its own."""
    name, arguments = KERAS_LAYERS[part.kind]
    named = [f'name="layers_{part.number}"'] if part.tensors else []
    yield f"keras.layers.{name}({', '.join([*arguments(part), *named])})"
    written = KERAS_ACTIVATIONS[part.activation]
    if written.layer:
        yield written.layer.format(setting=part.setting)
    elif written.argument and part.kind != "dense":
        yield f"keras.layers.Activation({written.argument})"


def _write(project: Project, stem: str) -> dict[str, bytes]:
    parts = parts_of(project)
    used = {part.activation: KERAS_ACTIVATIONS[part.activation].source for part in parts}
    return write_script(
        "keras.py.jinja",
        project,
        stem,
        ("import keras",),
        layers=[line for part in parts for line in _lines(part)],
        functions={key: (ACTIVATIONS[key].formula, source) for key, source in used.items() if source},
    )


def _run(path: Path, rows: list[RawRow]) -> NDArray[Any]:
    backend = next((name for name in ("tensorflow", "jax", "torch") if find_spec(name)), None)
    if backend is None:
        raise ExportError("Keras has nothing to calculate with; install TensorFlow, JAX or PyTorch")
    os.environ.setdefault("KERAS_BACKEND", backend)
    return run_script(path, rows)


TARGET = Target(
    key="keras",
    label="Keras",
    suffix=".py",
    about="A Python file that builds the network with Keras, for TensorFlow, JAX or PyTorch.",
    write=_write,
    run=_run,
    requires="keras",
    package="Keras",
)
