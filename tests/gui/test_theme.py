"""Light and dark: legible, complete, and nothing beyond the window's edge."""

from __future__ import annotations

import re
from collections.abc import Iterator

import hands
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from engine.experiment import Experiment
from gui import theme
from gui.selection import Unit
from gui.window import Window

both_themes = pytest.mark.parametrize("name", theme.THEMES)


def luminance(colour: str) -> float:
    """Relative luminance as the Web Content Accessibility Guidelines define it."""
    parts = np.array(QColor(colour).getRgbF()[:3])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@both_themes
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("text", "surface"), ("text", "ground"), ("text", "chip"), ("text", "chip_hover"), ("text", "accent_soft"),
        ("quiet", "surface"), ("quiet", "ground"), ("quiet", "chip"),
        ("on_accent", "accent"), ("accent", "surface"), ("accent", "accent_soft"),
        ("warning", "warning_soft"), ("surface", "text"), ("quiet", "accent_soft"), ("accent", "chip"),
        ("negative_text", "surface"), ("test_text", "surface"), ("warning", "surface"), ("text", "warning_soft"),
    ],
)  # fmt: skip
def test_words_can_be_read_on_their_ground(name: str, words: str, ground: str) -> None:
    colours = theme.THEMES[name]
    assert contrast(getattr(colours, words), getattr(colours, ground)) >= 4.5


@both_themes
@pytest.mark.parametrize("colour", ["positive", "negative", "accent", "quiet", "text", "warning"])
def test_lines_and_marks_can_be_seen_on_the_surface(name: str, colour: str) -> None:
    colours = theme.THEMES[name]
    assert contrast(getattr(colours, colour), colours.surface) >= 3.0


@both_themes
def test_every_series_can_be_seen_on_the_surface(name: str) -> None:
    colours = theme.THEMES[name]
    assert min(contrast(series, colours.surface) for series in colours.series) >= 3.0


def rules() -> Iterator[tuple[str, dict[str, str]]]:
    """The rules of the style sheet: what they are for, and the token of each property that has a colour."""
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", theme._STYLE.template):
        found = re.findall(r"(?:^|[;\s])([\w-]+):[^;$]*\$(\w+)", body)
        yield " ".join(selector.split()), {what: token for what, token in found if hasattr(theme.LIGHT, token)}


@both_themes
def test_words_in_the_style_sheet_can_be_read_where_they_are_not_greyed(name: str) -> None:
    colours, weak, seen = theme.THEMES[name], [], 0
    for selector, said in rules():
        for words, ground in (("color", "background"), ("placeholder-text-color", "background")):
            if words in said and ":disabled" not in selector:
                seen += 1
                pair = getattr(colours, said[words]), getattr(colours, said.get(ground, "surface"))
                weak += [selector] * (contrast(*pair) < 4.5)
    assert (weak, seen > 30) == ([], True)


@both_themes
@pytest.mark.parametrize("ground", ["surface", "chip", "ground"])
def test_the_marks_of_the_keyboard_and_of_boxes_to_tick_can_be_seen(name: str, ground: str) -> None:
    colours, weak, seen = theme.THEMES[name], [], 0
    for selector, said in rules():
        edges = [token for what, token in said.items() if what.startswith("border")]
        if edges and (":focus" in selector or "::indicator" in selector):
            seen += 1
            weak += [selector] * (contrast(getattr(colours, edges[0]), getattr(colours, ground)) < 3.0)
    assert (weak, seen >= 8) == ([], True)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_reached_by_the_keyboard_looks_other_than_before(window: Window, name: str) -> None:
    window.show_theme(name)
    hands.select_layer(window, 0)
    hands.settle(window)
    window.select(Unit(1, 0))
    hands.events()
    unseen = []
    card = window.builder.cards.cards[0]
    for widget in (window.diagram, card, window.inspector.terms, window.output.choice, window.toolbar.speed):
        before = picture(window)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        hands.events()
        marked = np.abs(picture(window).astype(int) - before).max(axis=2) > 60
        unseen += [widget] if marked.sum() < 16 else []
        widget.clearFocus()
        hands.events()
    assert unseen == []


@both_themes
def test_no_two_series_have_the_same_colour(name: str) -> None:
    assert len(set(theme.THEMES[name].series)) == len(theme.THEMES[name].series) >= 10


def picture(widget: QWidget) -> np.ndarray:
    """What a widget looks like, (height, width, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width(), :3].copy()


@both_themes
def test_the_window_has_the_ground_of_its_theme(window: Window, name: str) -> None:
    window.show_theme(name)
    hands.events()
    surface = QColor(theme.THEMES[name].surface)
    share = (picture(window) == (surface.red(), surface.green(), surface.blue())).all(axis=2).mean()
    assert share > 0.5


PANELS = ("builder", "output", "inspector", "loss", "magnitudes", "diagram", "toolbar")


@pytest.fixture(scope="module")
def dark_panels(shared_window: Window) -> dict[str, np.ndarray]:
    """What the parts of the window look like after it went dark."""
    hands.as_new(shared_window)
    shared_window.select(Unit(1, 0))
    shared_window.show_theme("dark")
    hands.events()
    docks = shared_window.panels.docks
    return {panel: picture(docks.get(panel) or getattr(shared_window, panel)) for panel in PANELS}


@pytest.mark.parametrize("panel", PANELS)
def test_every_part_of_the_window_follows_the_theme(dark_panels: dict[str, np.ndarray], panel: str) -> None:
    assert np.median(dark_panels[panel]) < 128


class Restyled(QObject):
    """Counts how often a widget is told that its style is another."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.count += event.type() == QEvent.Type.StyleChange
        return False


def test_the_same_theme_again_goes_through_no_widget(window: Window) -> None:
    counter = Restyled()
    window.installEventFilter(counter)
    window.show_theme("light")
    again = counter.count
    window.show_theme("dark")
    assert (again, counter.count > 0) == (0, True)


@pytest.mark.parametrize("times", [1.0, 1.4], ids=["theme", "theme and type"])
def test_every_widget_is_told_of_another_theme_once(window: Window, times: float) -> None:
    deep = max((bar for bar in window.findChildren(QScrollBar) if bar.isVisible()), key=depth)
    counter = Restyled()
    for widget in (deep, window.diagram, window):
        widget.installEventFilter(counter)
    theme.set_type_size(times)
    try:
        window.show_theme("dark")
    finally:
        theme.set_type_size(1.0)
        window.show_theme("light")
    assert (depth(deep) > 3, counter.count) == (True, 2 * 3)


def depth(widget: QWidget) -> int:
    """In how many others a widget is."""
    parent = widget.parentWidget()
    return 0 if parent is None else 1 + depth(parent)


@pytest.mark.parametrize("layout", ["learn", "inspect"])
def test_there_and_back_gives_the_same_picture(window: Window, layout: str) -> None:
    hands.trigger(window, f"layout.{layout}")
    window.select(Unit(1, 0))
    hands.select_layer(window, 0)
    hands.events()
    bar = window.builder.verticalScrollBar()
    bar.setValue(bar.maximum())
    hands.settle(window)
    hands.events()
    before = picture(window)
    for name in ("dark", "light"):
        window.show_theme(name)
        hands.events()
    after = picture(window)
    hands.trigger(window, "view.reset_layout")
    assert np.array_equal(after, before)


def test_the_theme_can_be_switched_while_training(window: Window, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 1_000_000))
    hands.trigger(window, "train.toggle")
    for _ in range(4):
        hands.trigger(window, "view.theme")
        qtbot.wait(40)
    assert window.training.running


@both_themes
def test_what_the_style_sheet_does_not_say_follows_the_theme_too(window: Window, name: str) -> None:
    window.show_theme(name)
    palette, colours = QApplication.palette(), theme.THEMES[name]
    shown = [palette.color(role).name().upper() for role in (palette.ColorRole.Base, palette.ColorRole.WindowText)]
    assert shown == [colours.surface.upper(), colours.text.upper()]


def test_an_unknown_theme_is_the_light_one(window: Window) -> None:
    window.show_theme("dark")
    window.show_theme("purple")
    assert theme.name() == "light"


@both_themes
def test_the_buttons_of_a_file_dialog_leave_room_for_their_pictures(window: Window, qtbot: QtBot, name: str) -> None:
    window.show_theme(name)
    dialog = QFileDialog(window)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    button = dialog.findChild(QToolButton, "newFolderButton")
    pixels = button.grab().toImage()
    ground = pixels.pixel(0, pixels.height() // 2)
    drawn = [
        x for x in range(pixels.width()) if any(pixels.pixel(x, y) != ground for y in range(4, pixels.height() - 4))
    ]
    dialog.close()
    assert drawn[-1] - drawn[0] >= 12
