"""The way from the window to the panel and to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.checkpoint import Checkpoint
from engine.export.target import Target
from engine.export.targets import EXPORTS
from gui.dialogs.export import choose_file, recalled
from gui.exporting.panel import NetworkExport
from gui.exporting.work import Instant
from gui.projects.choosing import title_of
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window

_TARGET = "takeaway/target"


def open_panel(window: Window) -> NetworkExport:
    """Shows the panel with the network of this instant; there is one for a window."""
    panel = next((each for each in window.findChildren(NetworkExport) if not each.over), None)
    if panel is None:
        panel = _made(window)
    panel.show()
    panel.raise_()
    panel.activateWindow()
    return panel


def _made(window: Window) -> NetworkExport:
    panel = NetworkExport(EXPORTS, window)
    training = window.training

    def take(point: Checkpoint | None) -> None:
        if panel.over:
            return
        if point is None:
            panel.show_unavailable()
        else:
            panel.show_instant(Instant(point, training.generation, title_of(window.document)))

    def fetch() -> None:
        training.fetch(take)

    def save(target: Target, stem: str) -> None:
        def write(path: Path) -> None:
            panel.write(target, path)

        suffix = target.suffix.removeprefix(".")
        choose_file(window, panel, tr("Export network"), stem, ((suffix, target.label),), suffix, write)

    def remember(target: Target) -> None:
        window.remember(_TARGET, target.key)

    panel.targets.show_target(recalled(window, _TARGET, "numpy"))
    panel.targets.chosen.connect(remember)
    panel.fresh_wished.connect(fetch)
    panel.save_wished.connect(save)
    training.shown.connect(panel.show_snapshot)
    fetch()
    return panel
