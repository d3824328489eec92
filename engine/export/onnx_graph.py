"""A graph of ONNX as it is built, and how the parts of a network are written with its operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from engine.export.layout import Part
from engine.layers import Norm

# What both runtimes of the last years know: version 20 has all that is used here; 9 is the file format of its time.
OPSET, ML_OPSET, IR_VERSION = 20, 4, 9
ML_DOMAIN = "ai.onnx.ml"


class Graph:
    """Nodes and constants so far. ``taken`` are the names that are in use, such as those of the inputs.

    Operations are called by their names: ``graph.op("Add", a, b)`` gives the name of what comes out.
    """

    def __init__(self, taken: set[str]) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._taken = set(taken)

    def name(self, wanted: str) -> str:
        """A name that is not in use: the wanted one, or that with a number."""
        found, number = wanted, 2
        while found in self._taken:
            found, number = f"{wanted}_{number}", number + 1
        self._taken.add(found)
        return found

    def constant(self, value: ArrayLike, dtype: DTypeLike, name: str = "constant") -> str:
        """The name of a constant array."""
        from onnx import numpy_helper  # noqa: PLC0415

        found = self.name(name)
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), found))
        return found

    def op(self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any) -> str:
        """Adds a node, and gives the name of its output: one from ``name``, or one that is free."""
        from onnx import helper  # noqa: PLC0415

        output = output or self.name(kind)
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def cast(self, value: str, dtype: DTypeLike) -> str:
        """Numbers in another precision."""
        from onnx import helper  # noqa: PLC0415

        return self.op("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _step(graph: Graph, z: str, part: Part) -> str:
    return graph.cast(graph.op("GreaterOrEqual", z, graph.constant(0.0, np.float32)), np.float32)


def _relu6(graph: Graph, z: str, part: Part) -> str:
    return graph.op("Clip", z, graph.constant(0.0, np.float32), graph.constant(6.0, np.float32))


def _single(kind: str, **attributes: Any) -> Callable[[Graph, str, Part], str]:
    """An activation that is one operation."""
    return lambda graph, z, part: graph.op(kind, z, **attributes)


# How each activation is written: (graph, sums, part) -> the name of the outputs. The same keys as ``ACTIVATIONS``.
ONNX_ACTIVATIONS: dict[str, Callable[[Graph, str, Part], str]] = {
    "linear": lambda graph, z, part: z,
    "step": _step,
    "sigmoid": _single("Sigmoid"),
    "hard_sigmoid": _single("HardSigmoid", alpha=1.0 / 6.0, beta=0.5),
    "tanh": _single("Tanh"),
    "softsign": _single("Softsign"),
    "softplus": _single("Softplus"),
    "relu": _single("Relu"),
    "relu6": _relu6,
    "leaky_relu": lambda graph, z, part: graph.op("LeakyRelu", z, alpha=part.setting),
    "elu": lambda graph, z, part: graph.op("Elu", z, alpha=part.setting),
    "selu": _single("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805),
    "gelu": _single("Gelu"),
    "gelu_tanh": _single("Gelu", approximate="tanh"),
    "silu": lambda graph, z, part: graph.op("Mul", z, graph.op("Sigmoid", z)),
    "mish": _single("Mish"),
    "softmax": _single("Softmax", axis=-1),
}


def _dense(graph: Graph, x: str, part: Part) -> str:
    given = [graph.constant(value, np.float32, f"layers.{part.number}.{name}") for name, value in part.tensors.items()]
    return graph.op("Gemm", x, *given, transB=1)


def _unchanged(graph: Graph, x: str, part: Part) -> str:
    return x


def _batch_norm(graph: Graph, x: str, part: Part) -> str:
    mean, variance = part.tensors["running_mean"], part.tensors["running_var"]
    centred = graph.op("Sub", x, graph.constant(mean, np.float32, f"layers.{part.number}.running_mean"))
    return _scaled(graph, centred, graph.constant(variance, np.float32, f"layers.{part.number}.running_var"), part)


def _layer_norm(graph: Graph, x: str, part: Part) -> str:
    # Written out: with the operation of that name onnxruntime loses digits where the mean is far from zero.
    axes = graph.constant([1], np.int64)
    centred = graph.op("Sub", x, graph.op("ReduceMean", x, axes, keepdims=1))
    variance = graph.op("ReduceMean", graph.op("Mul", centred, centred), axes, keepdims=1)
    return _scaled(graph, centred, variance, part)


def _scaled(graph: Graph, centred: str, variance: str, part: Part) -> str:
    """weight · centred / √(variance + ε) + bias."""
    assert isinstance(part.spec, Norm)
    epsilon = graph.constant(part.spec.epsilon, np.float32)
    normal = graph.op("Div", centred, graph.op("Sqrt", graph.op("Add", variance, epsilon)))
    weight, bias = (
        graph.constant(part.tensors[name], np.float32, f"layers.{part.number}.{name}") for name in ("weight", "bias")
    )
    return graph.op("Add", graph.op("Mul", normal, weight), bias)


# How each kind of part is written, without its activation. The same keys as ``LAYERS``.
ONNX_LAYERS: dict[str, Callable[[Graph, str, Part], str]] = {
    "dense": _dense,
    "dropout": _unchanged,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "gaussian_noise": _unchanged,
}


def add_network(graph: Graph, x: str, parts: list[Part]) -> str:
    """Adds all parts of a network behind x (rows, inputs) float32; gives the name of its outputs (rows, outputs)."""
    for part in parts:
        x = ONNX_ACTIVATIONS[part.activation](graph, ONNX_LAYERS[part.kind](graph, x, part), part)
    return x
