"""The import window: a draft of the data, until it is used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import hands
import pytest
import tables
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from engine.data.raw import RawTable
from engine.data.reading import Progress
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.experiment import Experiment
from gui.importing.window import ImportWindow
from gui.window import Window

HEADER = Qt.Orientation.Horizontal


@pytest.fixture
def panel(window: Window, tmp_path: Path) -> Iterator[ImportWindow]:
    """The import window with a table in it."""
    yield tables.open_file(window, tables.write(tmp_path))
    tables.close(window)


def test_the_first_rows_are_shown_with_name_and_kind_above_them(panel: ImportWindow) -> None:
    cells = panel.content.preview.cells
    assert [cells.headerData(i, HEADER).split("\n")[0] for i in range(5)] == list(tables.NAMES)
    assert cells.headerData(2, HEADER) == "town\nCategory"
    assert cells.headerData(4, HEADER).endswith("· target")
    assert [cells.index(0, i).data() for i in range(5)] == ["1.5", "100", "Rome", "yes", "well"]


def test_what_was_found_out_about_the_file_is_said_in_the_fields(panel: ImportWindow) -> None:
    fields = panel.reading.fields
    assert fields["delimiter"].currentText() == "Comma (found)"
    assert fields["header"].currentText() == "First row is names (found)"


def test_what_will_happen_is_said_in_a_sentence(panel: ImportWindow) -> None:
    assert panel.foot.sentence.text().startswith("40 rows, 4")
    assert "target" in panel.foot.sentence.text()


def test_a_column_is_switched_off_and_on_by_its_box(panel: ImportWindow, window: Window) -> None:
    tables.click_check(panel, "town")
    tables.wait(window)
    assert tables.said_by(panel, "town") == {"role": "off"}
    assert panel.content.preview.cells.headerData(2, HEADER) == "town\nCategory · off"
    assert panel.content.columns.note.text() == "3 of 5 on"
    tables.click_check(panel, "town")
    tables.wait(window)
    assert tables.said_by(panel, "town") == {}


def test_what_is_switched_on_though_it_is_of_no_use_becomes_of_use(window: Window, tmp_path: Path) -> None:
    words = "name,x,y\n" + "".join(f"person {i},{i * i % 7},{i % 2}\n" for i in range(30))
    panel = tables.open_file(window, tables.write(tmp_path, words=words))
    assert panel.content.columns.note.text() == "1 of 3 on"
    tables.click_check(panel, "name")
    tables.wait(window)
    assert tables.said_by(panel, "name") == {"role": "input", "kind": "category"}
    assert panel.content.columns.note.text() == "2 of 3 on"
    tables.close(window)


def test_the_settings_are_those_of_the_selected_column(panel: ImportWindow, window: Window) -> None:
    panel.content.preview.horizontalHeader().sectionClicked.emit(1)
    assert panel.content.column_settings.title.text() == "dose"
    assert panel.content.columns.list.currentIndex().data() == "dose"
    assert panel.content.preview.currentIndex().column() == 1
    hands.choose(panel.content.column_settings.form.fields["kind"], "category")
    tables.wait(window)
    assert tables.said_by(panel, "dose") == {"kind": "category"}
    assert panel.content.preview.cells.headerData(1, HEADER) == "dose\nCategory"
    assert panel.content.column_settings.form.fields["encoding"].isVisible()
    assert not panel.content.column_settings.form.fields["zeros_missing"].isVisible()


def test_a_kind_that_is_guessed_says_so(panel: ImportWindow) -> None:
    panel.content.select_column("town")
    assert panel.content.column_settings.form.fields["kind"].currentText() == "Category (guessed)"


def test_another_target_leaves_the_first_one_as_an_input(panel: ImportWindow, window: Window) -> None:
    hands.choose(panel.content.task.target, "height")
    tables.wait(window)
    assert panel.opened.plan.target == "height"
    assert panel.opened.plan.target_kind == "number"
    assert panel.content.task.target_form.fields["target_log"].isVisible()
    assert not panel.content.task.split_form.fields["stratify"].isVisible()
    assert panel.opened.plan.column("outcome").role == "input"


@pytest.mark.parametrize(("split", "shown"), [("column", "split_column"), ("order", "order_column")])
def test_every_way_to_split_has_its_own_field(panel: ImportWindow, window: Window, split: str, shown: str) -> None:
    hands.choose(panel.content.task.split_form.fields["split"], split)
    tables.wait(window)
    choices = {name: getattr(panel.content.task, name) for name in ("split_column", "order_column")}
    assert [name for name, field in choices.items() if field.isVisible()] == [shown]
    assert panel.content.task.data_form.fields["test_fraction"].isVisible() == (split == "order")


def test_a_second_file_is_part_of_the_draft(panel: ImportWindow, window: Window, tmp_path: Path) -> None:
    hands.choose(panel.content.task.split_form.fields["split"], "file")
    tables.wait(window)
    assert panel.content.task.file.isVisible()
    panel.take_second_file(str(tables.write(tmp_path, "more.csv")))
    tables.wait(window)
    assert panel.content.task.file.text() == "more.csv"


def test_zeros_in_doubt_are_marked_and_can_be_taken_as_missing_at_once(panel: ImportWindow, window: Window) -> None:
    cell = panel.content.preview.cells.index(3, 1)
    assert cell.data() == "0"
    assert cell.data(Qt.ItemDataRole.BackgroundRole) is not None
    assert panel.content.preview.cells.index(4, 1).data(Qt.ItemDataRole.BackgroundRole) is None
    QTest.mouseClick(panel.foot.zeros, hands.LEFT)
    tables.wait(window)
    assert tables.said_by(panel, "dose") == {"zeros_missing": True}
    assert not panel.foot.zeros.isVisible()


def test_reading_it_otherwise_forgets_only_what_was_said_about_columns_that_are_gone(
    panel: ImportWindow, window: Window
) -> None:
    tables.click_check(panel, "town")
    tables.wait(window)
    hands.choose(panel.reading.fields["delimiter"], ";")
    tables.wait(window)
    assert len(panel.opened.raw.names) == 1
    assert panel.data.table.columns == ()
    assert panel.data.table.reading.delimiter == ";"


def test_reset_brings_back_what_was_guessed(panel: ImportWindow, window: Window) -> None:
    assert not panel.foot.reset.isEnabled()
    tables.click_check(panel, "town")
    tables.wait(window)
    QTest.mouseClick(panel.foot.reset, hands.LEFT)
    tables.wait(window)
    assert panel.data.table.columns == ()
    assert not panel.foot.reset.isEnabled()


def test_the_list_shows_only_what_is_looked_for(panel: ImportWindow) -> None:
    hands.type_into(panel.content.columns.search, "OW", end=None)
    assert [
        panel.content.columns.list.model().index(i, 0).data()
        for i in range(panel.content.columns.list.model().rowCount())
    ] == ["town"]
    panel.content.columns.search.clear()


def test_none_switches_off_what_is_listed_and_no_more(panel: ImportWindow, window: Window) -> None:
    hands.type_into(panel.content.columns.search, "o", end=None)  # dose, town, smoker, outcome
    QTest.mouseClick(panel.content.columns.none, hands.LEFT)
    tables.wait(window)
    assert [column.name for column in panel.opened.plan.inputs] == ["height"]
    panel.content.columns.search.clear()
    QTest.mouseClick(panel.content.columns.all, hands.LEFT)
    tables.wait(window)
    assert panel.content.columns.note.text() == "4 of 5 on"


# -- using it ----------------------------------------------------------------------------------------


def test_using_a_table_is_one_edit_that_keeps_the_rest_and_can_be_undone(window: Window, tmp_path: Path) -> None:
    before = window.document.experiment.with_value("data.scale", "minmax").with_value("data.seed", 7)
    hands.show(window, before)
    window.document.undo_stack.clear()
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    after = window.document.experiment
    assert (after.data.source, after.data.scale, after.data.seed) == ("table", "minmax", 7)
    assert hands.snapshot_of(window).data.target == "outcome"
    assert not window.opening.is_open
    assert len(window.document.undo_stack) == 1
    hands.trigger(window, "edit.undo")
    assert hands.settle(window).experiment == before


def test_enter_uses_the_table_and_escape_changes_nothing(window: Window, tmp_path: Path) -> None:
    before, path = window.document.experiment, tables.write(tmp_path)
    panel = tables.open_file(window, path)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not window.opening.is_open
    assert window.document.experiment == before
    QTest.keyClick(tables.open_file(window, path), Qt.Key.Key_Return)
    assert window.document.experiment.data.source == "table"


def test_enter_ends_the_typing_of_a_number_and_no_more(window: Window, panel: ImportWindow) -> None:
    before = window.document.experiment
    hands.type_into(panel.content.task.data_form.fields["test_fraction"], "0.5")
    tables.wait(window)
    assert panel.isVisible()
    assert panel.data.test_fraction == 0.5
    assert window.document.experiment == before


def test_a_table_wished_for_before_it_is_planned_is_used_when_it_is(window: Window, panel: ImportWindow) -> None:
    tables.click_check(panel, "town")
    assert panel.reader.busy
    QTest.mouseClick(panel.foot.use, hands.LEFT)
    tables.until(lambda: not window.opening.is_open)
    assert [c.name for c in window.document.experiment.data.table.columns] == ["town"]


def test_a_table_is_used_once_however_often_the_button_is_pressed(window: Window, tmp_path: Path) -> None:
    panel, before = tables.open_file(window, tables.write(tmp_path)), len(window.document.undo_stack)
    for _ in range(2):
        panel.foot.use.clicked.emit()
    hands.settle(window)
    assert (window.opening.is_open, len(window.document.undo_stack)) == (False, before + 1)


def test_a_loss_and_an_output_that_do_not_fit_are_automatic_again(window: Window, tmp_path: Path) -> None:
    given = {
        "data": {"source": "sine"},
        "network": {"output": {"activation": "linear"}},
        "training": {"loss": "huber", "stop_at": {"metric": "r2", "value": 0.9}},
    }
    hands.show(window, Experiment.model_validate(given))
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    after = window.document.experiment
    assert not window.banner.isVisible()
    assert (after.training.loss, after.network.output.activation) == ("auto", "auto")
    assert after.training.stop_at.metric == "none"
    assert hands.snapshot_of(window).experiment == after


def test_a_loss_that_fits_stays(window: Window, tmp_path: Path) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "moons"}, "training": {"loss": "hinge"}}))
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    assert window.document.experiment.training.loss == "hinge"


def test_what_cannot_be_learned_from_is_said_and_cannot_be_used(window: Window, panel: ImportWindow) -> None:
    QTest.mouseClick(panel.content.columns.none, hands.LEFT)
    tables.wait(window)
    assert not panel.foot.use.isEnabled()
    assert "input" in panel.foot.sentence.text()


def test_a_table_that_the_network_refuses_is_set_up_on_and_nothing_is_lost(
    window: Window, panel: ImportWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DataError("row 3 is of no use")

    before = window.document.experiment
    monkeypatch.setattr("engine.trainer.load_data", refuse)
    tables.use(window)
    assert window.document.experiment == before
    assert tables.wait(window).isVisible()
    assert window.opening.panel.content.columns.note.text() == "4 of 5 on"
    assert window.opening.panel.banner.label.text() == "Row 3 is of no use."


# -- reading -----------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_said_and_nothing_that_is_open_changes(window: Window, tmp_path: Path) -> None:
    before = window.document.experiment
    panel = tables.open_file(window, tmp_path / "gone.csv")
    assert panel.banner.isVisible()
    assert "gone.csv cannot be read" in panel.banner.label.text()
    assert panel.pages.currentWidget() is panel.invitation
    assert not panel.foot.use.isEnabled()
    assert window.document.experiment == before
    tables.close(window)


def slow(path: Path, how: ReadingSpec | None = None, progress: Progress | None = None) -> RawTable:
    """Reads for ten seconds, and says how far it has come."""
    assert progress is not None
    for percent in range(100):
        time.sleep(0.1)
        progress(percent / 100, 1000 * percent)
    return RawTable.from_rows(["x", "y"], [{"x": 1, "y": 2}])


def test_reading_shows_how_far_it_has_come_while_the_window_is_alive(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.opened.read_file", slow)
    window.opening.open_file(str(tables.write(tmp_path)))
    panel = window.opening.panel
    tables.until(lambda: "left" in panel.progress.words.text())
    assert panel.progress.bar.value() > 0
    assert panel.progress.words.text().split(" ")[1] == "rows"
    hands.trigger(window, "layer.add")
    assert len(hands.settle(window).plan.widths) == 5
    QTest.mouseClick(panel.progress.cancel, hands.LEFT)
    assert not window.opening.is_open
    assert not panel.reader.busy


def is_reading() -> bool:
    """Whether a thread reads a table."""
    return any(thread.name == "reading" for thread in threading.enumerate())


def test_escape_gives_up_reading(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.data.opened.read_file", slow)
    window.opening.open_file(str(tables.write(tmp_path)))
    panel = window.opening.panel
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.reader.busy
    tables.until(lambda: not is_reading(), 3)


def test_a_window_that_is_closed_gives_up_what_it_reads(
    open_window: Callable[..., Window], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.opened.read_file", slow)
    window = open_window()
    window.opening.open_file(str(tables.write(tmp_path)))
    assert is_reading()
    window.close()
    tables.until(lambda: not is_reading(), 3)


def test_the_window_is_alive_while_a_large_file_is_read(window: Window, tmp_path: Path) -> None:
    row = ",".join(f"{0.5 + i / 7:.6f}" for i in range(30))
    path = tables.write(tmp_path, words=",".join(f"c{i}" for i in range(30)) + "\n" + f"{row}\n" * 60_000)
    beats: list[float] = []
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start()
    window.opening.open_file(str(path))
    tables.until(lambda: not window.opening.panel.reader.busy, 50)
    timer.stop()
    gaps = [b - a for a, b in pairwise(beats)]
    assert window.opening.panel.opened.raw.rows == 60_000
    assert max(gaps) < 0.5
    tables.close(window)


def test_thousands_of_columns_stay_fast(window: Window, tmp_path: Path) -> None:
    names = ",".join(f"column number {i}" for i in range(2000))
    words = names + "\n" + "".join(",".join(str((i * j) % 13) for i in range(2000)) + "\n" for j in range(1, 12))
    panel = tables.open_file(window, tables.write(tmp_path, words=words))
    begun = time.process_time()
    panel.content.select_column("column number 1500")
    hands.events()
    assert time.process_time() - begun < 0.5
    assert panel.content.preview.currentIndex().column() == 1500
    tables.close(window)


def test_every_control_has_a_name_for_those_who_do_not_see_it(panel: ImportWindow) -> None:
    kinds = (QAbstractButton, QComboBox, QLineEdit)
    controls = [w for kind in kinds for w in panel.findChildren(kind) if not w.objectName().startswith("qt_")]
    controls = [w for w in controls if not isinstance(w.parentWidget(), (QComboBox, QLineEdit)) and named(w)]
    assert [w for w in controls if not (w.accessibleName() or getattr(w, "text", str)())] == []


def named(widget: QWidget) -> bool:
    """Not one of Qt's own parts, such as the corner of a table."""
    return type(widget).__module__.startswith(("gui", "PySide6")) and type(widget) is not QAbstractButton


def test_what_counts_the_rows_is_called_a_number_where_it_is_all_there_is(window: Window, tmp_path: Path) -> None:
    words = "row,y\n" + "".join(f"{i},{i * i % 7}\n" for i in range(30))
    panel = tables.open_file(window, tables.write(tmp_path, words=words))
    panel.content.select_column("row")
    assert panel.content.column_settings.form.fields["kind"].currentText() == "Number (guessed)"
    tables.close(window)


def test_the_name_of_a_column_stands_at_the_side_of_its_cells(panel: ImportWindow) -> None:
    cells, role = panel.content.preview.cells, Qt.ItemDataRole.TextAlignmentRole
    sides = [cells.headerData(i, HEADER, role) for i in range(5)]
    assert [side & cells.data(cells.index(0, i), role) for i, side in enumerate(sides)] == sides
    assert sides[0] != sides[2]
