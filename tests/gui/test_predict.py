"""The panel in which a row is typed, and scoring a file, through the real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import hands
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import engine.scoring
from engine.data.dataset import Dataset
from engine.data.preparation import PreparedColumn
from engine.data.raw import RawTable
from engine.experiment import DataSpec, Experiment
from engine.probes import TYPED
from engine.trainer import Trainer
from gui.predict import choosing
from gui.predict import scoring as scoring_thread
from gui.predict.answer import Bars
from gui.predict.entries import CategoryField, DateField, RangedField, YesNoField, field_for, fits
from gui.predict.panel import PredictPanel
from gui.predict.progress import ScoringProgress
from gui.window import Window


@pytest.fixture
def opened(window: Window) -> Iterator[Window]:
    """A window with the panel open."""
    hands.trigger(window, "data.predict")
    hands.events()
    hands.settle(window)
    yield window
    window.panels.docks["predict"].hide()
    hands.events()
    hands.settle(window)


def number_field(window: Window, place: int) -> RangedField:
    """The field of a number column."""
    field = window.predict.entries[place].field
    assert isinstance(field, RangedField)
    return field


def type_into(window: Window, place: int, text: str) -> None:
    """Types a number; it is answered without Enter."""
    field = number_field(window, place)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    hands.settle(window)


def test_the_panel_opens_with_the_traced_row_filled_in(opened: Window) -> None:
    trace = hands.snapshot_of(opened).trace
    assert trace is not None
    assert list(opened.predict.values.values()) == pytest.approx(trace.x_in_units, abs=1e-5)


def test_a_closed_panel_asks_nothing(window: Window) -> None:
    assert window.looking.typed is None
    hands.trigger(window, "data.predict")
    hands.events()
    assert window.looking.typed is not None
    hands.trigger(window, "data.predict")
    hands.events()
    assert window.looking.typed is None


def test_the_answer_is_the_one_of_the_network(opened: Window) -> None:
    opened.training.finish()
    type_into(opened, 0, "6.1")
    type_into(opened, 1, "2.3")
    snapshot = hands.snapshot_of(opened)
    wanted = snapshot.predictor.answers_to_rows([{"petal length (cm)": 6.1, "petal width (cm)": 2.3}])
    assert opened.predict.answer.answer.text() == wanted.labels[0] == "virginica"
    assert [share for _, _, share in opened.predict.answer.bars.shares] == pytest.approx(wanted.numbers[0], abs=1e-5)


def test_an_answer_that_is_not_quite_certain_does_not_claim_it_and_has_its_digits_in_the_tooltip(qtbot: QtBot) -> None:
    bars = Bars()
    qtbot.addWidget(bars)
    bars.show_shares(("a", "b"), np.array([0.99996, 0.00004]), probabilities=True)
    assert bars.accessibleName() == "a > 99.9 %, b < 0.1 %"
    assert bars.toolTip() == "a: 0.99996\nb: 4e-05"


def test_the_answer_follows_the_training(opened: Window) -> None:
    before = opened.predict.answer.bars.shares
    hands.trigger(opened, "train.epoch")
    hands.settle(opened)
    assert opened.predict.answer.bars.shares != before


def test_a_value_outside_what_training_has_seen_is_marked(opened: Window) -> None:
    type_into(opened, 1, "9")
    assert number_field(opened, 1).property("outside") is True
    type_into(opened, 1, "1.5")
    assert number_field(opened, 1).property("outside") is False
    assert opened.predict.entries[1].range.text() == "0.1 to 2.5"


def test_half_a_number_changes_nothing(opened: Window) -> None:
    type_into(opened, 0, "4.5")
    type_into(opened, 0, "-")
    assert opened.predict.values["petal length (cm)"] == 4.5
    assert number_field(opened, 0).property("invalid") is True


def test_the_typed_row_is_drawn_on_its_way_and_left_again(opened: Window) -> None:
    opened.trace_row(5)
    hands.settle(opened)
    type_into(opened, 0, "6.5")
    opened.predict.title._switches["trace"].click()
    hands.settle(opened)
    trace = hands.snapshot_of(opened).trace
    assert trace is not None
    assert trace.row == TYPED
    assert trace.x_in_units[0] == pytest.approx(6.5, abs=1e-5)
    assert opened.looking.shows_sample
    opened.predict.title._switches["trace"].click()
    trace = hands.settle(opened).trace
    assert trace is not None
    assert trace.row == 5
    assert not opened.looking.shows_sample


def test_closing_the_panel_ends_the_trace_of_its_row(opened: Window) -> None:
    opened.predict.title._switches["trace"].click()
    hands.settle(opened)
    opened.panels.docks["predict"].hide()
    hands.events()
    trace = hands.settle(opened).trace
    assert trace is not None
    assert trace.row == 0


def test_a_typed_row_is_called_so_everywhere(opened: Window) -> None:
    opened.predict.title._switches["trace"].click()
    hands.settle(opened)
    hands.select_layer(opened, 0)
    hands.events()
    assert "typed row" in opened.inspector.terms.text()
    assert "row 0" not in opened.inspector.terms.text()


def test_buttons_fill_in_the_traced_row_and_what_is_typical(opened: Window) -> None:
    type_into(opened, 0, "6.5")
    opened.predict.typical.click()
    columns = hands.snapshot_of(opened).data.preparation.columns
    assert list(opened.predict.values.values()) == pytest.approx([column.typical for column in columns])
    opened.trace_row(60)
    hands.settle(opened)
    opened.predict.from_row.click()
    trace = hands.settle(opened).trace
    assert trace is not None
    assert opened.predict.from_row.text() == "Row 61"
    assert list(opened.predict.values.values()) == pytest.approx(trace.x_in_units, abs=1e-5)


def settled(window: Window) -> None:
    """Everything is loaded, and the row that the panel then asks for is answered."""
    for _ in range(3):
        hands.settle(window)
        hands.events()


def test_a_number_is_answered_with_the_name_of_the_target(opened: Window) -> None:
    opened.document.change(Experiment(data=DataSpec(source="diabetes")), "")
    hands.settle(opened)
    hands.events()
    hands.settle(opened)
    assert len(opened.predict.entries) == 10
    assert opened.predict.answer.target.text() == "progression"
    answered = hands.snapshot_of(opened).answered
    assert answered is not None
    assert answered.answers is not None
    assert float(opened.predict.answer.answer.text()) == pytest.approx(answered.answers.numbers[0, 0], rel=1e-3)
    assert opened.predict.answer.bars.isHidden()


def test_what_was_typed_stays_when_another_column_is_switched_on(opened: Window) -> None:
    type_into(opened, 0, "6.5")
    data = opened.document.experiment.data
    assert data.features is not None
    more = data.edited(features=(*data.features, "sepal width (cm)"))
    opened.document.change(opened.document.experiment.edited(data=more), "")
    for _ in range(2):
        hands.settle(opened)
        hands.events()
    assert opened.predict.values["petal length (cm)"] == 6.5
    assert len(opened.predict.entries) == 3
    assert hands.snapshot_of(opened).answered is not None


def test_in_a_low_window_the_panel_shares_its_place_with_the_inspector(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.resize(960, 600)
    hands.trigger(window, "data.predict")
    hands.events()
    assert window.tabifiedDockWidgets(window.panels.docks["predict"]) == [window.panels.docks["inspector"]]
    assert window.predict.entries[0].isVisible()


def test_2000_columns_stay_usable(open_window: Callable[..., Window]) -> None:
    rng = np.random.default_rng(0)
    names = tuple(f"gene {i + 1}" for i in range(2000))
    data = Dataset.from_arrays(rng.normal(size=(60, 2000)), np.arange(60) % 2, names=names)
    experiment = Experiment(data=DataSpec(features=None))
    window = open_window(experiment, trainer=Trainer(experiment, data))
    hands.trigger(window, "data.predict")
    hands.events()
    hands.settle(window)
    panel = window.predict
    assert len(panel.entries) == 50
    assert panel.more.text() == "and 1,950 more: find them by their name"
    panel.search.setText("gene 1999")
    hands.events()
    assert [entry.column.name for entry in panel.entries] == ["gene 1999"]
    type_into(window, 0, "1.25")
    answered = hands.snapshot_of(window).answered
    assert answered is not None
    assert dict(answered.typed)["gene 1999"] == 1.25
    assert answered.answers is not None


def test_of_what_was_typed_only_what_fits_the_column_stays() -> None:
    assert fits(SIZE, 4.0)
    assert fits(COLOUR, "red")
    assert fits(DAY, "2024-01-01")
    assert fits(SIZE.edited(fill=1.0), None)
    assert not fits(SIZE, "red")
    assert not fits(SIZE, None)
    assert not fits(COLOUR, 4.0)
    assert not fits(DAY, 4.0)


# -- the fields ------------------------------------------------------------------------------------

SIZE = PreparedColumn(name="size", variables=("size",), low=1.0, high=9.0, typical=4.0)
COLOUR = PreparedColumn(name="colour", kind="category", variables=("r", "g", "b"), labels=("red", "green", "blue"))
OWNER = PreparedColumn(name="owner", kind="yes_no", variables=("owner",), labels=("no", "yes"))
DAY = PreparedColumn(name="day", kind="date", variables=("year",), date_parts=("year",), high=86_400.0)


@pytest.mark.parametrize(
    ("column", "kind"), [(SIZE, RangedField), (COLOUR, CategoryField), (OWNER, YesNoField), (DAY, DateField)]
)
def test_every_kind_of_column_has_the_field_that_suits_it(qtbot: QtBot, column: PreparedColumn, kind: type) -> None:
    field = field_for(column)
    qtbot.addWidget(field)
    assert type(field) is kind


def test_a_category_is_chosen_from_those_seen_in_training(qtbot: QtBot) -> None:
    field = field_for(COLOUR)
    qtbot.addWidget(field)
    assert isinstance(field, CategoryField)
    field.show_raw("green")
    assert field.currentText() == "green"
    with qtbot.waitSignal(field.told) as told:
        field.activated.emit(2)
    assert told.args == ["blue"]
    assert field.count() == 3


def test_a_value_may_be_missing_where_training_knows_what_to_fill_in(qtbot: QtBot) -> None:
    number = field_for(SIZE.edited(fill=3.0))
    qtbot.addWidget(number)
    assert isinstance(number, RangedField)
    number.show_raw(4.0)
    with qtbot.waitSignal(number.told) as told:
        number.selectAll()
        QTest.keyClick(number, Qt.Key.Key_Delete)
    assert told.args == [None]
    number.editingFinished.emit()
    assert number.text() == ""
    category = field_for(COLOUR.edited(fill=0.0))
    qtbot.addWidget(category)
    assert isinstance(category, CategoryField)
    category.show_raw(None)
    assert category.currentText() == "no value"


def test_yes_or_no_is_a_switch_between_its_words(qtbot: QtBot) -> None:
    field = field_for(OWNER)
    qtbot.addWidget(field)
    assert isinstance(field, YesNoField)
    field.show_raw("no")
    with qtbot.waitSignal(field.told) as told:
        field.toggle.click()
    assert told.args == ["yes"]


def test_a_date_is_typed_as_text(qtbot: QtBot) -> None:
    field = field_for(DAY)
    qtbot.addWidget(field)
    assert isinstance(field, DateField)
    with qtbot.waitSignal(field.told) as told:
        QTest.keyClicks(field, "2")
    assert told.args == ["2"]
    assert "1970-01-01 to 1970-01-02" in field.toolTip()


def test_why_there_is_no_answer_is_said_in_a_sentence(opened: Window) -> None:
    opened.predict._take("petal length (cm)", None)
    hands.settle(opened)
    assert opened.predict.answer.answer.text().startswith("Column 'petal length (cm)' has no value")
    assert opened.predict.answer.bars.isHidden()


def test_an_answer_to_another_row_is_not_shown(window: Window, qtbot: QtBot) -> None:
    panel = PredictPanel()
    qtbot.addWidget(panel)
    snapshot = hands.snapshot_of(window)
    panel.show_snapshot(snapshot)
    answered = replace(snapshot, answered=None)
    panel.show_snapshot(answered)
    assert panel.answer.answer.text() == "…"


def test_while_another_table_is_loaded_there_is_no_answer(opened: Window) -> None:
    panel, iris = opened.predict, opened.document.experiment
    panel.from_row.click()
    settled(opened)
    assert panel.answer.answer.text() in ("setosa", "versicolor", "virginica")
    opened.document.change(iris.with_value("data.source", "wine"), "")
    assert panel.answer.answer.text() == "…"
    assert panel.answer.bars.isHidden()
    settled(opened)
    assert panel.answer.answer.text().startswith("class")
    opened.document.undo()
    assert panel.answer.answer.text() == "…"
    settled(opened)
    assert panel.answer.answer.text() in ("setosa", "versicolor", "virginica")


def test_an_answer_goes_with_its_network_while_training_runs(opened: Window) -> None:
    panel = opened.predict
    panel.from_row.click()
    settled(opened)
    opened.training.running = True  # the views beside the drawing are drawn in turn
    try:
        snapshot = hands.snapshot_of(opened)
        for _ in range(3):  # whoever's turn it is
            opened._show_snapshot(replace(snapshot, step=snapshot.step + 1))
        opened._show_snapshot(replace(snapshot, generation=snapshot.generation + 1, answered=None))
    finally:
        opened.training.running = False
    assert panel.answer.answer.text() == "…"


# -- a whole file ----------------------------------------------------------------------------------


def scored(window: Window, table: Path, out: Path, qtbot: QtBot) -> str:
    """What the window says of a file that was scored."""
    with qtbot.waitSignal(window.scoring.said, timeout=20_000):
        choosing.score_file(window, table, out)
        assert window.scoring.running
    assert not window.scoring.running
    return window.banner.label.text()


def test_a_file_is_scored_and_the_answers_are_appended(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    table, out = tmp_path / "moons.csv", tmp_path / "out.csv"
    names = ("column 1", "column 2")
    x = np.random.default_rng(0).normal(size=(50, 2)).round(3)
    data = Dataset.from_arrays(x, x.sum(axis=1) > 0, names=names)
    trainer = Trainer(Experiment(data=DataSpec(features=None)), data)
    table.write_text("".join(f"{a},{b}\n" for a, b in x))
    snapshot = hands.snapshot_of(window)
    window.training.snapshot = replace(
        snapshot, data=data, plan=trainer.network.plan, parameters=trainer.network.parameters
    )
    words = scored(window, table, out, qtbot)
    assert words == f"50 rows of moons.csv answered. Written: {out}"
    lines = out.read_text().splitlines()
    assert lines[0] == "column 1,column 2,prediction,probability False,probability True"
    wanted = trainer.answer([dict(zip(names, row, strict=True)) for row in x.tolist()])
    assert [line.split(",")[2] for line in lines[1:]] == list(wanted.labels)


def test_a_file_that_does_not_fit_is_refused_and_nothing_is_written(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    table, out = tmp_path / "other.csv", tmp_path / "out.csv"
    table.write_text("1,2\n3,4\n")
    words = scored(window, table, out, qtbot)
    assert words.startswith("other.csv could not be scored: the table has no column 'petal length (cm)'")
    assert not out.exists()


@pytest.fixture
def many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown from the first block of rows on, and there are many of these, each of which takes a while."""
    quickly = engine.scoring.as_csv

    def slowly(raw: RawTable, names: bool) -> str:
        sleep(0.005)
        return quickly(raw, names)

    monkeypatch.setattr(engine.scoring, "as_csv", slowly)
    monkeypatch.setattr(engine.scoring, "_BLOCK_FIELDS", 200)
    monkeypatch.setattr(scoring_thread, "_SHOWN_AFTER_S", -1.0)


def flowers(path: Path, rows: int, gap: int | None = None) -> Path:
    """A file of flowers; the row ``gap``, from 1, lacks a value."""
    lines = ["1.4,0.2"] * rows
    if gap is not None:
        lines[gap - 1] = "1.4,"
    path.write_text("petal length (cm),petal width (cm)\n" + "\n".join(lines) + "\n")
    return path


def test_rows_without_an_answer_are_counted_at_the_end(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    out = tmp_path / "out.csv"
    words = scored(window, flowers(tmp_path / "new.csv", 400, gap=17), out, qtbot)
    assert words.startswith(
        f"399 rows of new.csv answered. Written: {out}\n1 of 400 rows has no answer: row 17, column"
    )
    assert words.endswith(".")
    assert window.banner.property("tone") == "note"
    assert out.read_text().splitlines()[17] == "1.4,,,,,"


@pytest.mark.usefixtures("many_blocks")
def test_scoring_shows_how_far_it_has_come(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    table, strip = flowers(tmp_path / "new.csv", 20_000), window.scoring_progress
    seen: list[tuple[str, int]] = []
    window.scoring.progressed.connect(lambda *_: seen.append((strip.words.accessibleName(), strip.bar.value())))
    assert strip.isHidden()
    choosing.score_file(window, table, tmp_path / "out.csv")
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][1] > 0, timeout=20_000)
    assert strip.isVisible()
    qtbot.waitUntil(lambda: not window.scoring.running, timeout=20_000)
    assert strip.isHidden()
    answering = [(words, value) for words, value in seen if words.startswith("Answering · ") and value]
    assert answering
    assert [value for _, value in answering] == sorted(value for _, value in answering)
    for words, value in answering:
        rows = int(words.removeprefix("Answering · ").removesuffix(" rows · new.csv").replace(",", ""))
        assert rows == pytest.approx(20 * value, abs=10)


def test_a_file_none_of_whose_rows_can_be_answered_is_a_warning(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    words = scored(window, flowers(tmp_path / "new.csv", 1, gap=1), tmp_path / "out.csv", qtbot)
    assert "1 of 1 row has no answer" in words
    assert window.banner.property("tone") == "warning"


def test_the_progress_of_a_file_with_a_long_name_is_cut_not_clipped(qtbot: QtBot) -> None:
    strip = ScoringProgress()
    qtbot.addWidget(strip)
    strip.resize(480, 40)
    strip.show_progress("a long name " * 9, "answering", 0.4, 40_000)
    assert strip.words.text().startswith("Answering · 40,000 rows")
    assert strip.words.text().endswith("…")
    assert strip.words.fontMetrics().horizontalAdvance(strip.words.text()) <= strip.words.width()
    assert strip.words.toolTip().endswith("a long name a long name ")
    with qtbot.waitSignal(strip.cancelled):
        strip.cancel.click()
    assert not strip.cancel.isEnabled()


@pytest.mark.usefixtures("many_blocks")
def test_scoring_is_cancelled_and_nothing_is_left_behind(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    table, out = flowers(tmp_path / "new.csv", 50_000), tmp_path / "out.csv"
    out.write_text("old")
    choosing.score_file(window, table, out)
    strip = window.scoring_progress
    qtbot.waitUntil(strip.isVisible, timeout=20_000)
    with qtbot.waitSignal(window.scoring.said, timeout=20_000):
        qtbot.mouseClick(strip.cancel, Qt.MouseButton.LeftButton)
    assert not window.scoring.running
    assert strip.isHidden()
    assert window.banner.label.text() == "Scoring new.csv was cancelled; nothing was written."
    assert window.banner.property("tone") == "note"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["new.csv", "out.csv"]
    assert out.read_text() == "old"


@pytest.mark.usefixtures("many_blocks")
def test_a_window_that_closes_leaves_no_half_file(
    open_window: Callable[..., Window], tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    choosing.score_file(window, flowers(tmp_path / "new.csv", 50_000), tmp_path / "out.csv")
    qtbot.waitUntil(window.scoring_progress.isVisible, timeout=20_000)
    window.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["new.csv"]


@pytest.mark.usefixtures("many_blocks")
def test_what_is_done_soon_shows_no_progress(
    window: Window, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring_thread, "_SHOWN_AFTER_S", 60.0)
    with qtbot.assertNotEmitted(window.scoring.progressed):
        scored(window, flowers(tmp_path / "new.csv", 10_000), tmp_path / "out.csv", qtbot)


def test_the_command_asks_for_a_file(window: Window) -> None:
    hands.trigger(window, "data.score")
    dialogs = window.findChildren(QFileDialog)
    assert [dialog.fileMode() for dialog in dialogs] == [QFileDialog.FileMode.ExistingFile]
    assert not dialogs[0].isModal() or dialogs[0].windowModality() != Qt.WindowModality.ApplicationModal
    dialogs[0].close()
    hands.events()
