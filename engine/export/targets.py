"""The registry of what a trained network can be exported to, simplest first.

Each target is a module of its own with one constant ``TARGET``. Targets that are a Python file share one template, see
``source.py``.
"""

from __future__ import annotations

from engine.export import (
    keras_model,
    numpy_script,
    onnx_model,
    plain_json,
    pytorch_module,
    sklearn_estimator,
    weights,
)
from engine.export.target import Target
from engine.registry import Registry

EXPORTS: Registry[Target] = Registry(
    "export",
    [
        plain_json.TARGET,
        weights.SAFETENSORS,
        weights.NPZ,
        numpy_script.TARGET,
        sklearn_estimator.TARGET,
        pytorch_module.TARGET,
        keras_model.TARGET,
        onnx_model.TARGET,
    ],
)
