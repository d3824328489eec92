"""The two themes: named colours, Qt's palette and style sheet made from them, and the fonts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from string import Template

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid


@dataclass(frozen=True)
class Colours:
    """Every colour of the window, by what it is for."""

    ground: str
    surface: str
    line: str
    chip: str
    chip_hover: str
    text: str
    quiet: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    positive: str
    negative: str
    negative_text: str
    test_text: str
    warning: str
    warning_soft: str
    series: tuple[str, ...]


LIGHT = Colours(
    ground="#F4F5F7",
    surface="#FFFFFF",
    line="#E4E7EC",
    chip="#F0F2F5",
    chip_hover="#E6E9EE",
    text="#1A1D23",
    quiet="#636D82",
    faint="#98A2B3",
    accent="#3A5BD9",
    on_accent="#FFFFFF",
    accent_soft="#EEF2FF",
    positive="#2F6DE0",
    negative="#E0700A",
    negative_text="#B45309",
    test_text="#B84F00",
    warning="#B42318",
    warning_soft="#FEF3F2",
    series=(
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B58900", "#3C9BD0", "#8C4A9E", "#6B7A00", "#A33B3B", "#5B6B7F",
    ),
)  # fmt: skip
DARK = Colours(
    ground="#121418",
    surface="#1A1D23",
    line="#2A2F38",
    chip="#242932",
    chip_hover="#2E343F",
    text="#E7E9EC",
    quiet="#9AA3B2",
    faint="#667085",
    accent="#7C9BFF",
    on_accent="#12151B",
    accent_soft="#232B42",
    positive="#6EA8FE",
    negative="#FFA14A",
    negative_text="#FFA14A",
    test_text="#FF9D5C",
    warning="#FF8A80",
    warning_soft="#3A2224",
    series=(
        "#56B4E9", "#FF9D5C", "#3CCB9B", "#E59CC6", "#E3C34A", "#8AB8FF", "#C49BE0", "#B5C94A", "#F08A8A", "#A9B6C8",
    ),
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}

_STYLE = Template("""
* { font-size: 13px; }
QLabel[textFormat="AutoText"], QToolTip { qproperty-textFormat: PlainText; }
QMainWindow, QDialog { background: $surface; }
QWidget { color: $text; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QToolBar { background: $surface; border: none; border-bottom: 1px solid $line; padding: 8px 12px; spacing: 8px; }
QStatusBar { background: $surface; border-top: 1px solid $line; color: $quiet; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $quiet; padding: 4px 10px; }
QToolTip { background: $text; color: $surface; border: none; padding: 6px 8px; font-size: 12px; }
QScrollArea, QScrollArea > QWidget > QWidget#content { background: $surface; border: none; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 4px; min-height: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }

QLabel[role="section"] { color: $quiet; font-weight: 600; }
QLabel[role="quiet"], QLabel[role="field"] { color: $quiet; }
QLabel[role="note"] { color: $quiet; font-size: 12px; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="figure"] { font-size: 15px; font-weight: 600; }
QLabel[role="caption"] { color: $quiet; font-size: 11px; }
QLabel[role="key"] { color: $quiet; font-size: 11px; }

QPushButton, QToolButton { border: none; border-radius: 8px; padding: 6px 10px; background: transparent; }
QPushButton:hover, QToolButton:hover { background: $chip; }
QPushButton:focus, QToolButton:focus, QComboBox:focus { outline: none; border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { image: none; }
QFileDialog QToolButton { padding: 3px; border-radius: 6px; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; font-weight: 600; padding: 8px 14px; }
QPushButton[role="primary"]:focus { border: 1px solid $text; }
QPushButton[role="primary"]:disabled { background: $chip; color: $faint; }
QPushButton[role="link"] { color: $accent; padding: 4px 2px; text-align: left; }
QPushButton[role="link"]:hover { background: transparent; text-decoration: underline; }
QPushButton[role="hint"] { color: $text; padding: 2px 4px; text-align: left; border-radius: 6px; }
QPushButton[role="hint"]:hover { background: $chip_hover; }
QPushButton[role="folder"] { background: $chip; border: 1px solid $chip; border-radius: 7px; padding: 2px 10px; }
QPushButton[role="folder"]:hover { background: $chip_hover; border-color: $chip_hover; }
QPushButton[role="folder"]:focus { border-color: $accent; }
QPushButton[role="search"] { background: $chip; color: $quiet; text-align: left; padding: 8px 12px; }
QToolButton[role="round"] { background: $chip; color: $quiet; border-radius: 11px; padding: 0; font-weight: 600; }
QToolButton[role="round"]:hover { background: $accent; color: $on_accent; }
QToolButton[role="insert"] { border: 1px dashed $line; color: $quiet; border-radius: 10px; padding: 0; }
QToolButton[role="insert"]:hover { border: 1px solid $accent; color: $accent; }
QToolButton[role="step"] { color: $quiet; padding: 0; border-radius: 6px; min-width: 22px; min-height: 22px; }
QToolButton[role="step"]:hover { background: $chip_hover; color: $text; }
QToolButton[role="chip"] { background: transparent; border: 1px dashed $faint; border-radius: 11px; padding: 3px 10px;
  color: $quiet; font-size: 12px; }
QToolButton[role="chip"]:checked { background: $chip; border: 1px solid $chip; color: $text; }
QToolButton[role="chip"]:hover { border-color: $accent; }
QToolButton[role="light"] { color: $quiet; padding: 2px 8px; border: 1px solid transparent; border-radius: 6px; }
QToolButton[role="light"]:hover { color: $text; }
QToolButton[role="light"]:focus { border-color: $accent; }
QToolButton[role="mini"] { color: $quiet; font-size: 12px; padding: 2px 4px; border-radius: 6px; }
QToolButton[role="mini"]:checked { color: $accent; background: $accent_soft; }

QToolButton[role="tool"] { padding: 0; border-radius: 6px; border: 1px solid transparent; }
QToolButton[role="tool"]:checked { background: $accent_soft; border-color: $accent; }
QToolButton[role="tool"]:focus { border-color: $text; }

QLineEdit { background: $chip; border: 1px solid $chip; border-radius: 7px; padding: 2px 8px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:hover { background: $chip_hover; border-color: $chip_hover; placeholder-text-color: $text; }
QLineEdit:focus { border-color: $accent; background: $surface; }
QLineEdit[invalid="true"] { border-color: $warning; background: $warning_soft; }
QLineEdit:disabled { color: $faint; }
QLineEdit[outside="true"] { color: $warning; }
QFrame#stepper { background: $chip; border-radius: 8px; }
QFrame#stepper QLineEdit { background: transparent; border-color: transparent; padding: 2px 0; font-weight: 600; }
QFrame#stepper QLineEdit:focus { border-color: $accent; }
QComboBox { background: $chip; border: 1px solid $chip; border-radius: 7px; padding: 2px 6px 2px 10px; }
QComboBox:hover { background: $chip_hover; border-color: $chip_hover; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: url($arrow); width: 10px; height: 10px; }
QComboBox QAbstractItemView, QMenu, QListView { background: $surface; border: 1px solid $line; border-radius: 8px;
  padding: 4px; outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QListWidget#targets { border: none; padding: 0; background: $surface; }
QPlainTextEdit#source { background: $ground; border: 1px solid $line; border-radius: 8px; padding: 6px; font-size: 12px;
  selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit#source:focus { border-color: $accent; }

QTableView { background: $surface; border: none; gridline-color: $line; outline: none;
  selection-background-color: $accent_soft; selection-color: $text; }
QTableView[role="cells"] QHeaderView { background: $surface; border: none; }
QTableView[role="cells"] QHeaderView::section { background: $surface; color: $quiet; border: none; padding: 0 8px;
  font-size: 11px; }
QTableView[role="cells"] QTableCornerButton::section { background: $surface; border: none;
  border-bottom: 1px solid $line; }
QTableView[role="cells"]::item { padding: 0 5px; }
CellTable[role="cells"] QHeaderView::section:horizontal { padding: 0 16px 0 8px; }
CellTable[role="cells"]::item { padding: 0 13px 0 5px; }
QSplitter::handle { background: transparent; image: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QListView#columns::indicator, QListView#inputs::indicator
  { width: 14px; height: 14px; border: 1px solid $quiet; border-radius: 4px; }
QListView#columns::indicator:checked, QListView#inputs::indicator:checked
  { background: $accent; border-color: $accent; }
QListView#columns, QListView#inputs { border: none; padding: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 4px; min-width: 32px; }
QProgressBar { background: $chip; border: none; border-radius: 3px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QLabel[tone="warning"] { color: $warning; }

QFrame#popover { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame#popover QLabel#explained { background: $surface; border: none; }
QMainWindow > QTabBar { background: $surface; }
QTabBar::tab { background: transparent; color: $quiet; border: none; border-bottom: 2px solid transparent;
  padding: 6px 10px 5px 10px; font-size: 12px; }
QTabBar::tab:hover { color: $text; background: $chip; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }

QFrame#card { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame#card:focus { border-color: $accent; }
QFrame#card[selected="true"] { border: 2px solid $accent; }
QFrame#card[selected="true"]:focus { border-color: $text; }
QLabel:focus { border: 1px solid $accent; border-radius: 6px; }
QFrame#banner { background: $warning_soft; border-radius: 8px; }
QFrame#banner QLabel { color: $warning; }
QFrame#banner[tone="note"] { background: $accent_soft; }
QFrame#banner[tone="note"] QLabel { color: $text; }
QFrame#banner QProgressBar { background: $surface; }
QFrame#rule { background: $line; max-height: 1px; min-height: 1px; }
QFrame#upright { background: $line; max-width: 1px; min-width: 1px; }
QSlider:horizontal { min-height: 16px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; background: $surface;
  border: 2px solid $accent; }
QSlider::handle:horizontal:focus { background: $accent; }
""")

_TABULAR, _CONTEXTUAL = QFont.Tag("tnum"), QFont.Tag("calt")
_PIXELS = re.compile(r"font-size: (\d+)px")
_current = LIGHT
_name = "light"
# How many times as large as usual the type is, and how large it is where it is in force.
_type_size, _type_in_force = 1.0, 1.0
_for_a_file = False


def colours() -> Colours:
    """The colours of the theme in force. Painted widgets ask for them each time they paint."""
    return _current


def name() -> str:
    """ "light" or "dark": the theme in force."""
    return _name


def type_size() -> float:
    """How many times as large as usual the type of the window is."""
    return _type_size


def set_type_size(times: float) -> None:
    """Another size of the type, from the next ``apply`` on."""
    global _type_size
    _type_size = times


def pixels(size: float) -> int:
    """So many pixels of type, as many as they are in the window: more where its type is large."""
    return round(size * _type_size)


@contextmanager
def painted_in(theme: str, type_size: float = 1.0) -> Iterator[None]:
    """Within it ``colours`` and ``font`` are for a file in some theme; the window on the screen keeps its own.

    Figures are then proportional and signs plain: the others are stand-ins that cannot be found or copied in a PDF.
    """
    global _current, _name, _for_a_file, _type_size
    before = _current, _name, _for_a_file, _type_size
    _current, _name, _for_a_file, _type_size = THEMES[theme], theme, True, type_size
    try:
        yield
    finally:
        _current, _name, _for_a_file, _type_size = before


def is_for_a_file() -> bool:
    """Whether what is painted now goes into a file, where no pixels kept for the screen should be copied."""
    return _for_a_file


def system_theme() -> str:
    """The theme that the desktop asks for; light where it does not say."""
    from PySide6.QtCore import Qt  # noqa: PLC0415

    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def colour(value: str, alpha: float = 1.0) -> QColor:
    """A QColor of a token, with an opacity in [0, 1]."""
    made = QColor(value)
    made.setAlphaF(alpha)
    return made


def rgb(value: str) -> tuple[int, int, int]:
    """Red, green and blue of a token, 0 to 255."""
    made = QColor(value)
    return made.red(), made.green(), made.blue()


def readable_on(ground: QColor) -> QColor:
    """The lighter or darker of the theme's two text colours, whichever can be read on a ground."""
    candidates = (QColor(_current.text), QColor(_current.on_accent))
    return max(candidates, key=lambda text: contrast(text, ground))


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(over: str, strength: float, ground: str) -> QColor:
    """The solid colour that a token of some opacity makes on another."""
    mixed = [round(a * strength + b * (1.0 - strength)) for a, b in zip(rgb(over), rgb(ground), strict=True)]
    return QColor(*mixed)


def _luminance(value: QColor) -> float:
    channels = (value.redF(), value.greenF(), value.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4) for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def font(size: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The window's font in pixels of usual type, with figures that keep their width."""
    made = QFont(QApplication.font())
    made.setPixelSize(pixels(size))
    made.setWeight(weight)
    if _for_a_file:
        made.unsetFeature(_TABULAR)
        made.setFeature(_CONTEXTUAL, 0)
    return made


def prepare(application: QApplication) -> None:
    """Fusion, and Inter where it is installed, with tabular figures; once, before the first window."""
    if application.styleSheet():
        return
    application.setStyle("Fusion")
    chosen = QFont("Inter") if "Inter" in QFontDatabase.families() else application.font()
    chosen.setPixelSize(13)
    chosen.setFeature(_TABULAR, 1)
    application.setFont(chosen)


def apply(application: QApplication, theme: str, arrow: str) -> None:
    """Puts a theme in force for the whole application. ``arrow`` is a file with the combo boxes' arrow."""
    global _current, _name, _type_in_force
    _current, _name = THEMES[theme], theme
    tokens = {field.name: getattr(_current, field.name) for field in fields(_current) if field.name != "series"}
    style = _STYLE.substitute(tokens, arrow=arrow)
    style = _PIXELS.sub(lambda found: f"font-size: {pixels(int(found[1]))}px", style)
    if application.styleSheet() == style:
        return  # for the same again Qt would go through every widget of every window
    application.setPalette(_palette(_current))
    if _type_in_force != _type_size:
        _type_in_force = _type_size
        usual = application.font()
        usual.setPixelSize(pixels(13))
        application.setFont(usual)
    _restyle(application, style)


def _restyle(application: QApplication, style: str) -> None:
    """Puts a style sheet in force; every widget is polished, and told of it by a StyleChange, once.

    Where a sheet takes the place of another, Qt does so once for each widget that a widget is in, which is several
    times the work. It goes through the widgets whose rules it has kept: here they are forgotten first.
    """
    first = not application.styleSheet()
    application.style().unpolish(application)
    application.setStyleSheet(style)
    if first:  # then Qt has gone through all of them
        return
    widgets = application.allWidgets()
    for widget in widgets:
        widget.style().polish(widget)
    for widget in filter(isValid, widgets):  # what is told may remove others
        application.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def _palette(c: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for group, value in (
        (role.Window, c.surface), (role.Base, c.surface), (role.AlternateBase, c.ground), (role.Button, c.chip),
        (role.WindowText, c.text), (role.Text, c.text), (role.ButtonText, c.text), (role.PlaceholderText, c.quiet),
        (role.ToolTipBase, c.text), (role.ToolTipText, c.surface), (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent), (role.Link, c.accent), (role.Mid, c.line),
    ):  # fmt: skip
        palette.setColor(group, QColor(value))
    for disabled in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, disabled, QColor(c.faint))
    return palette
