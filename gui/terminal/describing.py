"""What a project file holds, for people in a terminal."""

from __future__ import annotations

from pathlib import Path

from engine.project import load
from engine.wording import counted


def describe(path: Path) -> str:
    """A few lines about a project. Raises like ``load``."""
    project = load(path)
    target = project.preparation.target
    what = f"{target.name}: {', '.join(target.classes)}" if target.classes else target.name
    lines = [
        f"{path.name} is a Glassbox project.",
        f"learns    {what}",
        f"from      {', '.join(project.preparation.names)}",
        f"network   {' → '.join(f'{width:,}' for width in project.network.plan.widths)}, "
        f"{counted(project.network.plan.parameters, 'parameter')}",
    ]
    if project.checkpoint is not None:
        lines.append(f"trained   {counted(int(project.checkpoint.state['step']), 'step')}")
    if project.problem:
        lines.append(project.problem)
    return "\n".join([*lines, "", f"Answer the rows of a table:  python main.py predict {path} TABLE"])
