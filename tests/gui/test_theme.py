"""Light and dark: legible, complete, and nothing beyond the window's edge."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.experiment import Dense, Experiment
from gui import theme
from gui.selection import Unit
from gui.window import Window

both_themes = pytest.mark.parametrize("name", theme.THEMES)
SIZES = [(1280, 800), (1920, 1080)]
every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


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
        ("warning", "warning_soft"), ("surface", "text"),
    ],
)  # fmt: skip
def test_words_can_be_read_on_their_ground(name: str, words: str, ground: str) -> None:
    colours = theme.THEMES[name]
    assert contrast(getattr(colours, words), getattr(colours, ground)) >= 4.5


@both_themes
@pytest.mark.parametrize("colour", ["positive", "negative", "accent"])
def test_lines_and_marks_can_be_seen_on_the_surface(name: str, colour: str) -> None:
    colours = theme.THEMES[name]
    assert contrast(getattr(colours, colour), colours.surface) >= 3.0


@both_themes
def test_the_first_series_can_be_seen_on_the_surface(name: str) -> None:
    colours = theme.THEMES[name]
    assert min(contrast(series, colours.surface) for series in colours.series[:4]) >= 2.8


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


@pytest.mark.parametrize("panel", ["builder", "output", "inspector", "loss", "magnitudes", "diagram", "toolbar"])
def test_every_part_of_the_window_follows_the_theme(window: Window, panel: str) -> None:
    window.select(Unit(1, 0))
    window.show_theme("dark")
    hands.events()
    part = window.panels.docks.get(panel) or getattr(window, panel)
    assert np.median(picture(part)) < 128


def test_there_and_back_gives_the_same_picture(window: Window) -> None:
    window.select(Unit(1, 0))
    hands.events()
    before = picture(window)
    for name in ("dark", "light"):
        window.show_theme(name)
        hands.events()
    assert np.array_equal(picture(window), before)


def test_the_theme_can_be_switched_while_training(window: Window, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 1_000_000))
    hands.trigger(window, "train.toggle")
    for _ in range(4):
        hands.trigger(window, "view.theme")
        qtbot.wait(40)
    assert window.training.running


def test_an_unknown_theme_is_the_light_one(window: Window) -> None:
    window.show_theme("dark")
    window.show_theme("purple")
    assert theme.name() == "light"


def box(widget: QWidget, window: QWidget) -> QRect:
    """Where a widget lies in the window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def shown(window: Window, *kinds: type) -> list[QWidget]:
    """The widgets of some kinds that are visible, but for those in an area that scrolls."""
    return [w for kind in kinds for w in window.findChildren(kind) if w.isVisible() and w.width() and w.height()]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(window: Window, request: pytest.FixtureRequest) -> Window:
    """The window at the size of a laptop and of a large screen."""
    window.resize(*request.param)
    window.select(Unit(1, 0))
    hands.events()
    return window


@both_themes
def test_the_window_is_painted_at_its_size(sized: Window, name: str) -> None:
    sized.show_theme(name)
    hands.events()
    assert picture(sized).shape[:2] == (sized.height(), sized.width())


def test_the_window_gets_the_size_it_was_given(sized: Window) -> None:
    assert (sized.width(), sized.height()) in SIZES


def test_everything_of_the_toolbar_lies_inside_it(sized: Window) -> None:
    children = [w for w in sized.toolbar.findChildren(QWidget) if w.isVisible()]
    outside = [w for w in children if not sized.toolbar.rect().contains(box(w, sized.toolbar))]
    assert outside == []


def test_nothing_of_the_toolbar_is_hidden_behind_an_arrow(sized: Window) -> None:
    hidden = [sized.toolbar.widgetForAction(action) for action in sized.toolbar.actions()]
    assert [w for w in hidden if w is not None and not w.isVisible()] == []


def test_no_two_things_of_the_toolbar_overlap(sized: Window) -> None:
    boxes = [
        box(w, sized) for a in sized.toolbar.actions() if (w := sized.toolbar.widgetForAction(a)) and w.isVisible()
    ]
    boxes = [b for b in boxes if b.width() > 0]
    assert [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.intersects(b)] == []


def test_every_panel_lies_inside_the_window(sized: Window) -> None:
    assert all(sized.rect().contains(box(dock, sized)) for dock in sized.panels.docks.values())


def test_no_two_panels_overlap(sized: Window) -> None:
    boxes = [box(part, sized) for part in (*sized.panels.docks.values(), sized.diagram)]
    assert [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.intersects(b)] == []


def test_every_button_is_wide_enough_for_its_words(sized: Window) -> None:
    narrow = [w.text() for w in shown(sized, QPushButton) if w.text() and w.width() < w.minimumSizeHint().width()]
    assert narrow == []


def test_no_label_of_the_builder_is_cut_off(sized: Window) -> None:
    hands.select_layer(sized, 0)
    hands.events()
    labels = [w for w in sized.builder.findChildren(QLabel) if w.isVisible() and w.text()]
    cut = [w.text() for w in labels if w.width() < w.fontMetrics().horizontalAdvance(w.text()) - 1]
    assert cut == []


def test_the_builder_never_needs_to_scroll_sideways(sized: Window) -> None:
    hands.select_layer(sized, 0)
    hands.events()
    assert sized.builder.widget().width() <= sized.builder.viewport().width()


@pytest.mark.parametrize("source", ["breast_cancer", "digits", "diabetes", "spirals"])
def test_every_table_fits_into_the_builder(window: Window, source: str) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": source}}))
    hands.select_layer(window, -1)
    hands.events()
    right = window.builder.viewport().width()
    beyond = [
        w for w in window.builder.widget().findChildren(QWidget)
        if w.isVisible() and box(w, window.builder.widget()).right() > right
    ]  # fmt: skip
    assert beyond == []


def test_the_buttons_of_the_diagram_lie_inside_it(sized: Window) -> None:
    hands.show(sized, Experiment().with_layers((Dense(),) * 4))
    buttons = [b for b in sized.diagram.findChildren(QAbstractButton) if b.isVisible()]
    assert all(sized.diagram.rect().contains(b.geometry()) for b in buttons)
