"""Narrow and wide panels, small windows and large type: what matters most is seen whole, nothing covers anything."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import hands
import pytest
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from engine.experiment import Experiment
from gui import theme
from gui.pages.classlist import ClassList
from gui.plots.legends import LayerLegend
from gui.plots.magnitudes import MagnitudePlot
from gui.plots.titles import Legend, PanelTitle
from gui.plots.titlewords import Name, Note
from gui.window import SMALLEST, Window

DYING = Experiment.model_validate(
    {
        "network": {"layers": [{"kind": "dense", "units": 8, "activation": "relu"}] * 4},
        "training": {"optimizer": {"kind": "gradient_descent", "learning_rate": 2.0}, "epochs": 60},
    }
)


@pytest.mark.parametrize(("width", "there"), [(400, True), (150, False)])
def test_a_short_title_line_keeps_its_name_rather_than_the_question_mark(qtbot: QtBot, width: int, there: bool) -> None:
    title, tools, spare = PanelTitle("Weight magnitudes"), QWidget(), QToolButton()
    qtbot.addWidget(title)
    spare.setFixedSize(22, 22)
    QHBoxLayout(tools).addWidget(spare)
    title.show_tools(tools, spare)
    title.resize(width, 36)
    title.show()
    assert spare.isVisibleTo(tools) == there


def test_no_panel_covers_another_in_the_smallest_window(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.resize(*SMALLEST)
    hands.events()
    shown = [dock.geometry() for dock in window.panels.docks.values() if dock.isVisible()]
    shown.append(window.centralWidget().geometry())
    assert len(shown) >= 5
    for place, each in enumerate(shown):
        assert window.rect().contains(each)
        assert not any(each.intersects(other) for other in shown[place + 1 :])


@pytest.mark.parametrize(("width", "in_title"), [(640, True), (420, True), (300, False)])
def test_the_legend_of_the_layers_stands_in_a_long_title(
    open_window: Callable[..., Window], width: int, in_title: bool
) -> None:
    window = open_window()
    plot = window.magnitudes
    assert isinstance(plot, MagnitudePlot)
    dock = window.panels.docks["magnitudes"]
    dock.setFloating(True)
    dock.resize(width, 260)
    hands.events()
    assert (plot.legend.parent() is plot.title) == in_title
    # What the legend leaves no room for is in the menu of the panel.
    mean = next(button for button in plot.title.findChildren(QToolButton) if button.text().startswith("mean"))
    entries = [action.text() for action in window.viewing.menu("magnitudes").actions()]
    assert mean.isHidden() == any(entry.startswith("Measure") for entry in entries) == (width == 420)
    keys = plot.legend.keys
    assert [key.isVisible() for key in keys] == [True] * 3
    assert all(left.geometry().right() < right.geometry().left() for left, right in pairwise(keys))
    assert keys[-1].geometry().right() < plot.legend.width()


def test_plots_of_one_width_beside_each_other_begin_at_one_height(open_window: Callable[..., Window]) -> None:
    window = open_window()
    for width in (1280, 1440, 1920):
        window.resize(width, 900)
        hands.events()
        window.training.finish()
        hands.events()
        tops = {plot.plot.mapTo(window, plot.plot.rect().topLeft()).y() for plot in (window.loss, window.magnitudes)}
        assert len(tops) == 1


@pytest.mark.parametrize("width", [1440, 1920])
def test_titles_of_plots_beside_each_other_are_whole(open_window: Callable[..., Window], width: int) -> None:
    window = open_window()
    window.resize(width, 900)
    hands.trigger(window, "layout.train")
    window.training.finish()
    hands.events()
    for name in ("loss", "magnitudes", "gradients"):
        title = window.views[name].title
        called = title.findChild(Name)
        assert called.width() >= called.sizeHint().width()
        legends = [each for each in title.findChildren(QWidget) if isinstance(each, Legend | LayerLegend)]
        assert max(each.sizeHint().width() for each in legends) > 100
        assert all(each.width() >= each.sizeHint().width() for each in legends)
    hands.trigger(window, "view.reset_layout")


def test_the_menu_is_there_in_large_type(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.resize(1440, 900)
    hands.trigger(window, "layout.present")
    hands.events()
    try:
        assert window.toolbar.menu_button.isVisible()
        assert window.toolbar.menu_button.geometry().right() <= window.width()
    finally:
        hands.trigger(window, "view.reset_layout")


def test_the_menu_is_there_however_long_a_caption_becomes(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.resize(1440, 900)
    hands.events()
    snapshot = hands.settle(window)
    training = window.document.experiment.edited(training={"epochs": 1_000_000})
    hands.trigger(window, "layout.present")
    window.toolbar.quality.show_value("–", "a caption that is longer than all others")
    window.toolbar.show_snapshot(snapshot, training)
    hands.events()
    try:
        assert window.toolbar.menu_button.isVisible()
    finally:
        hands.trigger(window, "view.reset_layout")


def test_a_legend_in_a_note_goes_before_the_question_mark(qtbot: QtBot) -> None:
    title, tools, spare = PanelTitle("Output"), QWidget(), QToolButton()
    qtbot.addWidget(title)
    spare.setFixedSize(22, 22)
    QHBoxLayout(tools).addWidget(spare)
    title.show_tools(tools, spare)
    title.resize(220, 36)
    title.show()
    for legend in (False, True, False):
        title.show_note("● training  ○ test", legend=legend)
        assert spare.isVisibleTo(tools) != legend


def test_every_class_of_a_legend_is_named_whole(qtbot: QtBot) -> None:
    classes = ClassList()
    qtbot.addWidget(classes)
    classes.resize(420, 60)
    classes.show()
    classes.show_entries([(0, "setosa", "AUC 1.0000"), (1, "versicolor", "AUC 1.0000")], -1)
    hands.events()
    for place in range(2):
        item = classes.item(place)
        words = classes.fontMetrics().horizontalAdvance(item.text())
        assert classes.visualItemRect(item).width() >= words + classes.iconSize().width()


def test_a_note_leaves_out_whole_parts(qtbot: QtBot) -> None:
    note = Note()
    qtbot.addWidget(note)
    note.setText("● training  ○ test · step 600")
    found = {}
    for width in range(300, 10, -10):
        note.resize(width, 20)
        found[note.fitting] = None
    assert list(found)[:3] == ["● training  ○ test · step 600", "● training  ○ test", "● training"]
    assert list(found)[-1] == ""


def test_a_hint_has_room_in_the_smallest_window(open_window: Callable[..., Window]) -> None:
    window = open_window(DYING)
    window.resize(*SMALLEST)
    window.training.finish()
    hands.events()
    sentence = window.status.hint.sentence
    assert sentence.words
    assert len(sentence.text()) > min(len(sentence.words), 40) - 1


def test_large_type_has_large_buttons_and_wide_panels(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.resize(1280, 800)
    hands.events()
    help_button = window.viewing.tools["loss"].buttons["help"]
    small, usual = help_button.width(), window.panels.docks["output"].width()
    window.actions_by_id["layout.present"].trigger()
    hands.events()
    try:
        assert help_button.width() == theme.pixels(small) > small
        assert help_button.iconSize().width() == help_button.icon().actualSize(help_button.iconSize()).width()
        assert window.panels.docks["output"].width() == theme.pixels(usual)
    finally:
        window.actions_by_id["view.reset_layout"].trigger()


@pytest.mark.parametrize("height", [150, 190, 400])
def test_the_names_of_the_axes_of_a_low_page_are_not_cut(window: Window, height: int) -> None:
    window.training.finish()
    hands.settle(window)
    for key in ("calibration", "roc"):
        window.output.choose(key)
        hands.settle(window)
        plot = window.output.view.plot
        plot.resize(300, height - 60)
        hands.events()
        axis = plot.getPlotItem().getAxis("left")
        name = axis.label.mapRectToParent(axis.label.boundingRect())
        assert len(axis.label.toPlainText()) > 2
        assert name.height() <= axis.size().height() + 12  # the margin that Qt leaves around a text


def test_on_a_low_page_the_bars_of_the_calibration_give_way_to_its_points(window: Window) -> None:
    window.training.finish()
    hands.settle(window)
    window.output.choose("calibration")
    hands.settle(window)
    page = window.output.view
    shown = {}
    for height in (180, 260):
        page.resize(300, height)
        page.layout().activate()
        name = page.plot.getPlotItem().getAxis("bottom").labelText
        shown[height] = page.counts.isHidden(), bool(name), page.plot.height() >= 150
    assert shown == {180: (True, True, True), 260: (False, False, True)}
