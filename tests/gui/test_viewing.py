"""What every live view has around it: its explanation, its menu, and its pictures and data to take away."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import hands
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QGraphicsItem, QGraphicsView, QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from engine.experiment import Experiment
from gui.app import start
from gui.plots.catalogue import VIEWS
from gui.plots.titles import PanelTitle
from gui.plots.view import About, Table, View
from gui.selection import Unit, Weight
from gui.viewing.explaining import Explanation
from gui.viewing.picture import encoded, image
from gui.viewing.tables import as_csv, as_lines
from gui.window import Window

NAMES = ("loss", "magnitudes", "pins", "output", *(kind.id for kind in VIEWS))
every_view = pytest.mark.parametrize("name", NAMES)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def filled(qapp: QCoreApplication) -> Iterator[Window]:
    """A window with something in every view."""
    _, window = start([], Experiment().edited(training={"epochs": 3}), remember=False)
    hands.settle(window)
    window.pin(Weight(0, 0, 0))
    window.training.finish()
    window.select(Unit(1, 0))
    for name in NAMES:
        look_at(window, name)
    yield window
    window.files.ask = lambda _: "discard"
    window.close()


@pytest.fixture(autouse=True)
def _closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """No menu, dialog or explanation of one test stands in the way of the next."""
    yield
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QMenu | QFileDialog):
            widget.close()
    hands.events()


def look_at(window: Window, name: str) -> View:
    """Opens a view, and lets what it asks be answered."""
    window.panels.open(name)
    hands.events()
    hands.settle(window)
    hands.events()
    return window.views[name]


def use(window: Window, name: str) -> View:
    """Opens a view and gives it the keyboard."""
    view = look_at(window, name)
    window.activateWindow()
    hands.events()
    button(window, name, "more").setFocus()
    return view


def button(window: Window, name: str, which: str) -> QToolButton:
    """One of the small buttons in a view's title line."""
    return window.viewing.tools[name].buttons[which]


# -- what each says of itself ------------------------------------------------------------------------


def test_the_tests_range_over_all_views(filled: Window) -> None:
    assert set(NAMES) == set(filled.views)


@every_view
def test_every_view_answers_a_question_in_a_sentence(filled: Window, name: str) -> None:
    about = filled.views[name].about
    assert (about.question[-1], about.sentence[-1], all(about.formulas)) == ("?", ".", True)


@every_view
def test_every_view_has_a_name_for_those_who_do_not_see_it(filled: Window, name: str) -> None:
    assert filled.views[name].accessibleName()


@every_view
def test_every_button_of_a_title_line_has_a_name_and_a_tooltip(filled: Window, name: str) -> None:
    called = filled.panels.docks[name].windowTitle()
    for each in filled.viewing.tools[name].buttons.values():
        assert (each.accessibleName().startswith(called), bool(each.toolTip())) == (True, True)


@every_view
def test_a_view_that_has_nothing_to_show_says_a_sentence(qtbot: QtBot, name: str) -> None:
    view = type_of(name)()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    hands.events()
    assert view.table() is not None or [words for words in hands.words(view) if words.rstrip().endswith(".")]


def type_of(name: str) -> Callable[[], View]:
    """What makes a view."""
    kinds = {kind.id: kind.make for kind in VIEWS}
    from gui import window

    first = {"loss": window.LossPlot, "magnitudes": window.MagnitudePlot, "pins": window.PinPlot}
    return {**first, "output": window.OutputView, **kinds}[name]


# -- what it is --------------------------------------------------------------------------------------


@every_view
def test_a_click_on_the_question_mark_explains_the_view(filled: Window, name: str) -> None:
    view = look_at(filled, name)
    QTest.mouseClick(button(filled, name, "help"), Qt.MouseButton.LeftButton)
    explanation = filled.viewing.explanation
    assert explanation is not None
    for words in (view.about.question, view.about.sentence, *view.about.formulas):
        assert words in explanation.words.accessibleName()
    assert filled.rect().contains(explanation.geometry())
    explanation.dismiss()


def test_the_explanation_opens_and_closes_by_keys_and_the_keyboard_goes_back(filled: Window) -> None:
    use(filled, "loss")
    before = QApplication.focusWidget()
    filled.actions_by_id["view.explain"].trigger()
    explanation = filled.viewing.explanation
    assert (explanation is not None, QApplication.focusWidget() is explanation) == (True, True)
    QTest.keyClick(explanation, Qt.Key.Key_Escape)
    hands.events()
    assert (filled.viewing.explanation, QApplication.focusWidget()) == (None, before)


def test_closing_an_explanation_whose_origin_is_gone_leaves_the_keyboard_where_it_is(filled: Window) -> None:
    gone = QToolButton(filled)
    gone.show()
    gone.setFocus()
    assert filled.focusWidget() is gone
    filled.viewing.explain("loss")
    gone.deleteLater()
    hands.events()
    filled.viewing.explain("loss")
    hands.events()
    assert filled.viewing.explanation is None


def test_the_words_of_an_explanation_can_be_selected(filled: Window) -> None:
    filled.viewing.explain("loss")
    explanation = filled.viewing.explanation
    assert explanation is not None
    assert explanation.words.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    filled.viewing.explain("loss")  # again: closes
    hands.events()
    assert filled.viewing.explanation is None


def test_an_explanation_is_not_in_the_way(filled: Window) -> None:
    use(filled, "loss")
    filled.viewing.explain("loss")
    filled.diagram.setFocus()
    hands.events()
    assert filled.findChildren(Explanation) == []


def test_an_explanation_goes_with_its_view(filled: Window) -> None:
    filled.viewing.explain("loss")
    filled.panels.docks["loss"].hide()
    hands.events()
    assert filled.findChildren(Explanation) == []
    look_at(filled, "loss")


# -- menu --------------------------------------------------------------------------------------------


def open_menus() -> list[QMenu]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMenu) and widget.isVisible()]


@every_view
def test_the_menu_of_a_view_has_all_that_can_be_taken_from_it(filled: Window, name: str) -> None:
    look_at(filled, name)
    QTest.mouseClick(button(filled, name, "more"), Qt.MouseButton.LeftButton)
    (menu,) = open_menus()
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words[-6:] == [
        "Copy picture", "Copy data", "Save picture…", "Save data as CSV…", "What is this view?", "Close"
    ]  # fmt: skip


def test_how_a_plot_is_drawn_is_chosen_in_its_menu(filled: Window) -> None:
    menu = filled.viewing.menu("loss")
    options = [action for action in menu.actions() if action.menu() is not None]
    assert [action.text() for action in options] == [
        "Along the axis: steps", "Axis of steps: linear", "Axis of values: linear", "Smoothing: none",
        "Learning rate below: when it changes",
    ]  # fmt: skip
    choices = options[2].menu()
    assert isinstance(choices, QMenu)
    choices.actions()[1].trigger()
    assert filled.loss.logarithmic
    assert (choices.title(), choices.actions()[1].isChecked()) == ("Axis of values: logarithmic", True)
    choices.actions()[0].trigger()
    assert not filled.loss.logarithmic


@every_view
def test_a_view_has_its_menu_under_the_right_button_too(filled: Window, name: str) -> None:
    view = look_at(filled, name)
    at = QPoint(3, view.height() - 2)
    target = view.childAt(at) or view
    there = target.mapFrom(view, at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, there, view.mapToGlobal(at))
    QApplication.sendEvent(target, event)
    assert len(open_menus()) == 1


@every_view
def test_a_view_is_closed_in_its_title_line_and_opened_where_it_was(filled: Window, name: str) -> None:
    look_at(filled, name)
    dock = filled.panels.docks[name]
    area, shared = filled.dockWidgetArea(dock), filled.tabifiedDockWidgets(dock)
    QTest.mouseClick(button(filled, name, "close"), Qt.MouseButton.LeftButton)
    assert dock.isHidden()
    dock.toggleViewAction().trigger()
    hands.events()
    assert (dock.isHidden(), filled.dockWidgetArea(dock)) == (False, area)
    assert filled.tabifiedDockWidgets(dock) == shared
    assert name in filled.side_views.shown


def test_commands_are_for_the_view_that_has_the_keyboard(filled: Window) -> None:
    use(filled, "loss")
    assert filled.viewing.used == "loss"
    # A click on what takes no keyboard of its own.
    QTest.mouseClick(look_at(filled, "output"), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert filled.viewing.used == "output"


# -- pictures ----------------------------------------------------------------------------------------


@every_view
def test_a_png_is_twice_the_size_and_not_blank(filled: Window, name: str) -> None:
    view = look_at(filled, name)
    picture = QImage.fromData(encoded(view, "png", name))
    height = view.height() + view.title.height()
    assert (picture.width(), picture.height()) == (2 * view.width(), 2 * height)
    pixels = np.frombuffer(picture.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    assert len(np.unique(pixels)) > 10


@every_view
def test_an_svg_is_well_formed_and_its_words_are_words(filled: Window, name: str) -> None:
    view = look_at(filled, name)
    root = ElementTree.fromstring(encoded(view, "svg", name))
    texts = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert root.findtext(f"{SVG}title") == name
    assert title_of(view.title) in texts


def title_of(title: PanelTitle) -> str:
    return title.findChildren(QLabel)[0].text()


@every_view
def test_a_pdf_is_one_page_with_fonts(filled: Window, name: str) -> None:
    pdf = encoded(look_at(filled, name), "pdf", name)
    assert (pdf[:5], pdf.count(b"/Type /Page\n"), b"/FontFile" in pdf) == (b"%PDF-", 1, True)


@every_view
def test_figures_in_a_pdf_can_be_found_and_copied(filled: Window, name: str) -> None:
    pdf = encoded(look_at(filled, name), "pdf", name)
    maps = b"".join(re.findall(rb"beginbfrange(.*?)endbfrange", pdf, re.DOTALL))
    listed = b"".join(re.findall(rb"\[(.*?)\]", maps, re.DOTALL))
    letters = {int(code, 16) for code in re.findall(rb"<([0-9A-Fa-f]{4})>", listed)}
    assert letters & set(b"0123456789")
    assert [code for code in letters if 0xE000 <= code < 0xF900] == []


def test_curves_of_a_larger_picture_are_thicker(filled: Window) -> None:
    view = look_at(filled, "loss")

    def inked(scale: float) -> float:
        made = image(view, scale).convertToFormat(QImage.Format.Format_RGB32)
        blue, _, red, _ = np.moveaxis(np.frombuffer(made.constBits(), np.uint8).reshape(-1, 4).astype(int), 1, 0)
        return float((np.abs(blue - red) > 60).mean())

    assert inked(3.0) == pytest.approx(inked(1.0), rel=0.3)


def test_curves_in_an_svg_are_curves_and_stay_inside_their_axes(filled: Window) -> None:
    view = look_at(filled, "loss")
    root = ElementTree.fromstring(encoded(view, "svg", "loss"))
    assert list(root.iter(f"{SVG}image")) == []
    assert list(root.iter(f"{SVG}clipPath")) != []


def test_buttons_are_not_in_the_picture(filled: Window) -> None:
    view = look_at(filled, "loss")
    tools = filled.viewing.tools["loss"]
    at, scale = tools.mapTo(view.title, tools.rect().topLeft()), 2
    picture = image(view, 2.0).copy(at.x() * scale, at.y() * scale, tools.width() * scale, tools.height() * scale)
    pixels = np.frombuffer(picture.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    assert len(np.unique(pixels)) == 1


def test_the_screen_keeps_its_caches(filled: Window) -> None:
    view = look_at(filled, "loss")
    plots = view.findChildren(QGraphicsView)

    def modes() -> list[object]:
        return [part.cacheMode() for plot in plots for part in (plot, *plot.items())]

    before = modes()
    encoded(view, "svg", "loss")
    assert modes() == before
    assert any(mode != QGraphicsItem.CacheMode.NoCache for mode in before)


def test_a_picture_is_in_the_theme_in_force(filled: Window) -> None:
    view = look_at(filled, "loss")
    light = image(view, 1.0).pixelColor(1, 1)
    filled.show_theme("dark")
    dark = image(view, 1.0).pixelColor(1, 1)
    filled.show_theme("light")
    assert light.lightness() > 200 > 60 > dark.lightness()


# -- data --------------------------------------------------------------------------------------------


@every_view
def test_csv_read_back_is_the_table(filled: Window, name: str) -> None:
    table = look_at(filled, name).table()
    assert table is not None
    rows = list(csv.reader(io.StringIO(as_csv(table), newline="")))
    assert rows[0] == list(table.columns)
    for place, column in enumerate(table.columns.values()):
        values = np.asarray(column)
        cells = [row[place] for row in rows[1:]]
        if values.dtype.kind == "f":
            read = np.array([cell or "nan" for cell in cells]).astype(values.dtype)
            np.testing.assert_array_equal(read, values)
        else:
            assert cells == ["" if value is None else str(value) for value in values.tolist()]


def test_csv_has_all_digits_and_quotes_what_needs_it() -> None:
    columns = {
        'a "b", c': np.array([0.1, np.nan, np.inf, -0.0, 1 / 3]),
        "x": np.array([0.1, 2.0, 3.5, 1e-30, 1e30], np.float32),
        "n": np.array([1, -2, 3, 4, 2**60]),
        "word": ["plain", 'say "no"', "a,b", "two\nlines", ""],
    }
    assert as_csv(Table(columns)) == (
        '"a ""b"", c",x,n,word\r\n'
        '0.1,0.1,1,plain\r\n'
        ',2,-2,"say ""no"""\r\n'
        'inf,3.5,3,"a,b"\r\n'
        '-0,1e-30,4,"two\nlines"\r\n'
        '0.3333333333333333,1e+30,1152921504606846976,\r\n'
    )  # fmt: skip


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        as_csv(Table({"a": [1, 2], "b": [1]}))


# -- the clipboard -----------------------------------------------------------------------------------


@every_view
def test_a_copied_picture_is_an_image_and_svg(filled: Window, name: str) -> None:
    use(filled, name)
    filled.actions_by_id["view.copy"].trigger()
    data = QGuiApplication.clipboard().mimeData()
    assert (data.hasImage(), data.hasFormat("image/svg+xml")) == (True, True)
    assert filled.panels.docks[name].windowTitle() in filled.status.currentMessage()


@every_view
def test_copied_data_are_for_spreadsheets_and_csv(filled: Window, name: str) -> None:
    view = use(filled, name)
    filled.actions_by_id["view.copy_data"].trigger()
    data, table = QGuiApplication.clipboard().mimeData(), view.table()
    assert table is not None
    assert data.text().splitlines() == as_lines(table).splitlines()
    assert bytes(data.data("text/csv").data()).decode() == as_csv(table)


# -- files -------------------------------------------------------------------------------------------


def choose(window: Window, command: str, file: Path) -> None:
    """Runs a command that asks for a file, and chooses one."""
    window.actions_by_id[command].trigger()
    (dialog,) = [each for each in window.findChildren(QFileDialog) if each.isVisible()]
    dialog.fileSelected.emit(str(file))
    dialog.close()
    hands.events()


@every_view
@pytest.mark.parametrize(("suffix", "begin"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF-")])
def test_a_picture_is_saved_in_the_format_of_the_suffix(
    filled: Window, tmp_path: Path, name: str, suffix: str, begin: bytes
) -> None:
    use(filled, name)
    out = tmp_path / f"{name}.{suffix}"
    choose(filled, "view.export", out)
    assert out.read_bytes()[: len(begin)] == begin
    assert str(out) in filled.status.currentMessage()


@every_view
def test_data_are_saved_as_csv(filled: Window, tmp_path: Path, name: str) -> None:
    view = use(filled, name)
    choose(filled, "view.export_data", tmp_path / "a.csv")
    table = view.table()
    assert table is not None
    assert (tmp_path / "a.csv").read_bytes().decode() == as_csv(table)


def test_a_file_is_called_after_the_experiment_and_the_view(filled: Window) -> None:
    use(filled, "loss")
    filled.actions_by_id["view.export"].trigger()
    (dialog,) = [each for each in filled.findChildren(QFileDialog) if each.isVisible()]
    assert Path(dialog.selectedFiles()[0]).name == "iris Loss.png"


def test_a_picture_of_the_output_is_called_after_its_page(filled: Window) -> None:
    use(filled, "output")
    filled.output.choose("roc")
    filled.actions_by_id["view.export"].trigger()
    (dialog,) = [each for each in filled.findChildren(QFileDialog) if each.isVisible()]
    assert Path(dialog.selectedFiles()[0]).name == "iris Output ROC.png"
    filled.actions_by_id["view.copy"].trigger()
    assert filled.status.currentMessage() == "Copied: a picture of Output · ROC"
    svg = bytes(QGuiApplication.clipboard().mimeData().data("image/svg+xml").data()).decode()
    assert "ROC" in ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("command", ["view.export", "view.export_data"])
def test_what_cannot_be_written_is_said_in_a_sentence(filled: Window, tmp_path: Path, command: str) -> None:
    use(filled, "loss")
    kind = "png" if command == "view.export" else "csv"
    choose(filled, command, tmp_path / "nowhere" / f"a.{kind}")
    assert filled.banner.label.text().endswith("could not be written: there is no such folder.")
    filled.banner.hide()


def test_another_suffix_is_refused_in_a_sentence(filled: Window, tmp_path: Path) -> None:
    use(filled, "loss")
    choose(filled, "view.export", tmp_path / "a.gif")
    assert filled.banner.label.text() == "A view is written as .png, .svg, .pdf, not as 'a.gif'."
    filled.banner.hide()


@pytest.mark.parametrize("command", ["view.copy", "view.copy_data", "view.export", "view.export_data"])
def test_where_there_is_nothing_yet_that_is_said(filled: Window, command: str) -> None:
    use(filled, "pins")
    kept, filled.pins.table = filled.pins.table, lambda: None  # type: ignore[method-assign]
    filled.actions_by_id[command].trigger()
    filled.pins.table = kept  # type: ignore[method-assign]
    assert filled.status.currentMessage() == "Nothing to copy or save yet: Pinned values is still empty."
    assert [each for each in filled.findChildren(QFileDialog) if each.isVisible()] == []


# -- a view that nobody has thought of ---------------------------------------------------------------


class Made(View):
    """A view with nothing of its own but what all have."""

    about = About("What is it?", "It is made up.", ("x = 1",))

    def __init__(self) -> None:
        super().__init__()
        self.title = PanelTitle("Made up")
        QLabel("Nothing is here.", self)

    def show_snapshot(self, snapshot: object) -> None:
        """Shows nothing."""

    def table(self) -> Table:
        """One number."""
        return Table({"x": [1.0]})


def test_a_new_view_has_everything_without_a_line_of_its_own(
    open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from gui import window as module
    from gui.plots.catalogue import BOTTOM, ViewKind

    monkeypatch.setattr(module, "VIEWS", (*VIEWS, ViewKind("made", "Made up", Made, BOTTOM)))
    window = open_window()
    use(window, "made")
    assert list(window.viewing.tools["made"].buttons) == ["help", "more", "close"]
    choose(window, "view.export_data", tmp_path / "made.csv")
    assert (tmp_path / "made.csv").read_bytes() == b"x\r\n1\r\n"
    assert window.panels.docks["made"].toggleViewAction() in window.layouts.panels_menu.actions()
