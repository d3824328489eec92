"""Ways to a table of one's own: chosen, dropped, pasted, used before, or named on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import hands
import pytest
import tables
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QClipboard, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QToolTip, QWidget

from engine.data import opened
from engine.data.derived import Derived
from engine.experiment import Experiment
from gui import app, launch
from gui.window import Window

CONTROL = Qt.KeyboardModifier.ControlModifier
COPY, NONE = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def _closed(window: Window) -> Iterator[None]:
    yield
    tables.close(window)


def copied(*, text: str = "", path: Path | None = None) -> QMimeData:
    mime = QMimeData()
    if text:
        mime.setText(text)
    if path is not None:
        mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def enter(widget: QWidget, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(20, 20), COPY, mime, hands.LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event


def drop(widget: QWidget, mime: QMimeData) -> None:
    QApplication.sendEvent(widget, QDropEvent(QPointF(20, 20), COPY, mime, hands.LEFT, NONE, QEvent.Type.Drop))


def table_in(window: Window) -> str:
    """The name of the table in the import window."""
    return tables.wait(window).name.text()


def test_a_file_is_chosen_with_the_usual_keys(window: Window, tmp_path: Path) -> None:
    path = tables.write(tmp_path)
    QTest.keyClick(window, Qt.Key.Key_O, CONTROL)
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert table_in(window) == "people.csv"


def test_a_file_that_is_dropped_anywhere_on_the_window_is_opened(window: Window, tmp_path: Path) -> None:
    mime, hint = copied(path=tables.write(tmp_path)), window.opening.zone.hint
    assert enter(window, mime).isAccepted()
    assert hint.isVisible()
    assert hint.size() == window.size()
    drop(window, mime)
    assert not hint.isVisible()
    assert table_in(window) == "people.csv"


@pytest.mark.parametrize("place", ["diagram", "builder", "inspector", "loss"])
def test_no_part_of_the_window_keeps_a_file_to_itself(window: Window, tmp_path: Path, place: str) -> None:
    part = getattr(window, place)
    inner = part.viewport() if hasattr(part, "viewport") else part
    assert enter(inner, copied(path=tables.write(tmp_path))).isAccepted()
    assert window.opening.zone.hint.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.opening.zone.hint.isVisible()


def test_what_is_no_file_is_not_taken(window: Window) -> None:
    assert not enter(window, copied(text="words")).isAccepted()
    assert not window.opening.zone.hint.isVisible()


def test_cells_that_were_copied_are_pasted_and_learned_from(window: Window) -> None:
    QGuiApplication.clipboard().setText(tables.text(delimiter="\t"))
    QTest.keyClick(window, Qt.Key.Key_V, CONTROL)
    assert table_in(window) == "Pasted table"
    tables.use(window)
    assert hands.snapshot_of(window).data.target == "outcome"
    assert window.windowTitle() == "Pasted table[*] – Glassbox"


def test_a_field_of_text_keeps_its_own_paste(window: Window) -> None:
    QGuiApplication.clipboard().setText("0.5")
    field = hands.number_field(window, "test_fraction")
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_V, CONTROL)
    assert field.text() == "0.5"
    assert not window.opening.is_open


@pytest.mark.parametrize("words", ["", "  \n "])
def test_an_empty_clipboard_is_said(window: Window, words: str) -> None:
    QGuiApplication.clipboard().setText(words)
    hands.trigger(window, "file.paste")
    assert "clipboard holds no table" in window.status.currentMessage()


def test_a_clipboard_that_does_not_answer_holds_no_table(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QClipboard, "mimeData", lambda *_: None)
    hands.trigger(window, "file.paste")
    assert "clipboard holds no table" in window.status.currentMessage()


def test_a_text_too_long_to_be_pasted_is_said(window: Window) -> None:
    QGuiApplication.clipboard().setText("1,2\n" * 600_000)
    hands.trigger(window, "file.paste")
    assert "2,400,000" in window.banner.label.text()


def test_files_opened_before_are_offered_the_newest_first(open_window: Callable[..., Window], tmp_path: Path) -> None:
    window = open_window(remember=True)
    paths = [tables.write(tmp_path, f"table {i}.csv") for i in range(10)]
    for path in (*paths, paths[5]):
        window.opening.open_file(str(path))
    assert [Path(path).name[6] for path in window.recent.paths] == list("59876432")
    window.close()
    again = open_window(remember=True)
    assert again.recent.paths == window.recent.paths
    again.recent.menu.aboutToShow.emit()
    again.recent.menu.actions()[1].trigger()
    assert table_in(again) == "table 9.csv"


def test_no_file_opened_before_is_said(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.refresh_commands()
    action = window.actions_by_id["file.recent"]
    assert not action.isEnabled()
    assert "No file has been opened yet" in action.toolTip()


def test_the_builder_offers_a_file_and_shows_the_table_that_is_open(window: Window, tmp_path: Path) -> None:
    source = window.builder.source
    hands.choose(source, "file.open")
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.close()
    assert source.key == "iris"
    assert not window.builder.data.edit.isVisible()
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    assert source.currentText() == "people.csv"
    assert window.builder.data.target.text() == "outcome (2)"
    assert window.builder.data.edit.isVisible()


def test_a_table_left_for_another_one_can_be_chosen_again(window: Window, tmp_path: Path) -> None:
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    used = window.document.experiment.data
    hands.choose(window.builder.source, "wine")
    assert hands.settle(window).data.target != "outcome"
    window.builder.source.activated.emit(window.builder.source.findData("table"))
    assert hands.settle(window).data.target == "outcome"
    assert window.document.experiment.data.table == used.table


def test_the_table_that_is_open_is_edited_as_it_was_set_up(window: Window, tmp_path: Path) -> None:
    panel = tables.open_file(window, tables.write(tmp_path))
    tables.click_check(panel, "town")
    tables.wait(window)
    tables.use(window)
    QTest.mouseClick(window.builder.data.edit, hands.LEFT)
    panel = tables.wait(window)
    assert panel.isVisible()
    assert tables.said_by(panel, "town") == {"role": "off"}
    tables.use(window)
    assert len(window.document.undo_stack) == 1


def test_editing_where_no_table_is_open_asks_for_one(window: Window) -> None:
    hands.trigger(window, "data.edit")
    panel = window.opening.panel
    assert panel.isVisible()
    assert panel.pages.currentWidget() is panel.invitation
    assert panel.invitation.words.text() == "Open a table, drop it here, or paste it"
    QGuiApplication.clipboard().setText(tables.text())
    QTest.mouseClick(panel.invitation.paste, hands.LEFT)
    assert table_in(window) == "Pasted table"


def test_the_title_of_the_window_names_the_table(window: Window, tmp_path: Path) -> None:
    tables.open_file(window, tables.write(tmp_path))
    assert window.windowTitle() == "Iris[*] – Glassbox"
    tables.use(window)
    assert window.windowTitle() == "people.csv[*] – Glassbox"


def test_a_file_named_on_the_command_line_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    opened: list[Window] = []

    begin = app.start

    def start(argv: list[str], file: Path | None = None) -> tuple[QApplication, Window]:
        application, window = begin(argv, remember=False, file=file)
        opened.append(window)
        return application, window

    monkeypatch.setattr("gui.app.start", start)
    monkeypatch.setattr(QApplication, "exec", lambda *_: 0)
    monkeypatch.setattr("gui.opening.Opening.open_file", lambda self, path: names.append(Path(path).name))
    names: list[str] = []
    assert launch.main([str(tables.write(tmp_path))]) == 0
    assert names == ["people.csv"]
    assert opened[0].document.experiment == Experiment()


def test_what_is_neither_a_command_nor_a_file_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    assert launch.main(["nonsense.csv"]) == 2
    assert "no command and no file 'nonsense.csv'" in capfd.readouterr().err


def test_a_file_that_was_changed_is_learned_from_anew_when_it_is_used_again(window: Window, tmp_path: Path) -> None:
    path = tables.write(tmp_path)
    tables.open_file(window, path)
    tables.use(window)
    first, made = window.document.experiment, len(window.document.undo_stack)
    tables.open_file(window, path)
    tables.use(window)
    assert (window.document.experiment, len(window.document.undo_stack)) == (first, made)
    tables.write(tmp_path, words=tables.text(rows=20))
    tables.open_file(window, path)
    tables.use(window)
    data = hands.snapshot_of(window).data
    assert len(data.y_train) + len(data.y_test) == 20
    window.document.undo()
    hands.settle(window)
    assert window.document.experiment == first
    tables.open_file(window, path)
    tables.use(window)
    assert len(hands.snapshot_of(window).data.y_train) + len(hands.snapshot_of(window).data.y_test) == 20


def test_names_are_shown_as_they_are_and_not_as_markup(window: Window, tmp_path: Path) -> None:
    name, other = "<b>a</b> & " + 100 * "long ", "<i>x</i>"
    words = f"{name},{other},<u>t</u>\n" + "".join(f"{i % 7},{i * i % 5},<s>{i % 2}</s>\n" for i in range(40))
    panel = tables.open_file(window, tables.write(tmp_path, words=words))
    panel.content.preview.horizontalHeader().sectionClicked.emit(1)
    tables.wait(window)
    assert panel.content.column_settings.title.textFormat() == Qt.TextFormat.PlainText
    width = window.builder.minimumSizeHint().width()
    tables.use(window)
    assert window.builder.data.target.textFormat() == Qt.TextFormat.PlainText
    chip = hands.chips(window)[name.strip()]
    assert chip.text().startswith("<b>a</b> && l")
    assert window.builder.minimumSizeHint().width() == width
    QToolTip.showText(QPoint(5, 5), other, window)
    hands.events()
    tips = [each for each in QApplication.topLevelWidgets() if isinstance(each, QLabel) and each.text() == other]
    assert [tip.textFormat() for tip in tips] == [Qt.TextFormat.PlainText]
    QToolTip.hideText()


def test_features_of_a_column_that_is_no_longer_there_do_not_stand_in_the_way(window: Window, tmp_path: Path) -> None:
    path = tables.write(tmp_path)
    tables.open_file(window, path)
    tables.use(window)
    data = window.document.experiment.data
    made = data.edited(features=("height",), derived=(Derived(kind="square", columns=("height",)),))
    window.document.change(window.document.experiment.edited(data=made), "Features")
    assert hands.settle(window).data.names == ("height", "height²")
    tables.write(tmp_path, words=tables.text().replace("height", "length"))
    tables.open_file(window, path)
    tables.use(window)
    assert hands.snapshot_of(window).data.names[:2] == ("length", "dose")


def test_another_table_is_not_disturbed_by_what_disturbed_the_data_before(window: Window, tmp_path: Path) -> None:
    experiment = window.document.experiment
    data = experiment.data.edited(label_noise=0.2, train_rows=40, test_fraction=0.4)
    hands.show(window, experiment.edited(data=data))
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    data = window.document.experiment.data
    assert (data.source, data.label_noise, data.train_rows, data.test_fraction) == ("table", 0.0, 0, 0.4)


def test_undo_tells_opening_a_table_from_editing_it(window: Window, tmp_path: Path) -> None:
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    hands.trigger(window, "data.edit")
    tables.click_check(tables.wait(window), "town")
    tables.wait(window)
    tables.use(window)
    assert [entry.text for entry in window.document.undo_stack] == ["Open table", "Edit table"]


def test_a_table_in_use_stays_as_it_is_when_its_file_changes_or_goes(window: Window, tmp_path: Path) -> None:
    path = tables.write(tmp_path)
    tables.open_file(window, path)
    tables.use(window)
    rows, target = hands.snapshot_of(window).data.size, hands.snapshot_of(window).data.target
    for change in (lambda: path.write_text("a,b\n1,2\n3,4\n5,6\n7,8\n"), path.unlink):
        change()
        forget_files()
        noise = 0.1 + window.document.experiment.data.label_noise
        hands.show(window, window.document.experiment.with_value("data.label_noise", noise))
        assert hands.snapshot_of(window).experiment.data.label_noise == noise
        assert (hands.snapshot_of(window).data.size, hands.snapshot_of(window).data.target) == (rows, target)


def forget_files() -> None:
    """What was read from files is read again."""
    opened._open.clear()


def test_features_stay_where_the_table_is_edited_as_long_as_their_columns_do(window: Window, tmp_path: Path) -> None:
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    square = Derived(kind="square", columns=("height",))
    product = Derived(kind="product", columns=("height", "dose"))
    hands.show(window, window.document.experiment.with_value("data.derived", (square, product)))
    hands.trigger(window, "data.edit")
    tables.click_check(tables.wait(window), "dose")
    tables.wait(window)
    tables.use(window)
    assert window.document.experiment.data.derived == (square,)
    assert hands.snapshot_of(window).data.names[-1] == square.name
