"""Plain weights: everything a network has learned, under the names that PyTorch uses, for other programs to read."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from safetensors.numpy import save

from engine.activations import Array
from engine.export.target import Target
from engine.project import Project, views


def tensors(project: Project) -> dict[str, Array]:
    """Weights (units, inputs), biases (units,) and what normalizing layers keep, by name, each in a row in memory."""
    return {name: np.ascontiguousarray(view) for name, view in views(project.network)}


def as_npz(project: Project) -> bytes:
    """The same as a NumPy archive; nothing in it needs pickle."""
    file = BytesIO()
    np.savez(file, **tensors(project))  # type: ignore[arg-type]  # the names are none of its own arguments
    return file.getvalue()


def _write_safetensors(project: Project, stem: str) -> dict[str, bytes]:
    return {f"{stem}.safetensors": save(tensors(project))}


def _write_npz(project: Project, stem: str) -> dict[str, bytes]:
    return {f"{stem}.npz": as_npz(project)}


SAFETENSORS = Target(
    key="safetensors",
    label="Weights (safetensors)",
    suffix=".safetensors",
    about="The weights alone, under the names that PyTorch uses.",
    write=_write_safetensors,
)
NPZ = Target(
    key="npz",
    label="Weights (NumPy)",
    suffix=".npz",
    about="The weights alone as NumPy arrays, under the names that PyTorch uses.",
    write=_write_npz,
)
