"""What the Python files for PyTorch and Keras share: the weights by name, in the file or beside it."""

from __future__ import annotations

from typing import Any

from engine.export.literals import array_lines
from engine.export.numpy_script import too_many
from engine.export.source import script
from engine.export.weights import as_npz, tensors
from engine.project import Project


def write_script(template: str, project: Project, stem: str, imports: tuple[str, ...], **more: Any) -> dict[str, bytes]:
    """What ``Target.write`` gives, by a template that includes ``weights.py.jinja``; ``more`` is what it asks for."""
    beside = too_many(project)
    lines = [] if beside else [line for name, value in tensors(project).items() for line in _lines(name, value)]
    text = script(template, project, stem, imports=imports, weights=lines, in_file=beside, **more)
    return {f"{stem}.py": text, **({f"{stem}.npz": as_npz(project)} if beside else {})}


def _lines(name: str, values: Any) -> list[str]:
    return list(array_lines(f'WEIGHTS["{name}"]', values))
