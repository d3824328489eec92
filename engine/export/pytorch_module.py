"""PyTorch: a Python file with the network as a module, its weights, and the preparation of the data."""

from __future__ import annotations

from collections.abc import Callable

from engine.export.framework_script import write_script
from engine.export.layout import Part, parts_of
from engine.export.source import run_script
from engine.export.target import Target
from engine.layers import BatchNorm, Dropout, GaussianNoise, LayerNorm, Weighted
from engine.project import Project

# How each activation is written: {z} is the sum, {setting} the field of a layer that tunes it. The same keys as
# ``ACTIVATIONS``.
TORCH_ACTIVATIONS = {
    "linear": "{z}",
    "step": "({z} >= 0.0).float()",
    "sigmoid": "torch.sigmoid({z})",
    "hard_sigmoid": "nn.functional.hardsigmoid({z})",
    "tanh": "torch.tanh({z})",
    "softsign": "nn.functional.softsign({z})",
    "softplus": "nn.functional.softplus({z})",
    "relu": "torch.relu({z})",
    "relu6": "nn.functional.relu6({z})",
    "leaky_relu": "nn.functional.leaky_relu({z}, {setting!r})",
    "elu": "nn.functional.elu({z}, {setting!r})",
    "selu": "torch.selu({z})",
    "gelu": "nn.functional.gelu({z})",
    "gelu_tanh": 'nn.functional.gelu({z}, approximate="tanh")',
    "silu": "nn.functional.silu({z})",
    "mish": "nn.functional.mish({z})",
    "softmax": "torch.softmax({z}, dim=1)",
}


def _dense(part: Part) -> str:
    return f"nn.Linear({part.inputs}, {part.units}{'' if 'bias' in part.tensors else ', bias=False'})"


def _batch_norm(part: Part) -> str:
    assert isinstance(part.spec, BatchNorm)
    return f"nn.BatchNorm1d({part.units}, eps={part.spec.epsilon!r}, momentum={part.spec.momentum!r})"


def _layer_norm(part: Part) -> str:
    assert isinstance(part.spec, LayerNorm)
    return f"nn.LayerNorm({part.units}, eps={part.spec.epsilon!r})"


def _dropout(part: Part) -> str:
    assert isinstance(part.spec, Dropout)
    return f"nn.Dropout({part.spec.drop_probability!r})"


def _noise(part: Part) -> str:
    assert isinstance(part.spec, GaussianNoise)
    return f"GaussianNoise({part.spec.deviation!r})"


# How each kind of layer is made, without its activation. The same keys as ``LAYERS``.
TORCH_LAYERS: dict[str, Callable[[Part], str]] = {
    "dense": _dense,
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "gaussian_noise": _noise,
}


def _activated(part: Part, z: str) -> str:
    return TORCH_ACTIVATIONS[part.activation].format(z=z, setting=part.setting)


def _write(project: Project, stem: str) -> dict[str, bytes]:
    parts = parts_of(project)
    *hidden, output = parts
    return write_script(
        "pytorch.py.jinja",
        project,
        stem,
        ("import torch", "from torch import nn"),
        layers=[TORCH_LAYERS[part.kind](part) for part in parts],
        noise=any(part.kind == "gaussian_noise" for part in parts),
        frozen=[part.number for part in parts if isinstance(part.spec, Weighted) and not part.spec.trainable],
        steps=[_activated(part, f"self.layers[{part.number}](x)") for part in hidden],
        last=output.activation,
        answered=_activated(output, "network(torch.from_numpy(x))"),
    )


TARGET = Target(
    key="pytorch",
    label="PyTorch",
    suffix=".py",
    about="A Python file with the network as a module of PyTorch.",
    write=_write,
    run=run_script,
    requires="torch",
    package="PyTorch",
)
