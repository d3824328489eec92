"""Writing an export: its main file, and what belongs beside it."""

from __future__ import annotations

from pathlib import Path

from engine.export.target import ExportError, Target
from engine.files import replace_file
from engine.project import Project


def write_export(project: Project, target: Target, path: Path) -> list[Path]:
    """Writes an export to a path and returns the files there are now, the main one first.

    Each file is written whole or not at all, the main one last. Raises ``ExportError`` for a network that the target
    cannot take, and ``OSError`` with the reason in plain words.
    """
    (_, main), *others = target.write(project, path.stem).items()
    beside = [(path.with_name(name), content) for name, content in others]
    if any(each == path for each, _ in beside):
        raise ExportError(
            f"{path.name} is the name of a file that belongs beside the export; give it the suffix {target.suffix}"
        )
    for each, content in (*beside, (path, main)):
        replace_file(each, content)
    return [path, *(each for each, _ in beside)]
