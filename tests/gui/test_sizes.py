"""Nothing is cut off, hidden or overlapping at the sizes of a laptop and of a large screen."""

from __future__ import annotations

from collections.abc import Iterator

import hands
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from engine.experiment import Experiment
from gui import theme
from gui.selection import Unit
from gui.window import Window

SIZES = [(1280, 800), (1920, 1080)]


def box(widget: QWidget, window: QWidget) -> QRect:
    """Where a widget lies in the window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def shown(window: Window, *kinds: type) -> list[QWidget]:
    """The widgets of some kinds that are visible, but for those in an area that scrolls."""
    return [w for kind in kinds for w in window.findChildren(kind) if w.isVisible() and w.width() and w.height()]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(shared_window: Window, request: pytest.FixtureRequest) -> Iterator[Window]:
    """The trained window at a size; its tests only look, or leave it as it was."""
    hands.as_new(shared_window)
    shared_window.resize(*request.param)
    shared_window.select(Unit(1, 0))
    shared_window.training.finish()
    hands.events()
    yield shared_window
    hands.as_new(shared_window)


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_window_is_painted_at_its_size(sized: Window, name: str) -> None:
    sized.show_theme(name)
    hands.events()
    picture = sized.grab()
    sized.show_theme("light")
    assert picture.size() == sized.size()


def test_the_window_gets_the_size_it_was_given(sized: Window) -> None:
    assert (sized.width(), sized.height()) in SIZES


def test_everything_of_the_toolbar_lies_inside_it(sized: Window) -> None:
    children = [w for w in sized.toolbar.findChildren(QWidget) if w.isVisible()]
    outside = [w for w in children if not sized.toolbar.rect().contains(box(w, sized.toolbar))]
    assert outside == []


def test_nothing_of_the_toolbar_is_hidden_behind_an_arrow(sized: Window) -> None:
    hidden = [sized.toolbar.widgetForAction(action) for action in sized.toolbar.actions()]
    assert [w for w in hidden if w is not None and not w.isVisible()] == []


def test_search_and_menu_are_there_in_the_smallest_window(shared_window: Window) -> None:
    hands.as_new(shared_window)
    shared_window.resize(shared_window.minimumSize())
    hands.events()
    toolbar = shared_window.toolbar
    last = [toolbar.widgetForAction(action) for action in toolbar.actions()][-2:]
    assert [w.isVisible() and toolbar.rect().contains(box(w, toolbar)) for w in last] == [True, True]


def test_the_losses_take_over_the_colours_of_another_theme_at_once(shared_window: Window) -> None:
    hands.as_new(shared_window)
    shared_window.show_theme("dark")
    inks = [figure.ink for figure in (shared_window.toolbar.train_loss, shared_window.toolbar.test_loss)]
    assert inks == [theme.THEMES["dark"].series[0], theme.THEMES["dark"].test_text]
    shared_window.show_theme("light")


def test_no_two_things_of_the_toolbar_overlap(sized: Window) -> None:
    boxes = [
        box(w, sized) for a in sized.toolbar.actions() if (w := sized.toolbar.widgetForAction(a)) and w.isVisible()
    ]
    boxes = [b for b in boxes if b.width() > 0]
    assert [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.intersects(b)] == []


def test_every_panel_lies_inside_the_window(sized: Window) -> None:
    shown = [dock for dock in sized.panels.docks.values() if dock.isVisible()]
    assert all(sized.rect().contains(box(dock, sized)) for dock in shown)


def test_no_two_panels_overlap(sized: Window) -> None:
    parts = (*sized.panels.docks.values(), sized.diagram)
    boxes = [box(part, sized) for part in parts if part.isVisible()]
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


def test_the_buttons_of_the_diagram_lie_inside_it(sized: Window) -> None:
    buttons = [button.geometry() for button in sized.diagram.findChildren(QAbstractButton) if button.isVisible()]
    assert (len(buttons) >= 4, all(sized.diagram.rect().contains(box) for box in buttons)) == (True, True)


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
