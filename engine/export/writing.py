"""Writing an export: its main file, and what belongs beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.export.target import ExportError, Target
from engine.files import replace_file
from engine.project import Project


def contents(project: Project, target: Target, stem: str) -> dict[str, bytes]:
    """What is written for a target, by the file's name, the main file first.

    Raises ``ExportError`` for a network that the target cannot take.
    """
    if not np.isfinite(project.network.parameters).all():
        raise ExportError("the network has run away: its weights are not finite numbers; reset it and train it anew")
    return target.write(project, stem)


def write_export(project: Project, target: Target, path: Path) -> list[Path]:
    """Writes an export to a path and returns the files there are now, the main one first.

    Each file is written whole or not at all, the main one last. What is replaced is an export that was there. Raises
    ``ExportError`` for a network that the target cannot take, or where another file has a name that is needed, and
    ``OSError`` with the reason in plain words.
    """
    (_, main), *others = contents(project, target, path.stem).items()
    beside = [(path.with_name(name), content) for name, content in others]
    if any(each == path for each, _ in beside):
        raise ExportError(
            f"{path.name} is the name of a file that belongs beside the export; give it the suffix {target.suffix}"
        )
    taken = [] if path.exists() else [each.name for each, _ in beside if each.exists()]
    if taken:
        raise ExportError(f"{taken[0]} is there already and belongs to something else; choose another name or folder")
    for each, content in (*beside, (path, main)):
        replace_file(each, content)
    return [path, *(each for each, _ in beside)]
