"""Pictures of the real window and drawings of its network, without a screen."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from engine.edge_views import EDGE_VIEWS
from engine.experiment import Experiment
from engine.files import replace_file
from engine.snapshot import Failure, Snapshot
from engine.trainer import Trainer
from engine.unit_views import NODE_VIEWS
from gui.app import start
from gui.diagram.drawing import Drawing
from gui.diagram.shown import Shown
from gui.export import SUFFIXES, export_diagram, picture
from gui.pages.table import PAGES, PageKind
from gui.qt_messages import keep_messages
from gui.selection import Unit, unit_name
from gui.terminal.options import DRAWN_ANEW, VIEWS, Look, UsageError
from gui.theme import THEMES
from gui.viewing.picture import encoded
from gui.window import SMALLEST, Window

# Which views an option changes anything of.
_DRAWN, _TRACED = VIEWS[:3], (*VIEWS[:5], "data")
_SELECTED = ("window", "diagram", "inspector", *VIEWS[6:])
_PAGED = ("window", "output")
_MOST_NAMES = 12


def take(
    experiment: Experiment | None, out: Path, look: Look, *, trainer: Trainer | None = None, trained: bool = True
) -> None:
    """Opens the window, trains to the end unless told otherwise, and writes a picture of it or of one view.

    The network and the live views are drawn anew, as SVG, PDF or PNG by the suffix of ``out``; everything else is a PNG
    as it is on the screen. Raises ``UsageError`` and ``ValueError``, as far as possible before anything is opened, and
    ``OSError`` when the file cannot be written.
    """
    check(out, look)
    window = open_window(experiment, look, trainer=trainer, trained=trained)
    try:
        keep(window, out, look)
    finally:
        window.close()


def open_window(
    experiment: Experiment | None, look: Look, *, trainer: Trainer | None = None, trained: bool = True
) -> Window:
    """The window with what is to be seen, trained to the end unless told otherwise.

    With a ``trainer`` its experiment and data open. Raises ``UsageError``.
    """
    keep_messages()
    _, window = start([], experiment=experiment, trainer=trainer, remember=False)
    try:
        _set_up(window, look, trained)
    except UsageError:
        window.close()
        raise
    return window


def keep(window: Window, out: Path, look: Look) -> None:
    """Writes what there is to see. Raises ``UsageError``, and ``OSError`` when the file cannot be written."""
    window.show_theme(look.theme)
    window.setFocus()  # nothing in the picture is marked as having the keyboard
    # The layout settles and everything is painted in a few rounds of events.
    for _ in range(4):
        QApplication.processEvents()
    if look.view in window.views:
        view = window.views[look.view]
        called = view.title.called(window.panels.docks[look.view].windowTitle())
        replace_file(out, encoded(view, out.suffix[1:].lower(), called, look.scale))
        return
    if look.view != "network":
        if not _part(window, look.view).grab().save(str(out), "PNG"):
            raise OSError(0, "the picture could not be written", str(out))
        return
    snapshot, area = window.training.snapshot, (window.diagram.width(), window.diagram.height())
    assert snapshot is not None
    drawing = Drawing(snapshot, area, window.looking.shown)
    try:
        export_diagram(drawing, out, scale=look.scale, transparent=look.transparent, theme=look.theme)
    except ValueError as error:
        raise UsageError(str(error)) from None


def check(out: Path, look: Look) -> None:
    """Raises ``UsageError`` or ``ValueError`` for what cannot be done, whatever the data are."""
    _choice("view", look.view, VIEWS)
    _choice("theme", look.theme, tuple(THEMES))
    _choice("node view", look.nodes, tuple(part.key for part in NODE_VIEWS))
    _choice("edge view", look.edges, tuple(part.key for part in EDGE_VIEWS))
    if look.page is not None:
        _page(look.page, PAGES, "the output has no page '{0}'; there are {1}")
    _check_suffix(out, look.view)
    for option, given, views in (
        ("--zoom", look.scale != 1.0, DRAWN_ANEW),
        ("--transparent", look.transparent, ("network",)),
        ("--nodes", look.nodes is not None, _DRAWN),
        ("--edges", look.edges is not None, _DRAWN),
        ("--plane", look.plane is not None, _DRAWN),
        ("--heat-map", look.heat_map, _DRAWN),
        ("--row", look.row is not None, _TRACED),
        ("--select", look.select is not None, _SELECTED),
        ("--page", look.page is not None, _PAGED),
    ):
        if given and look.view not in views:
            raise UsageError(f"{option} is for --view {', '.join(views)}, not for '{look.view}'")
    picture("png", look.scale, look.transparent, look.theme)
    _size(look)


def _choice(what: str, wished: str | None, choices: tuple[str, ...]) -> None:
    if wished is not None and wished not in choices:
        raise UsageError(f"there is no {what} '{wished}'; there are {', '.join(choices)}")


def _page(text: str, kinds: tuple[PageKind, ...], otherwise: str) -> str:
    """The key of the page that is called by its key or by its name. Raises ``UsageError``, saying what is there."""
    for kind in kinds:
        if _joined(text) in (kind.key, _joined(kind.name)):
            return kind.key
    raise UsageError(otherwise.format(text, ", ".join(kind.key for kind in kinds)))


def _joined(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower())


def _check_suffix(out: Path, view: str) -> None:
    suffix, anew = out.suffix.lower(), view in DRAWN_ANEW
    if anew and suffix not in SUFFIXES:
        raise UsageError(f"the {view} is drawn as {', '.join(SUFFIXES)}, so '{out.name}' needs another ending")
    if not anew and suffix in SUFFIXES and suffix != ".png":
        raise UsageError(f"--view {view} is written as PNG, not as {suffix[1:].upper()}; the network can be")
    if not anew and suffix != ".png":
        raise UsageError(f"the picture is written as PNG; give it a name that ends in .png, not '{out.name}'")


def _size(look: Look) -> tuple[int, int]:
    """Width and height of the window."""
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", look.size)
    if found is None:
        raise UsageError(f"a size is written like 1440x900, not '{look.size}'")
    if int(found[1]) < SMALLEST[0] or int(found[2]) < SMALLEST[1]:
        raise UsageError(f"the window is at least {SMALLEST[0]}x{SMALLEST[1]}, not {look.size}")
    return int(found[1]), int(found[2])


# -- what is seen --------------------------------------------------------------------------------------


def _set_up(window: Window, look: Look, trained: bool) -> None:
    failures: list[Failure] = []
    window.training.failed.connect(failures.append)
    window.show_theme(look.theme)
    window.resize(*_size(look))
    window.training.wait_idle()
    snapshot = window.training.snapshot
    if failures or snapshot is None:
        raise UsageError(failures[0].message if failures else "there is nothing to draw")
    plain = Shown()
    plane = plain.plane if look.plane is None else plane_of(look.plane, snapshot.data.variables)
    window.looking.choose(Shown(look.nodes or plain.nodes, look.edges or plain.edges, plane, look.heat_map))
    if look.row is not None:
        window.trace_row(_row(look.row, snapshot))
    if look.view in window.views:
        # Its probes are asked from now on.
        window.panels.open(look.view)
    if look.page is not None:
        suiting = tuple(kind for kind in PAGES if kind.suits(snapshot))
        window.output.choose(_page(look.page, suiting, "these data have no page '{0}' of the output; there are {1}"))
    chosen = None if look.select is None else unit_called(look.select, snapshot)
    window.training.wait_idle()
    if trained:
        chosen = chosen or Unit(1, min(3, snapshot.plan.widths[1] - 1))
        window.training.finish()
    if failures:
        raise UsageError(failures[0].message)
    window.select(chosen)
    window.training.wait_idle()


def plane_of(text: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """The inputs that are named, or called by their numbers from 1, separated by commas. Raises ``UsageError``."""
    bare = [_plain(name.split(" (")[0]) for name in names]
    whole = [_plain(name) for name in names]
    found = []
    for part in (piece.strip() for piece in text.split(",")):
        word = _plain(part)
        if word in whole:
            found.append(whole.index(word))
        elif word in bare:
            found.append(bare.index(word))
        elif part.isdecimal() and 1 <= int(part) <= len(names):
            found.append(int(part) - 1)
        else:
            more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
            raise UsageError(f"there is no input '{part}'; there are {', '.join(names[:_MOST_NAMES])}{more}")
    if not 1 <= len(found) <= 2 or len(set(found)) < len(found):
        raise UsageError(f"maps run over one or two different inputs, not over '{text}'")
    return tuple(found)


def unit_called(text: str, snapshot: Snapshot) -> Unit:
    """The input or unit of that name: "hidden 1 · 4", with or without the dot. Raises ``UsageError``."""
    for column, count in enumerate(snapshot.plan.widths):
        for index in range(count):
            if _plain(unit_name(snapshot, column, index)) == _plain(text):
                return Unit(column, index)
    names = (unit_name(snapshot, column, 0) for column in range(len(snapshot.plan.widths)))
    raise UsageError(f"there is no unit '{text}'; the first of each layer are {', '.join(names)}")


def _row(row: int, snapshot: Snapshot) -> int:
    rows = snapshot.data.rows
    if row - 1 not in rows:
        raise UsageError(f"there is no row {row}; the table has the rows 1 to {rows.max() + 1:,}")
    return row - 1


def _plain(name: str) -> str:
    return " ".join(name.replace("·", " ").lower().split())


def _part(window: Window, view: str) -> QWidget:
    whole: dict[str, QWidget] = {"window": window, "diagram": window.diagram}
    return whole.get(view) or window.panels.docks[view]
