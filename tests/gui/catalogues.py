"""Every text of the window: the literals that ``tr`` is given, and what is declared elsewhere and goes through it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import engine
import gui
from engine.choices import settings_of
from engine.layers import LAYERS
from engine.registry import Registry
from engine.spec import Setting, Spec
from gui.plots.view import About

ROOT = Path(__file__).parents[2]
# What a part of a registry, or a command, says of itself to people.
SAID = ("label", "short", "about", "help", "helps", "done", "text")
# Tables whose words are shown: module, name, and which places of an entry are words.
TABLES = (
    ("engine.data.sources", "OWN", (1,)),
    ("engine.data.table_spec", "DATE_PARTS", (1,)),
    ("gui.actions", "MENUS", (0,)),
    ("gui.builder.cards", "_TOOLS", (3,)),
    ("gui.builder.data", "COMMANDS", (1,)),
    ("gui.dialogs.export", "_MATRIX_KINDS", (1,)),
    ("gui.dialogs.settings", "GROUPS", (0,)),
    ("gui.export", "KINDS", (1,)),
    ("gui.painting.strip", "STRIP", (1, 2)),
    ("gui.plots.loss", "RATES", (1,)),
    ("gui.plots.loss", "SMOOTHINGS", (1,)),
    ("gui.plots.activations", "_HEADS", (0, 2)),
    ("gui.report.pictures", "_PARTS", (1,)),
    ("gui.report.writing", "KINDS", (1,)),
)
# Lists of words that are shown.
LISTS = (("gui.builder.training", "FOLDS"), ("gui.dialogs.preparation", "_HEADS"))


@cache
def modules() -> list[ModuleType]:
    """Every module of the program."""
    found = (each for part in (engine, gui) for each in pkgutil.walk_packages(part.__path__, f"{part.__name__}."))
    return [importlib.import_module(each.name) for each in found]


def trees(folder: str) -> Iterator[ast.Module]:
    """The syntax of every file below a folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield ast.parse(path.read_text("utf-8"))


def literals() -> Iterator[str]:
    """The texts that are written where they are translated."""
    for tree in trees("gui"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                yield from words_in(node.args[0])


def words_in(node: ast.expr) -> Iterator[str]:
    """The literals that an argument may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from words_in(node.body)
        yield from words_in(node.orelse)


def declared() -> Iterator[str]:
    """The texts of registries, settings, commands and tables."""
    for value in [value for module in modules() for value in vars(module).values()]:
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
                yield from (part.replace("_", " ").capitalize() for part in path.split(".")[:-1])
    for module, name, places in TABLES:
        yield from (entry[place] for entry in getattr(importlib.import_module(module), name) for place in places)
    for module, name in LISTS:
        yield from getattr(importlib.import_module(module), name)
    for about in _explanations():
        yield from (about.question, about.sentence, *about.formulas)
    yield from (kind.name for kind in importlib.import_module("gui.plots.catalogue").VIEWS)
    yield from (kind.name for kind in importlib.import_module("gui.pages.table").PAGES)
    ranking = importlib.import_module("gui.pages.ranking")
    for kind in (ranking.ROC, ranking.PRECISION_RECALL):
        yield from (kind.name, kind.x, kind.y, kind.figure)
    for command in importlib.import_module("gui.actions").COMMANDS:
        yield from _said(command)
    for name in ("loss", "gradients"):
        yield importlib.import_module(f"gui.plots.{name}").PRESS
    for measure in importlib.import_module("gui.plots.magnitudes").MEASURES:
        yield from (measure.label, measure.unit)
    for name in ("OPERATIONS", "PARTS"):
        yield from getattr(importlib.import_module("gui.plots.changes"), name).values()
    yield from (kind.replace("_", " ") for kind in LAYERS)


def _explanations() -> Iterator[About]:
    """What the views, and the pages of views, say of themselves."""
    for value in [value for module in modules() for value in vars(module).values()]:
        if isinstance(value, type) and isinstance(about := getattr(value, "about", None), About):
            yield about


def _below(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def _said(part: Any) -> Iterator[str]:
    yield from (words for name in SAID if isinstance(words := getattr(part, name, None), str))


def _of_setting(setting: Setting) -> Iterator[str]:
    yield from (setting.label, setting.help)
    if setting.choices is not None:
        yield from (label for _, label in setting.choices())


def haswords_in(text: str) -> bool:
    """Whether there is anything to translate in a text, and not only signs, letters of formulas and insertions."""
    return re.search(r"[A-Za-z]{2}", re.sub(r"\{\d\}", "", text)) is not None


def texts() -> set[str]:
    """Every text of the window that has words."""
    return {text for text in (*literals(), *declared()) if haswords_in(text)}


def spoken() -> set[str]:
    """Every literal of the program, with {0}, {1} … where something is inserted."""
    found = set()
    for tree in (*trees("engine"), *trees("gui")):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                count = iter(range(len(node.values)))
                parts = (
                    str(part.value) if isinstance(part, ast.Constant) else f"{{{next(count)}}}" for part in node.values
                )
                found.add("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found
