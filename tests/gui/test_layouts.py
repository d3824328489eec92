"""Layouts: panels for a purpose, one's own arrangements, and panels that share what room there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import hands
import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings, QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionButton, QTabBar

from gui import language, theme
from gui.dialogs.layouts import LayoutList
from gui.folders import config_folder
from gui.layouts import LAYOUTS, Layout
from gui.popover import placed
from gui.text import tr
from gui.toolbar import Figure
from gui.window import Window

every_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.id)
every_size = pytest.mark.parametrize("size", [(960, 600), (1280, 800), (1920, 1080)], ids=str)


@pytest.fixture(autouse=True)
def _nothing_kept(qapp: QApplication) -> Iterator[None]:
    """Type of the usual size, and no settings, before the next test."""
    yield
    theme.set_type_size(1.0)
    for path in config_folder().glob("*"):
        path.unlink()


@pytest.fixture
def plain(window: Window) -> Iterator[Window]:
    """The file's window in the first layout, which it is in again at the end."""
    hands.trigger(window, "view.reset_layout")
    hands.events()
    yield window
    window.layouts.own.clear()
    hands.trigger(window, "view.reset_layout")
    hands.events()


def opened(window: Window) -> list[str]:
    return [name for name, dock in window.panels.docks.items() if not dock.isHidden()]


def seen(window: Window) -> set[str]:
    """The panels of which something is on the screen."""
    return {name for name, dock in window.panels.docks.items() if not dock.visibleRegion().isEmpty()}


def resize(window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    hands.events(4)


# -- the layouts of the program ----------------------------------------------------------------------


@every_layout
@every_size
def test_a_layout_opens_its_panels_and_no_others(plain: Window, layout: Layout, size: tuple[int, int]) -> None:
    resize(plain, size)
    hands.trigger(plain, f"layout.{layout.id}")
    hands.events(4)
    wanted = {name for name in (*layout.left, *layout.right, *layout.foot) if name in plain.panels.docks}
    assert set(opened(plain)) == wanted


@every_layout
@every_size
def test_a_layout_keeps_everything_on_the_screen(plain: Window, layout: Layout, size: tuple[int, int]) -> None:
    resize(plain, size)
    hands.trigger(plain, f"layout.{layout.id}")
    hands.events(4)
    for name in seen(plain):
        dock = plain.panels.docks[name]
        assert plain.rect().contains(dock.geometry()), name
    assert plain.diagram.height() >= 180


@pytest.mark.parametrize("command", ["view.reset_layout", *(f"layout.{layout.id}" for layout in LAYOUTS)])
def test_no_tab_is_left_behind_by_a_layout(plain: Window, command: str) -> None:
    resize(plain, (1280, 800))
    for name in plain.views:
        plain.panels.open(name)
    hands.events(4)
    state = plain.panels.state
    for run in (plain.layouts.reset, lambda: plain.panels.show_state(state), lambda: hands.trigger(plain, command)):
        run()
        hands.events(4)
    names = {plain.panels.docks[name].windowTitle() for name in opened(plain)}
    for bar in plain.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if bar.isVisible():
            assert {bar.tabText(i) for i in range(bar.count())} <= names


def test_the_layouts_have_a_sentence_each() -> None:
    assert all(layout.help.endswith(".") for layout in LAYOUTS)


def test_every_panel_of_a_layout_is_a_panel_there_will_be(plain: Window) -> None:
    planned = {"gradients", "distributions", "activations", *plain.panels.docks}
    assert all({*layout.left, *layout.right, *layout.foot} <= planned for layout in LAYOUTS)


def test_presenting_makes_all_type_larger_and_resetting_makes_it_usual_again(plain: Window) -> None:
    label, axis = plain.toolbar.train, plain.loss.plot.getPlotItem().getAxis("bottom")
    before = label.fontInfo().pixelSize(), axis.style["tickFont"].pixelSize(), theme.font(12).pixelSize()
    hands.trigger(plain, "layout.present")
    hands.events()
    after = label.fontInfo().pixelSize(), axis.style["tickFont"].pixelSize(), theme.font(12).pixelSize()
    assert all(large >= 1.3 * usual for usual, large in zip(before, after, strict=True))
    hands.trigger(plain, "view.reset_layout")
    assert before == (label.fontInfo().pixelSize(), axis.style["tickFont"].pixelSize(), theme.font(12).pixelSize())


@pytest.mark.parametrize("spoken", language.LANGUAGES)
@pytest.mark.parametrize("times", [1.0, 1.4, 2.0])
def test_the_button_keeps_its_width_and_has_room_for_either_of_its_words(
    plain: Window, spoken: str, times: float
) -> None:
    theme.set_type_size(times)
    language.speak(spoken)
    try:
        plain.show_theme("light")
        resize(plain, (1920, 900))
        widths = {running: _room_and_need(plain, running) for running in (False, True)}
    finally:
        language.speak(language.ENGLISH)
        plain.toolbar.show_running(False)
    assert all(room >= need for _, room, need in widths.values())
    assert widths[False][0] == widths[True][0]


def _room_and_need(window: Window, running: bool) -> tuple[int, int, float]:
    """The width of the first button, how much of it is for icon and words, and how much these need."""
    button = window.toolbar.train
    window.toolbar.show_running(running)
    option = QStyleOptionButton()
    button.initStyleOption(option)
    room = button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button).width()
    words = QFontMetricsF(button.font()).horizontalAdvance(button.text())
    assert words
    return button.width(), room, words + button.iconSize().width()


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_the_menu_is_there_in_large_type_in_the_smallest_window(plain: Window, spoken: str) -> None:
    theme.set_type_size(1.4)
    plain.show_theme("light")
    language.speak(spoken)
    try:
        captions = [tr("epoch of {0}").format(100), *map(tr, ("step", "training loss", "test loss", "test accuracy"))]
        for figure, caption in zip(plain.toolbar.findChildren(Figure), captions, strict=True):
            figure.show_value("0.1234", caption)
        plain.toolbar.show_width(plain.minimumWidth())
        resize(plain, (plain.minimumWidth(), 600))
    finally:
        language.speak(language.ENGLISH)
    button = plain.toolbar.menu_button
    assert (button.isVisible(), button.geometry().right() <= plain.width()) == (True, True)
    assert plain.toolbar.test_loss.isVisible()


def test_the_handle_of_the_speed_is_not_cut(plain: Window) -> None:
    slider = plain.toolbar.speed
    picture = slider.grab().toImage()
    ground = picture.pixel(picture.width() - 1, 0)
    top, bottom = (
        [x for x in range(picture.width()) if picture.pixel(x, y) != ground] for y in (0, picture.height() - 1)
    )
    assert max(len(top), len(bottom)) <= 8  # the ends of a circle of 16 pixels, not a chord of it


def test_files_have_the_usual_type_whatever_the_window_has(plain: Window) -> None:
    hands.trigger(plain, "layout.present")
    with theme.painted_in("light"):
        assert theme.font(12).pixelSize() == 12


# -- opening panels ----------------------------------------------------------------------------------


def test_where_there_is_room_a_view_opens_beside_the_others(plain: Window) -> None:
    resize(plain, (1920, 1080))
    plain.panels.open("pins")
    hands.events(4)
    assert {"loss", "magnitudes", "pins"} <= seen(plain)


def test_where_there_is_no_room_a_view_is_a_tab_in_front(plain: Window) -> None:
    resize(plain, (1280, 800))
    plain.panels.docks["pins"].toggleViewAction().trigger()
    hands.events(4)
    assert ("loss" in seen(plain), "pins" in seen(plain), "magnitudes" in seen(plain)) == (True, True, False)
    assert plain.tabifiedDockWidgets(plain.panels.docks["pins"]) == [plain.panels.docks["magnitudes"]]


def test_all_views_open_squeeze_nothing(plain: Window) -> None:
    resize(plain, (1280, 800))
    for name in plain.views:
        plain.panels.open(name)
    hands.events(4)
    for name in seen(plain):
        assert plain.panels.docks[name].width() >= 250, name
    assert plain.diagram.width() >= 400


def test_panels_opened_after_a_layout_stand_in_their_order(plain: Window) -> None:
    hands.trigger(plain, "layout.learn")
    resize(plain, (1920, 1080))
    for name in ("magnitudes", "loss"):
        plain.panels.open(name)
    hands.events(4)
    shown = sorted(seen(plain) & {"explorer", "loss", "magnitudes"}, key=lambda name: plain.panels.docks[name].x())
    assert shown == ["explorer", "loss", "magnitudes"]


def test_opening_a_panel_draws_that_one_alone(plain: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(plain.side_views, "_show", lambda name, snapshot: drawn.append(name))
    plain.panels.docks["predict"].show()
    hands.events(4)
    assert set(drawn) == {"predict"}


def test_a_view_behind_another_costs_nothing_and_is_shown_when_its_tab_is_chosen(plain: Window) -> None:
    resize(plain, (1280, 800))
    plain.panels.open("pins")
    hands.events(4)
    assert ("pins" in plain.side_views.shown, "magnitudes" in plain.side_views.shown) == (True, False)
    plain.panels.open("magnitudes")
    hands.events(4)
    assert ("pins" in plain.side_views.shown, "magnitudes" in plain.side_views.shown) == (False, True)


def test_a_floating_view_is_shown_and_so_is_the_one_it_hid(plain: Window) -> None:
    resize(plain, (1280, 800))
    plain.panels.open("pins")
    hands.events(4)
    plain.panels.docks["pins"].setFloating(True)
    hands.events(4)
    assert {"pins", "magnitudes"} <= set(plain.side_views.shown)
    plain.panels.docks["pins"].hide()
    hands.events(4)
    assert ("pins" in plain.side_views.shown, "magnitudes" in plain.side_views.shown) == (False, True)


def test_a_view_that_is_behind_another_and_then_floats_shows_the_present(
    plain: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    resize(plain, (1280, 800))
    plain.panels.open("pins")
    plain.panels.open("magnitudes")
    hands.events(4)
    drawn: list[str] = []
    monkeypatch.setattr(plain.side_views, "_show", lambda name, snapshot: drawn.append(name))
    plain.panels.docks["pins"].setFloating(True)
    hands.events(4)
    assert "pins" in drawn


def test_what_is_shown_is_known_after_a_layout_was_taken_up_again(plain: Window) -> None:
    resize(plain, (1280, 800))
    plain.panels.open("pins")
    hands.events(4)
    state = plain.panels.state
    hands.trigger(plain, "view.reset_layout")
    hands.events(4)
    assert {"loss", "magnitudes"} <= set(plain.side_views.shown)
    plain.panels.show_state(state)
    hands.events(4)
    assert set(plain.side_views.shown) & {"pins", "magnitudes"} == seen(plain) & {"pins", "magnitudes"}
    assert len(seen(plain) & {"pins", "magnitudes"}) == 1


# -- one's own ---------------------------------------------------------------------------------------


def list_of(window: Window, command: str = "layout.save") -> LayoutList:
    """Opens the list of one's own layouts."""
    hands.trigger(window, command)
    hands.events()
    (found,) = [each for each in window.findChildren(LayoutList) if each.isVisible()]
    return found


def save(window: Window, name: str) -> None:
    """Saves the layout under a name."""
    hands.type_into(list_of(window).entry, name)
    hands.events()


def test_a_layout_is_saved_and_shown_again(plain: Window) -> None:
    hands.trigger(plain, "layout.train")
    before = opened(plain)
    save(plain, "Mine")
    hands.trigger(plain, "view.reset_layout")
    assert opened(plain) != before
    plain.layouts.menu.aboutToShow.emit()
    next(action for action in plain.layouts.menu.actions() if action.text() == "Mine").trigger()
    assert opened(plain) == before


def test_a_saved_layout_has_its_size_of_type(plain: Window) -> None:
    hands.trigger(plain, "layout.present")
    save(plain, "Large")
    hands.trigger(plain, "view.reset_layout")
    plain.layouts.use("Large")
    assert theme.type_size() == next(layout.type_size for layout in LAYOUTS if layout.id == "present")


def test_a_name_that_is_there_is_replaced_only_after_that_was_said(plain: Window) -> None:
    save(plain, "Mine")
    before = plain.layouts.own["Mine"]
    hands.trigger(plain, "layout.train")
    found = list_of(plain)
    hands.type_into(found.entry, "Mine", end=None)
    assert (found.note.text(), found.save.text()) == (
        "There is a layout 'Mine' already: Enter replaces it.", "Replace"
    )  # fmt: skip
    assert plain.layouts.own["Mine"] == before
    QTest.keyClick(found.entry, Qt.Key.Key_Return)
    assert plain.layouts.own["Mine"] != before


def test_a_layout_is_renamed_at_its_place(plain: Window) -> None:
    for name in ("one", "two"):
        save(plain, name)
    hands.type_into(list_of(plain, "layout.edit").rows[0].field, "first")
    assert list(plain.layouts.own) == ["first", "two"]


@pytest.mark.parametrize(("wished", "said"), [("two", "There is a layout 'two' already."), ("", "1 to 60 letters")])
def test_a_layout_cannot_have_the_name_of_another_or_none(plain: Window, wished: str, said: str) -> None:
    for name in ("one", "two"):
        save(plain, name)
    found = list_of(plain, "layout.edit")
    field = found.rows[0].field
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    hands.type_into(field, wished)
    assert (list(plain.layouts.own), field.text(), said in found.note.text()) == (["one", "two"], "one", True)
    found.dismiss()


def test_a_layout_is_removed(plain: Window) -> None:
    for name in ("one", "two"):
        save(plain, name)
    found = list_of(plain, "layout.edit")
    QTest.mouseClick(found.rows[0].bin, Qt.MouseButton.LeftButton)
    assert list(plain.layouts.own) == ["two"]
    found.dismiss()


def test_there_is_nothing_to_edit_until_one_is_saved(plain: Window) -> None:
    plain.refresh_commands()
    assert not plain.actions_by_id["layout.edit"].isEnabled()
    save(plain, "one")
    assert plain.actions_by_id["layout.edit"].isEnabled()


def test_escape_closes_the_list_and_saves_nothing(plain: Window) -> None:
    plain.diagram.setFocus()
    found = list_of(plain)
    hands.type_into(found.entry, "No", end=Qt.Key.Key_Escape)
    hands.events()
    assert (plain.layouts.own, plain.findChildren(LayoutList), QApplication.focusWidget()) == ({}, [], plain.diagram)


# -- from start to start -----------------------------------------------------------------------------


def stored() -> QSettings:
    return QSettings(str(config_folder() / "window.ini"), QSettings.Format.IniFormat)


def test_saved_layouts_and_the_size_of_type_are_kept_for_the_next_start(open_window: Callable[..., Window]) -> None:
    window = open_window(remember=True)
    hands.trigger(window, "layout.present")
    save(window, "Mine & yours/2")
    window.close()
    theme.set_type_size(1.0)
    again = open_window(remember=True)
    assert (list(again.layouts.own), theme.type_size()) == (["Mine & yours/2"], 1.4)
    assert opened(again) == ["output", "loss"]


@pytest.mark.parametrize(
    "value",
    [
        "x", "[]", "{}", '{"a": 1}', '{"a": {"state": "not base 64!", "type": 1}}', '{"a": {"state": "AAAA"}}',
        '{"a": {"state": [], "type": 1}}', "[" * 5000, 7,
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_layouts_that_are_none_do_no_harm(open_window: Callable[..., Window], value: object) -> None:
    stored().setValue("layouts", value)
    assert open_window(remember=True).layouts.own == {}


@pytest.mark.parametrize("size", ["x", "nan", "-1", "1e9", ""])
def test_a_size_of_type_that_is_none_does_no_harm(open_window: Callable[..., Window], size: str) -> None:
    stored().setValue("type_size", size)
    open_window(remember=True)
    assert 0.75 <= theme.type_size() <= 3.0


def test_a_foreign_layout_is_said_and_the_first_one_shown(open_window: Callable[..., Window]) -> None:
    stored().setValue("layouts", json.dumps({"Odd": {"state": "AAAA", "type": 2}}))
    window = open_window(remember=True)
    window.layouts.reset()
    first = opened(window)
    window.layouts.use("Odd")
    assert (opened(window), theme.type_size()) == (first, 1.0)
    assert window.banner.label.text().startswith("The layout 'Odd' cannot be read")


@pytest.mark.parametrize("cut", [1, 20, 0.5, -1])
def test_a_layout_that_was_cut_off_does_no_harm(plain: Window, cut: float) -> None:
    state = bytes(plain.panels.state.data())
    part = state[: cut if isinstance(cut, int) else int(cut * len(state))]
    plain.panels.show_state(QByteArray(part))
    hands.events(4)
    assert plain.diagram.isVisible()
    assert plain.diagram.width() >= 200


@pytest.mark.parametrize("place", [0, 3, 9, 0.5, -1])
def test_a_layout_that_was_damaged_is_not_given_to_qt(plain: Window, place: float) -> None:
    state = bytearray(plain.panels.state.data())
    state[place if isinstance(place, int) else int(place * len(state))] ^= 0x10
    assert not plain.panels.show_state(QByteArray(bytes(state)))
    assert plain.diagram.isVisible()


def test_a_layout_of_an_earlier_release_has_no_checksum(plain: Window) -> None:
    plain.panels.open("loss")
    state = plain.saveState(1)
    plain.panels.docks["loss"].close()
    assert plain.panels.show_state(state)
    assert plain.panels.docks["loss"].isVisible()


def test_a_floating_panel_comes_back_from_where_no_screen_is(plain: Window) -> None:
    dock = plain.panels.docks["loss"]
    dock.setFloating(True)
    dock.move(-9000, 20000)
    state = plain.panels.state
    plain.panels.show_state(state)
    hands.events()
    assert any(screen.availableGeometry().intersects(dock.frameGeometry()) for screen in QApplication.screens())


# -- small panels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("corner", [(0, 0), (1180, 10), (600, 700), (1180, 780), (0, 790)], ids=str)
def test_a_small_panel_is_always_inside_the_window(corner: tuple[int, int]) -> None:
    room, size = QSize(1200, 800), QSize(360, 200)
    at = placed(QRect(QPoint(*corner), QSize(22, 22)), size, room)
    assert QRect(QPoint(0, 0), room).contains(QRect(at, size))
