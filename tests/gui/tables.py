"""Tables to open, and the hands that set them up."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import hands
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.importing.window import ImportWindow
from gui.window import Window

ROWS = 40
NAMES = ("height", "dose", "town", "smoker", "outcome")


def text(rows: int = ROWS, delimiter: str = ",") -> str:
    """People with a height, a dose that is 0 where it was not taken, a town, and whether they are ill."""
    towns = ("Rome", "Paris", "Oslo")
    lines = [delimiter.join(NAMES)]
    for i in range(rows):
        dose = 0 if i % 10 == 3 else 100 + 7 * (i % 13)
        values = (f"{1.5 + 0.01 * i:.2f}", dose, towns[i % 3], ("yes", "no")[i % 2], ("ill", "well")[i * 7 % 5 < 2])
        lines.append(delimiter.join(map(str, values)))
    return "\n".join(lines) + "\n"


def write(folder: Path, name: str = "people.csv", words: str | None = None) -> Path:
    """The table as a file."""
    path = folder / name
    path.write_text(text() if words is None else words, "utf-8")
    return path


def until(found: Callable[[], object], seconds: float = 20.0) -> None:
    """Runs the event loop until something holds."""
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "waited in vain"
        QApplication.processEvents()
        time.sleep(0.002)


def wait(window: Window) -> ImportWindow:
    """Until the import window shows what was asked for."""
    panel = window.opening.panel
    until(lambda: not panel.reader.busy)
    hands.events()
    return panel


def open_file(window: Window, path: Path) -> ImportWindow:
    """Opens a file in the import window."""
    window.opening.open_file(str(path))
    return wait(window)


def close(window: Window) -> None:
    """Closes the import window, if there is one."""
    if window.opening.is_open:
        window.opening.panel.reject()
    hands.events()


def use(window: Window) -> None:
    """Presses the button and waits until the network has the table."""
    QTest.mouseClick(window.opening.panel.foot.use, hands.LEFT)
    hands.settle(window)


def click_check(panel: ImportWindow, name: str) -> None:
    """Clicks the box of a column in the list."""
    view = panel.content.columns.list
    model = view.model()
    row = next(i for i in range(model.rowCount()) if model.index(i, 0).data() == name)
    rect = view.visualRect(model.index(row, 0))
    QTest.mouseClick(view.viewport(), hands.LEFT, pos=QPoint(rect.left() + 10, rect.center().y()))


def said_by(panel: ImportWindow, name: str) -> dict[str, object]:
    """What the draft says about a column, where it is not as it is at first."""
    assert panel.data is not None
    assert panel.data.table is not None
    said = panel.data.table.settings_by_name.get(name)
    return said.model_dump(exclude_defaults=True, exclude={"name"}) if said else {}
