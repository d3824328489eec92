"""Exports that are one Python file: what they share.

A target of this kind has a template that begins with ``{% extends "script.py.jinja" %}`` and fills these blocks:

- ``network``: the weights, and a function ``outputs(x)`` from prepared inputs (rows, inputs), a NumPy array in float32,
  to the network's outputs (rows, outputs), a NumPy array;
- ``more``: anything between the answers and the command line, by default nothing;
- ``usage`` and ``needs``: lines of its docstring.

Around them the file gets ``prepare(rows)``; for classes ``probabilities(rows)`` (``scores(rows)`` where the outputs
are none) and ``predict(rows)`` with labels; for numbers ``predict(rows)`` in the user's units; and a command line that
reads a CSV. Rows are a list of values by column, or a mapping of columns.

Nothing is in a file that it does not use: functions of ``parts.py`` and ``csv_parts.py``, and of other modules like
them that a target brings, are copied into it where their names occur, and so are imports. ``script`` makes the file,
and ``run_script`` is the ``Target.run`` of them all. Every name from outside goes through ``quoted``, ``commented`` or
``in_docstring``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import groupby
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.export import csv_parts, parts
from engine.export.description import describe
from engine.export.literals import FILTERS
from engine.export.target import RawRow
from engine.project import Project

_COMMON = "import argparse\nimport csv\nimport sys\nfrom pathlib import Path\nfrom typing import Any\n"
_COMMON += "import numpy as np\nfrom numpy.typing import NDArray\n"
# What a file has its answers from, the first of these that it defines.
_ANSWERS = ("probabilities", "scores", "predict")
_ONE_AT_A_TIME = Lock()


def script(
    template: str,
    project: Project,
    stem: str,
    modules: Sequence[ModuleType] = (),
    imports: Sequence[str] = (),
    **more: Any,
) -> bytes:
    """The text of a Python file called ``stem``, made with a template of the folder ``templates``.

    ``modules`` are further ones like ``parts`` whose functions it may use, ``imports`` lines such as "import torch"
    that it may need, and ``more`` is what its own blocks ask for.
    """
    made = _environment().get_template(template)
    known = {**describe(project), "stem": stem, **more}
    sources = [_Source.of(module) for module in (*modules, parts, csv_parts)]
    bare = made.render(known, imports="", parts=[])
    copied = _copied(bare, [source.pieces for source in sources])
    lines = _COMMON + "\n".join([*imports, *(source.imports for source in sources)])
    text: str = made.render(known, imports=_imports(lines, "\n".join([bare, *copied])), parts=copied)
    return text.encode()


def run_script(path: Path, rows: list[RawRow]) -> NDArray[Any]:
    """What a file made by ``script`` answers to rows, (rows, outputs) as ``Answers.numbers``."""
    module = import_script(path)
    answer = next(getattr(module, name) for name in _ANSWERS if hasattr(module, name))
    return np.asarray(answer(rows), np.float64).reshape(len(rows), -1)


def import_script(path: Path) -> ModuleType:
    """A Python file as a module, whatever its name ends in."""
    loader = SourceFileLoader("exported_network", str(path))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,  # what is written is Python, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(FILTERS)
    return made


class _Source:
    """A module to copy from: the text of every name it defines, in order, and its lines of imports."""

    def __init__(self, text: str) -> None:
        self.pieces: dict[str, str] = {}
        lines, end, imports = text.splitlines(), 0, []
        for node in _parsed(text).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(ast.unparse(node))
            elif (name := _name(node)) is not None:
                piece = "\n".join(lines[end : node.end_lineno]).strip("\n")
                self.pieces[name] = f"{self.pieces[name]}\n{piece}" if name in self.pieces else piece
            end = node.end_lineno or end
        self.imports = "\n".join(imports)

    @classmethod
    @cache
    def of(cls, module: ModuleType) -> _Source:
        """That of a module, read once."""
        assert module.__file__ is not None
        return cls(Path(module.__file__).read_text("utf-8"))


def _parsed(text: str) -> ast.Module:
    """The syntax tree of a text. In two threads at once Python 3.11 refuses it with a ``SystemError``."""
    with _ONE_AT_A_TIME:
        return ast.parse(text)


def _name(node: ast.stmt) -> str | None:
    """The name that a statement of a module defines; None for one that defines none, or ``Array``."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) and target.id != "Array" else None


def _used(text: str) -> set[str]:
    """The names that the statements of a text use and do not make themselves."""
    found: set[str] = set()
    for statement in _parsed(text).body:
        nodes = list(ast.walk(statement))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        found |= {node.id for node in names if node.id not in own}
    return found


def _copied(bare: str, sources: Iterable[dict[str, str]]) -> list[str]:
    """The pieces that a text uses, with all that these use, in the order of the sources; constants stay together."""
    every = {name: piece for pieces in sources for name, piece in pieces.items()}
    wanted: set[str] = set()
    fresh = _used(bare) & every.keys()
    while fresh:
        wanted |= fresh
        fresh = {used for name in fresh for used in _used(every[name])} & every.keys() - wanted
    chosen = [piece for name, piece in every.items() if name in wanted]
    blocks = groupby(enumerate(chosen), lambda each: each[0] if _is_function(each[1]) else "constants")
    return ["\n".join(piece for _, piece in block) for _, block in blocks]


def _is_function(piece: str) -> bool:
    return isinstance(_parsed(piece).body[0], ast.FunctionDef)


def _imports(lines: str, text: str) -> str:
    """The lines of imports of which the text uses the names, in sections, and in the order that ruff wants."""
    used, whole, members = _used(text), set[str](), dict[str, set[str]]()
    for node in _parsed(lines).body:
        assert isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names:
            if (each.asname or each.name).partition(".")[0] not in used:
                continue
            if isinstance(node, ast.Import):
                whole.add(f"import {each.name}" + (f" as {each.asname}" if each.asname else ""))
            else:
                members.setdefault(node.module or "", set()).add(each.name)
    whole |= {f"from {module} import {', '.join(sorted(names, key=_rank))}" for module, names in members.items()}
    sections: dict[bool, list[str]] = {True: [], False: []}
    for line in sorted(whole, key=lambda line: (line.startswith("from"), line)):
        sections[line.split()[1].partition(".")[0] in sys.stdlib_module_names].append(line)
    sections[True] = [line for line in sections[True] if "__future__" not in line]
    blocks = [["from __future__ import annotations"], *sections.values()]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _rank(name: str) -> tuple[int, str]:
    """Constants first, then classes, then the rest."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)
