"""The pages of the output view: which there are, how one is chosen, what is linked, and that none ever fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from test_awkward_views import AWKWARD

from engine.experiment import Experiment
from engine.probes import Wants
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui.diagram.shown import Shown
from gui.pages.page import Page
from gui.pages.table import PAGES
from gui.selection import Unit
from gui.window import Window

CLASSES = ["map", "confusion", "effects", "roc", "precision_recall", "calibration"]
KEYS = [kind.key for kind in PAGES]


def opened(window: Window, source: str, epochs: int = 3, **training: Any) -> Snapshot:
    """A data set, trained for some epochs."""
    hands.show(
        window, Experiment.model_validate({"data": {"source": source}, "training": {"epochs": epochs, **training}})
    )
    window.training.finish()
    return hands.settle(window)


@pytest.fixture(autouse=True)
def _first_pages(window: Window) -> None:
    """Every test begins with the page that suits the data, and no class marked."""
    window.linking.choose_class(-1)
    window.output.choose("")
    window.output.marks = type(window.output.marks)()
    hands.settle(window)


def turn_to(window: Window, key: str) -> Page:
    """Chooses a page in the menu of the title."""
    next(action for action in window.output.choice.menu().actions() if action.data() == key).trigger()
    hands.settle(window)
    assert window.output.view is not None
    return window.output.view


def offered(window: Window) -> list[str]:
    return [action.data() for action in window.output.choice.menu().actions()]


# -- choosing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "pages"),
    [
        ("iris", CLASSES),
        ("wine", CLASSES),
        ("moons", CLASSES),
        ("digits", [*CLASSES[:2], "misread", *CLASSES[2:]]),
        ("diabetes", ["number_map", "prediction", "residuals", "effects"]),
        ("plane", ["number_map", "prediction", "residuals", "effects"]),
        ("sine", ["fit", "prediction", "residuals", "effects"]),
    ],
)
def test_the_title_offers_the_pages_that_suit_the_data(window: Window, source: str, pages: list[str]) -> None:
    opened(window, source, 1)
    assert offered(window) == pages


def test_outputs_that_are_no_probabilities_have_no_calibration(window: Window) -> None:
    opened(window, "moons", 1, loss="hinge")
    assert "calibration" not in offered(window)


@pytest.mark.parametrize("key", KEYS)
def test_every_page_asks_a_question_of_its_own(key: str) -> None:
    kinds = {kind.key: kind.make().about for kind in PAGES}
    assert kinds[key].question.endswith("?")
    assert kinds[key].sentence.endswith(".")
    assert kinds[key].formulas
    assert len({about.question for about in kinds.values()}) == len(PAGES)


@pytest.mark.parametrize("key", CLASSES)
def test_the_view_is_about_the_page_that_is_shown(window: Window, key: str) -> None:
    opened(window, "wine", 1)
    page = turn_to(window, key)
    assert window.output.about is page.about
    assert window.output.choice.text().startswith(next(kind.name for kind in PAGES if kind.key == key))


def test_a_chosen_page_stays_while_the_question_of_the_data_does(window: Window) -> None:
    snapshot = opened(window, "wine", 1)
    turn_to(window, "roc")
    hands.show(window, snapshot.experiment.with_value("data.test_fraction", 0.5))
    assert window.output.view is window.output.page("roc")
    opened(window, "iris", 1)
    assert window.output.view is window.output.map


def test_the_page_is_chosen_with_the_keyboard(window: Window) -> None:
    opened(window, "wine", 1)
    choice = window.output.choice
    assert choice.focusPolicy() & Qt.FocusPolicy.TabFocus
    menu = choice.menu()
    menu.popup(choice.mapToGlobal(choice.rect().bottomLeft()))
    while menu.activeAction() is None or menu.activeAction().data() != "calibration":
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert window.output.view is window.output.page("calibration")


def test_the_confusion_matrix_is_reached_with_a_plane_chosen(window: Window) -> None:
    opened(window, "wine", 1)
    window.looking.choose(Shown(plane=(0, 6)))
    hands.settle(window)
    assert window.output.view is window.output.map
    assert turn_to(window, "confusion") is window.output.confusion
    assert window.looking.shown.plane == (0, 6)


def test_a_page_that_is_not_shown_is_not_drawn(window: Window) -> None:
    opened(window, "wine", 1)
    matrix = window.output.confusion
    turn_to(window, "roc")
    before = matrix.snapshot
    hands.trigger(window, "train.reset")
    assert hands.settle(window).step == 0
    drawn = window.output.page("roc").snapshot
    assert drawn is not None
    assert (drawn.step, matrix.snapshot is before) == (0, True)


@pytest.mark.parametrize("source", ["breast_cancer", "digits", "diabetes"])
def test_no_page_makes_the_panel_wider(window: Window, source: str) -> None:
    opened(window, source, 1)
    for key in offered(window):
        page = turn_to(window, key)
        widths = [page.minimumSizeHint().width(), window.output.title.minimumSizeHint().width()]
        widths += [page.bar.minimumSizeHint().width()] if page.bar is not None else []
        assert max(widths) <= 320


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("source", ["wine", "digits", "diabetes"])
def test_every_page_is_painted_in_both_themes(window: Window, source: str, theme: str) -> None:
    window.show_theme(theme)
    opened(window, source, 2)
    for key in offered(window):
        page = turn_to(window, key)
        hands.events()
        image = page.grab().toImage()
        ground = image.pixelColor(image.width() - 2, 1).lightness()
        assert (ground < 80) == (theme == "dark")
        colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
        assert len(colours) > 5


# -- the map -----------------------------------------------------------------------------------------


def test_a_map_without_a_plane_takes_the_columns_that_tell_most(window: Window) -> None:
    opened(window, "wine", 1)
    turn_to(window, "map")
    # F values of an analysis of variance rank the columns alike.
    from sklearn.feature_selection import f_classif

    data = hands.snapshot_of(window).data
    best = np.argsort(-f_classif(data.x_train, data.y_train)[0])[:2]
    assert window.looking.shown.plane == tuple(best)
    assert window.output.map.snapshot is not None
    assert window.output.map.snapshot.maps is not None


def test_the_plane_of_the_map_is_that_of_the_view_bar(window: Window) -> None:
    opened(window, "wine", 1)
    turn_to(window, "map")
    window.output.map.plane.picked.emit((3, 9))
    hands.settle(window)
    assert window.looking.shown.plane == (3, 9)
    names = hands.snapshot_of(window).data.variables
    assert window.output.map.plane.text().startswith(names[3][:12])
    window.looking.choose(Shown(plane=(5, 1)))
    hands.settle(window)
    assert window.output.map.plane.text().startswith(names[5][:12])


@pytest.mark.parametrize("key", ["map", "effects"])
def test_the_slider_holds_the_others_at_another_row(window: Window, key: str) -> None:
    data = opened(window, "wine", 1).data
    page = turn_to(window, key)
    page.row.slider.setValue(150)  # type: ignore[attr-defined]
    snapshot = hands.settle(window)
    assert window.traced_row == data.rows[150]
    assert page.row.words.text() == f"row {data.rows[150] + 1}"  # type: ignore[attr-defined]
    held = snapshot.maps.held if snapshot.maps is not None and key == "map" else snapshot.probes["effects"].row
    assert held == data.rows[150]


def test_on_the_border_the_two_likeliest_classes_are_equal(window: Window) -> None:
    snapshot = opened(window, "iris", 40)
    view = window.output.map
    view.grab()
    lines = view._lines[0].reshape(-1, 2)
    assert snapshot.maps is not None
    left, right, bottom, top = snapshot.maps.extent
    last = snapshot.maps.answers.shape[1] - 1
    values = np.column_stack([left + lines[:, 0] / last * (right - left), bottom + lines[:, 1] / last * (top - bottom)])
    trainer = Trainer(snapshot.experiment, snapshot.data)
    trainer.network.parameters[...] = snapshot.parameters
    answers = np.sort(trainer.predict(snapshot.data.x_scaling.apply(values)), axis=1)
    assert len(lines) > 20
    assert np.median(answers[:, -1] - answers[:, -2]) < 0.005
    assert (answers[:, -1] - answers[:, -2]).max() < 0.08


def test_the_border_is_painted_where_it_is(window: Window) -> None:
    opened(window, "moons", 40)
    view = window.output.map
    view.leave_points(True)
    image, area = view.grab().toImage(), view.area()
    last = view._image.width() - 1 if view._image is not None else 1
    dark = 0
    for x, y in view._lines[0].mean(axis=1):
        at = QPointF(area.left() + x / last * area.width(), area.bottom() - y / last * area.height())
        dark += image.pixelColor(at.toPoint()).lightness() < 90
    view.leave_points(False)
    assert dark > 0.8 * len(view._lines[0])


def test_the_table_of_a_map_has_every_point(window: Window) -> None:
    snapshot = opened(window, "iris", 2)
    table = window.output.table()
    assert table is not None
    assert snapshot.maps is not None
    side = snapshot.maps.answers.shape[1]
    x, y, *answers = table.columns.values()
    assert (x[0], x[-1], y[0], y[-1]) == pytest.approx(snapshot.maps.extent)
    assert np.array_equal(np.array(answers), snapshot.maps.answers.reshape(len(answers), -1))
    assert len(x) == side * side


# -- painting ----------------------------------------------------------------------------------------


def test_without_the_map_there_are_no_tools_and_drawing_leads_back_to_it(window: Window) -> None:
    opened(window, "moons", 1)
    hands.trigger(window, "data.edit_points")
    hands.settle(window)
    strip = window.output.painting.strip
    assert strip.isVisibleTo(window)
    turn_to(window, "roc")
    assert not strip.isVisibleTo(window)
    assert not window.output.painting.canvas.isVisibleTo(window)
    window.output.painting.take_up()
    assert window.output.view is window.output.map
    assert strip.isVisibleTo(window)


# -- links -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["roc", "precision_recall", "effects"])
def test_a_class_of_the_legend_is_marked_everywhere(window: Window, key: str) -> None:
    opened(window, "wine", 2)
    page = turn_to(window, key)
    page.legend.itemClicked.emit(page.legend.item(2))  # type: ignore[attr-defined]
    assert window.linking.chosen_class == 2
    assert window.selection == Unit(len(hands.snapshot_of(window).plan.layers), 2)
    assert page.legend.item(2).isSelected()  # type: ignore[attr-defined]
    page.legend.itemClicked.emit(page.legend.item(2))  # type: ignore[attr-defined]
    assert window.linking.chosen_class == -1


def test_an_output_unit_selects_its_class_on_a_page(window: Window) -> None:
    snapshot = opened(window, "wine", 2)
    page = turn_to(window, "roc")
    window.select(Unit(len(snapshot.plan.layers), 1))
    assert page.legend.item(1).isSelected()  # type: ignore[attr-defined]
    widths = {k: curve.opts["pen"].widthF() for k, curve in page.curves.items()}  # type: ignore[attr-defined]
    assert max(widths, key=widths.__getitem__) == 1


def test_the_part_that_is_counted_is_the_same_on_all_pages(window: Window) -> None:
    opened(window, "wine", 2)
    turn_to(window, "confusion").parts.buttons["train"].click()  # type: ignore[attr-defined]
    for key in ("roc", "calibration"):
        page = turn_to(window, key)
        assert page.parts.buttons["train"].isChecked()  # type: ignore[attr-defined]
        assert page.bar is not None
        assert any(words.endswith("125 training rows") or words.endswith("125 rows") for words in hands.words(page.bar))


def test_only_the_effects_ask_for_a_probe(window: Window) -> None:
    opened(window, "wine", 1)
    turn_to(window, "roc")
    assert not {"effects", "mean_effects"} & set(window.looking.probes)
    turn_to(window, "effects")
    assert "effects" in window.looking.probes
    turn_to(window, "roc")
    assert not {"effects", "mean_effects"} & set(window.looking.probes)
    assert isinstance(window.looking.wants, Wants)


# -- nothing to see ------------------------------------------------------------------------------------


def empty_words(window: Window) -> str:
    """The sentence that stands in the place of a page, "" where the page is shown."""
    output = window.output
    return output._empty.text() if output._stack.currentWidget() is output._empty else ""


@pytest.mark.parametrize("source", ["wine", "digits", "diabetes"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_of_answers_that_are_no_numbers_every_page_says_so(
    open_window: Callable[..., Window], source: str, value: float
) -> None:
    trainer = Trainer(Experiment.model_validate({"data": {"source": source}}))
    trainer.network.parameters[:] = value
    window = open_window(trainer=trainer)
    for key in offered(window):
        turn_to(window, key)
        words = empty_words(window)
        finite = np.isfinite(hands.snapshot_of(window).evaluation.outputs_test).all()
        assert finite or "no finite numbers" in words, key


def test_without_rows_every_page_but_the_map_says_so(open_window: Callable[..., Window]) -> None:
    window = open_window(Experiment.model_validate({"data": {"source": "drawn", "points": {}}}))
    for key in offered(window):
        turn_to(window, key)
        assert empty_words(window) == ("" if key == "map" else "There is nothing to learn from yet.")


def test_without_test_rows_the_training_rows_are_counted(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "wine", "test_fraction": 0.0}}))
    for key in ("confusion", "roc", "calibration"):
        page = turn_to(window, key)
        assert page.parts.buttons["train"].isChecked()  # type: ignore[attr-defined]
        assert not page.parts.buttons["test"].isEnabled()  # type: ignore[attr-defined]
        assert empty_words(window) == ""


@pytest.mark.parametrize("name", AWKWARD)
def test_every_page_has_something_to_show_or_to_say(open_window: Callable[..., Window], name: str) -> None:
    window = open_window(trainer=AWKWARD[name]())
    for command in ("", "train.step"):
        if command:
            hands.trigger(window, command)
            hands.settle(window)
        for key in offered(window):
            page = turn_to(window, key)
            if key == "effects":
                page.mean.click()  # type: ignore[attr-defined]
                hands.settle(window)
            for index in (0, len(hands.snapshot_of(window).data.classes) - 1, -1):
                window.linking.choose_class(index)
            hands.events()
            for at in (QPointF(60, 60), QPointF(page.width() / 2, page.height() / 2)):
                hands.hover(page, at)
            page.table()
            assert empty_words(window) or not page.grab().isNull()
    QToolTip.hideText()
