"""Every text of the window: the literals that ``tr`` is given, and what is declared elsewhere and goes through it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine
import gui
from engine.choices import settings_of
from engine.layers import LAYERS
from engine.registry import Registry
from engine.spec import Setting, Spec

ROOT = Path(__file__).parents[2]
# What a part of a registry says of itself to people.
SAID = ("label", "short", "about", "help", "done", "text")
# Tables of the program whose words are shown: the module, the name, and which places of an entry are words.
TABLES = (
    ("engine.data.sources", "OWN", (1,)),
    ("engine.data.table_spec", "KINDS", (1,)),
    ("engine.data.table_spec", "DATE_PARTS", (1,)),
    ("gui.actions", "MENUS", (0,)),
    ("gui.builder.cards", "_TOOLS", (3,)),
    ("gui.builder.data", "COMMANDS", (1,)),
    ("gui.dialogs.export", "_MATRIX_KINDS", (1,)),
    ("gui.dialogs.settings", "GROUPS", (0,)),
    ("gui.painting.strip", "STRIP", (1, 2)),
    ("gui.report.pictures", "_PARTS", (1,)),
    ("gui.report.writing", "KINDS", (1,)),
)


def modules() -> list[Any]:
    """Every module of the program."""
    names = [
        f"{found.name}"
        for package in (engine, gui)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return [importlib.import_module(name) for name in names]


def literals() -> Iterator[str]:
    """The texts that are written where they are translated."""
    for path in sorted((ROOT / "gui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                yield from _words(node.args[0])


def _words(node: ast.expr) -> Iterator[str]:
    """The literals that an expression may amount to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)


def declared() -> Iterator[str]:
    """The texts of registries, settings and tables."""
    found = modules()
    values = [value for module in found for value in vars(module).values()]
    for value in values:
        if isinstance(value, Registry):
            for part in value:
                yield from _said(part)
        elif isinstance(value, Setting):
            yield from _of_setting(value)
    for kind in _below(Spec):
        if kind.__module__.partition(".")[0] in ("engine", "gui"):
            yield from _said(kind)
            for path, setting, _ in settings_of(kind):
                yield from _of_setting(setting)
                *inside, _name = path.split(".")
                yield from (part.replace("_", " ").capitalize() for part in inside)
    for module, name, places in TABLES:
        for entry in getattr(importlib.import_module(module), name):
            yield from (entry[place] for place in places)
    yield from (kind.replace("_", " ") for kind in LAYERS)
    yield from importlib.import_module("gui.builder.training").FOLDS
    yield from importlib.import_module("gui.dialogs.preparation")._HEADS
    yield importlib.import_module("gui.plots.curves")._PRESS
    for command in importlib.import_module("gui.actions").COMMANDS:
        yield from _said(command)


def _below(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def _said(part: Any) -> Iterator[str]:
    yield from (words for name in SAID if isinstance(words := getattr(part, name, None), str) and words)


def _of_setting(setting: Setting) -> Iterator[str]:
    yield from (setting.label, setting.help)
    if setting.choices is not None:
        yield from (label for _, label in setting.choices())


def texts() -> set[str]:
    """Every text of the window."""
    return {*literals(), *declared()}
