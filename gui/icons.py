"""Our own icons: one stroke each on a 24 × 24 grid, coloured from the theme."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QStandardPaths, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from engine.files import replace_file
from gui.desktop import ICON
from gui.theme import pixels

_STROKES = {
    "play": '<path d="M7 4.5v15l12-7.5z" fill="{c}" stroke="{c}" stroke-linejoin="round"/>',
    "pause": '<path d="M8 5v14M16 5v14" stroke-width="4"/>',
    "step": '<path d="M5 5v14l10-7z" fill="{c}"/><path d="M18.5 5v14" stroke-width="3"/>',
    "epoch": '<path d="M4 5v14l7-7zM12 5v14l7-7z" fill="{c}"/><path d="M20.5 5v14" stroke-width="2.5"/>',
    "reset": '<path d="M5 12a7.5 7.5 0 1 0 2.6-5.7"/><path d="M4.6 3.6v5h5"/>',
    "dice": '<rect x="4" y="4" width="16" height="16" rx="3.5"/><path d="M9 9h.01M15 15h.01M15 9h.01M9 15h.01" '
    'stroke-width="3"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "undo": '<path d="M4 9h10a5.5 5.5 0 0 1 0 11H9"/><path d="M8 4.5L3.8 9 8 13.5"/>',
    "redo": '<path d="M20 9H10a5.5 5.5 0 0 0 0 11h5"/><path d="M16 4.5L20.2 9 16 13.5"/>',
    "theme": '<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="{c}"/>',
    "down": '<path d="M6 9l6 6 6-6"/>',
    "trash": '<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5"/>',
    "up_arrow": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "down_arrow": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "nodes": '<rect x="5" y="3.5" width="14" height="7" rx="2"/><rect x="5" y="13.5" width="14" height="7" rx="2"/>',
    "edges": '<path d="M4 6c8 0 8 12 16 12M4 18c8 0 8-12 16-12"/>',
    "plane": '<path d="M5 4v15h15M9 15l9-9"/>',
    "freeze": '<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9"/>',
    "prune": '<path d="M4 12h5M15 12h5M9.5 8l5 8M14.5 8l-5 8"/>',
    "pin": '<path d="M9 4h6l-1 6 3.5 3.5h-11L10 10zM12 13.5V20"/>',
    "look": '<path d="M6 3.5l12 8-5.5 1.2L9.5 18z" fill="{c}"/>',
    "paint": '<path d="M5 19l1-4.5L16 4.5l3.5 3.5-10 10z"/>',
    "spray": '<path d="M12 12h.01M6 9h.01M17 7h.01M8 17h.01M16 17h.01M12 5.5h.01M19 12.5h.01M4.5 14h.01M12.5 19.5h.01" '
    'stroke-width="3"/>',
    "erase": '<path d="M8.5 19L4 14.5 14 4.5l5.5 5.5-9 9zM9 9.5l5.5 5.5M8.5 19H20"/>',
    "drag": '<path d="M12 3.5v17M3.5 12h17M9.5 6L12 3.5 14.5 6M9.5 18l2.5 2.5 2.5-2.5M6 9.5L3.5 12 6 14.5'
    'M18 9.5l2.5 2.5-2.5 2.5"/>',
    "jitter": '<path d="M3.5 13l3-6 4 11 4-13 3.5 9 2.5-4"/>',
    "help": '<path d="M8 8.6a4 4 0 1 1 6.3 3.3c-1.5 1-2.3 1.7-2.3 3.3M12 19.4h.01"/>',
    "more": '<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>',
    "warning": '<path d="M12 4L3 19.5h18z"/><path d="M12 10v4.5M12 17h.01"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
}


def svg(name: str, colour: str) -> bytes:
    """An icon as an SVG document."""
    strokes = _STROKES[name].replace("{c}", colour)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{strokes}</svg>'
    ).encode()


def icon(name: str, colour: str, size: int = 16) -> QIcon:
    """An icon in a colour, sharp at single and double pixel density, as large as the type beside it."""
    return _drawn(svg(name, colour), pixels(size))


def program_icon() -> QIcon:
    """The icon of the program itself."""
    return _drawn(ICON.encode(), 64)


def _drawn(document: bytes, size: int) -> QIcon:
    made = QIcon()
    renderer = QSvgRenderer(QByteArray(document))
    for density in (1, 2):
        pixmap = QPixmap(size * density, size * density)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        pixmap.setDevicePixelRatio(density)
        made.addPixmap(pixmap)
    return made


def icon_file(name: str, colour: str) -> str:
    """The path of a file with the icon, for style sheets, which cannot take a picture in memory.

    "" where no file can be written: the picture is then left out. It is written whole, for another window may just
    be reading it.
    """
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation))
    path = folder / f"{name}-{colour.lstrip('#')}.svg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != svg(name, colour):
            replace_file(path, svg(name, colour))
    except OSError:
        return ""
    return path.as_posix()
