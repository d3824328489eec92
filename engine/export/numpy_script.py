"""A Python file that needs nothing but NumPy: it prepares raw rows, calculates the network and says the answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.export import numpy_parts
from engine.export.layout import Part, parts_of
from engine.export.literals import array_lines
from engine.export.source import run_script, script
from engine.export.target import Target
from engine.export.weights import as_npz
from engine.layers import LAYERS, Norm
from engine.project import Project
from engine.wording import counted

# So many parameters are written into the file itself.
_MOST_INLINE = 2000
# What a tensor is called in the file, by kind of layer and by its own name.
_DENSE = {"weight": "W", "bias": "b"}
_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "variance"}


def too_many(project: Project) -> bool:
    """Whether there are too many numbers to be written into a file that people read."""
    return project.network.plan.parameters + project.network.plan.statistics > _MOST_INLINE


def network(project: Project, from_file: bool) -> dict[str, Any]:
    """What ``numpy_network.py.jinja`` needs: the layers with their arrays, and the lines from ``x`` to the outputs."""
    found, lines, places = [], [], {"dense": 0, "norm": 0}
    for part in parts_of(project):
        family = "dense" if part.kind == "dense" else "norm"
        places[family] += bool(part.tensors)
        found.append({"words": _words(part), "arrays": list(_arrays(part, places[family], from_file))})
        lines.append(_formula(part, places[family]))
    forward = [f"x = {line}" for line in lines if line != "x"]
    unformatted = any(line.endswith("[") for part in found for line in part["arrays"])
    return {"network": found, "forward": forward, "in_file": from_file, "unformatted": unformatted}


def _words(part: Part) -> str:
    activation = "" if part.activation == "linear" else f", {part.activation.replace('_', ' ')}"
    units = counted(part.units, "unit")
    if part.kind != "dense":
        return f"{LAYERS[part.kind].label} of {units}{activation}."
    return f"Dense layer: {counted(part.inputs, 'input')}, {units}{activation}."


def _arrays(part: Part, place: int, from_file: bool) -> Iterator[str]:
    names = _DENSE if part.kind == "dense" else _NORM
    for name, values in part.tensors.items():
        turned = name == "weight" and part.kind == "dense"
        if from_file:
            yield f'{names[name]}{place} = WEIGHTS["layers.{part.number}.{name}"]{".T" if turned else ""}'
        else:
            yield from array_lines(f"{names[name]}{place}", values.T if turned else values)


def _formula(part: Part, place: int) -> str:
    """What becomes of ``x`` in a layer."""
    if part.kind == "dense":
        z = f"x @ W{place}" + (f" + b{place}" if "bias" in part.tensors else "")
    else:
        epsilon = part.spec.epsilon if isinstance(part.spec, Norm) else None
        z = numpy_parts.STAGES[part.kind].format(x="x", n=place, epsilon=epsilon)
    return numpy_parts.FORMULAS[part.activation].format(z=z, setting=part.setting)


def _write(project: Project, stem: str) -> dict[str, bytes]:
    from_file = too_many(project)
    text = script("numpy.py.jinja", project, stem, (numpy_parts,), **network(project, from_file))
    beside = {f"{stem}.npz": as_npz(project)} if from_file else {}
    return {f"{stem}.py": text, **beside}


TARGET = Target(
    key="numpy",
    label="Python with NumPy",
    suffix=".py",
    about="A Python file that prepares rows and answers them, and needs nothing but NumPy.",
    write=_write,
    run=run_script,
)
