"""Exporting in the terminal: writes a trained network for other programs and proves that it computes the same."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.export.proof import prove, sample_rows
from engine.export.target import Proof, Target
from engine.export.targets import EXPORTS
from engine.export.writing import write_export
from engine.project import load
from gui.terminal.options import UsageError


@dataclass(frozen=True)
class Exported:
    """What came of an export. ``files``: the main one first. ``proof`` is None where none was asked for."""

    target: Target
    files: tuple[Path, ...]
    proof: Proof | None

    def as_json(self) -> str:
        """All of it for programs."""
        return json.dumps(
            {
                "target": self.target.key,
                "files": [str(file) for file in self.files],
                "proof": None if self.proof is None else _proof_as_json(self.proof),
            },
            allow_nan=False,
        )


def _proof_as_json(proof: Proof) -> dict[str, Any]:
    difference = proof.difference
    known = difference is not None and math.isfinite(difference)
    return {
        "proven": proof.proven,
        "rows": proof.rows,
        "difference": difference if known else None,
        "said": proof.said,
    }


def export(project: Path, to: str, out: Path | None, check: bool) -> Exported:
    """Writes the network of a project for a target.

    Without ``out`` it goes into the current folder under the project's name, and replaces nothing. Raises
    ``UsageError``, ``ExportError``, ``ProjectError``, and ``OSError`` with the reason in plain words.
    """
    if to not in EXPORTS:
        raise UsageError(f"there is no export '{to}'; there are {', '.join(target.key for target in EXPORTS)}")
    target = EXPORTS[to]
    loaded = load(project)
    path = out or Path(f"{project.stem}{target.suffix}")
    if out is None and path.exists():
        raise UsageError(f"{path} is there already; say --out {path} to replace it, or give another name")
    files = tuple(write_export(loaded, target, path))
    return Exported(target, files, prove(loaded, target, path, sample_rows(loaded)) if check else None)
