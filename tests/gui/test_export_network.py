"""Exporting the trained network from the window: the list, the preview, the file, and the proof of it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import hands
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from engine import Dense, Experiment
from engine.data.progress import CancelledError
from engine.export import plain_json, weights
from engine.export.target import ExportError, Proof, Target
from engine.export.targets import EXPORTS
from engine.project import Project
from engine.registry import Registry
from gui.exporting import opening, work
from gui.exporting.panel import NetworkExport
from gui.exporting.preview import in_bytes
from gui.exporting.work import Instant
from gui.theme import THEMES
from gui.window import Window

UNPAINTED = True
JSON = plain_json.TARGET


def altered(project: Project, stem: str) -> dict[str, bytes]:
    """The JSON of a network with another bias."""
    ((name, content),) = JSON.write(project, stem).items()
    tree = json.loads(content)
    tree["weights"]["layers.2.bias"][0] += 0.5
    return {name: json.dumps(tree).encode()}


def long(project: Project, stem: str) -> dict[str, bytes]:
    return {f"{stem}.txt": "\n".join([*(f"line {i}" for i in range(70)), "x" * 500]).encode()}


def wide(project: Project, stem: str) -> dict[str, bytes]:
    return {f"{stem}.py": b"x" * 500, f"{stem}.npz": b"\0" * 1234}


def refused(project: Project, stem: str) -> dict[str, bytes]:
    raise ExportError("hinge losses are unknown to it")


def broken(project: Project, stem: str) -> dict[str, bytes]:
    raise ZeroDivisionError("nobody thought of this")


def fake(key: str, write: Callable[[Project, str], dict[str, bytes]], suffix: str = ".txt", **rest: str) -> Target:
    return Target(key, key.title(), suffix, f"This one is {key}.", write, **rest)


# What is proven in a process of its own is found there by its key, so that those that run are called "json".
DIFFERENT = replace(JSON, label="Different", write=altered)
CRASHING = replace(JSON, label="Crashing", write=lambda project, stem: {f"{stem}.json": b"{}"})
ABSENT = replace(JSON, label="Absent", requires="no_such_package", package="Keras")
FAKES = (fake("long", long), fake("wide", wide, ".py"), fake("refused", refused), fake("broken", broken))


@pytest.fixture
def panel_of(window: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Callable[..., NetworkExport]]:
    """Opens the panel with some targets, by the keyboard, and waits until it has the network."""

    def make(*targets: Target) -> NetworkExport:
        monkeypatch.setattr(opening, "EXPORTS", Registry("export", targets))
        QTest.keyClick(
            window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )  # fmt: skip
        panel = window.findChild(NetworkExport)
        assert panel is not None
        qtbot.waitUntil(lambda: panel.instant is not None and not panel._looking.busy)
        return panel

    yield make
    for panel in window.findChildren(NetworkExport):
        panel.close()
    QGuiApplication.clipboard().clear()
    hands.events()


def checked(panel: NetworkExport, qtbot: QtBot) -> str:
    """Presses Check and waits; what is said then."""
    panel.check.click()
    qtbot.waitUntil(lambda: not panel._proving.busy, timeout=20_000)
    return panel.proof.words.text()


def saved(panel: NetworkExport, path: Path, qtbot: QtBot) -> str:
    """Presses Save…, types a name, and waits; what is said then."""
    panel.save.click()
    type_name(panel, path)
    qtbot.waitUntil(lambda: not panel._proving.busy, timeout=20_000)
    return panel.proof.words.text()


def type_name(panel: NetworkExport, path: Path) -> None:
    dialog = panel.findChild(QFileDialog)
    assert dialog is not None
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(path))
    QTest.keyClick(line, Qt.Key.Key_Return)
    hands.events()


def select(panel: NetworkExport, place: int, qtbot: QtBot) -> None:
    panel.targets.setCurrentRow(place)
    qtbot.waitUntil(lambda: not panel._looking.busy)


Open = Callable[..., NetworkExport]

# -- the list and the preview ---------------------------------------------------------------------


def test_every_target_of_the_registry_is_listed_with_its_words(panel_of: Open) -> None:
    panel = panel_of(*EXPORTS)
    listed = [panel.targets.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(panel.targets.count())]
    for words, target in zip(listed, EXPORTS, strict=True):
        assert words.startswith(target.label)
        assert words.endswith(target.about)
        assert target.package in words


def test_what_a_target_needs_is_said_by_its_name(panel_of: Open) -> None:
    panel = panel_of(JSON, replace(ABSENT, key="absent"))
    words = [panel.targets.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert ["needs" in each for each in words] == [False, True]
    assert ", needs Keras, " in words[1]


def test_the_preview_is_what_will_be_written(panel_of: Open, tmp_path: Path, qtbot: QtBot) -> None:
    panel = panel_of(JSON)
    shown = panel.preview.source.toPlainText().splitlines()
    saved(panel, tmp_path / "iris.json", qtbot)
    written = (tmp_path / "iris.json").read_text("utf-8").splitlines()
    assert [line.removesuffix(" …") for line in shown] == [line[:160] for line in written[:60]]


def test_another_target_shows_its_own_file(panel_of: Open, qtbot: QtBot) -> None:
    panel = panel_of(JSON, *FAKES)
    QTest.keyClick(panel.targets, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not panel._looking.busy)
    assert panel.preview.name.text() == "iris.txt"
    assert panel.preview.source.toPlainText().startswith("line 0\nline 1\n")
    assert panel.preview.more.text() == "11 more lines; Copy takes them all"


def test_copy_takes_the_whole_file(panel_of: Open) -> None:
    panel = panel_of(FAKES[0])
    panel.preview.copy.click()
    assert QGuiApplication.clipboard().text().splitlines() == [*(f"line {i}" for i in range(70)), "x" * 500]


def test_very_long_lines_are_cut_and_all_files_are_named(panel_of: Open) -> None:
    panel = panel_of(FAKES[1])
    assert panel.preview.source.toPlainText() == "x" * 160 + " …"
    assert panel.preview.note.text() == "500 bytes, and iris.npz (1.2 kB)"


SOURCE = '''"""Two lines
of # words."""
names = ["a # b"]  # a remark
x = 1
'''


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_remarks_are_quieter_than_code_in_the_colours_of_the_theme(
    panel_of: Open, window: Window, theme: str, qtbot: QtBot
) -> None:
    panel = panel_of(fake("source", lambda project, stem: {f"{stem}.py": SOURCE.encode()}, ".py"))
    window.show_theme(theme)
    hands.events()
    block, quiet = panel.preview.source.document().begin(), []
    while block.isValid():
        for part in block.layout().formats():
            assert part.format.foreground().color().name().upper() == THEMES[theme].quiet
            quiet.append(block.text()[part.start : part.start + part.length])
        block = block.next()
    assert quiet == ['"""Two lines', 'of # words."""', "# a remark"]


def test_numbers_are_not_shown_as_text(panel_of: Open) -> None:
    panel = panel_of(weights.NPZ)
    assert panel.preview.words.text() == "This file is made of numbers; there is nothing to read in it."
    assert not panel.preview.copy.isEnabled()
    assert panel.preview.pages.currentWidget() is panel.preview.words


@pytest.mark.parametrize(
    ("target", "words", "details"),
    [
        (FAKES[2], "Hinge losses are unknown to it.", False),
        (FAKES[3], "Something went wrong while exporting (ZeroDivisionError: nobody thought of this).", True),
    ],
)
def test_what_cannot_be_written_is_said_at_once(panel_of: Open, target: Target, words: str, details: bool) -> None:
    panel = panel_of(target)
    assert panel.banner.label.text().startswith(words)
    assert panel.banner.isVisibleTo(panel)
    assert panel.banner.details.isVisibleTo(panel) == details
    assert (panel.save.isEnabled(), panel.check.isEnabled()) == (False, False)


def test_after_a_target_that_cannot_be_written_another_one_can(panel_of: Open, qtbot: QtBot) -> None:
    panel = panel_of(FAKES[2], JSON)
    select(panel, 1, qtbot)
    assert panel.save.isEnabled()
    assert panel.check.isEnabled()
    assert not panel.banner.isVisibleTo(panel)


@pytest.mark.parametrize(("size", "words"), [(830, "830 bytes"), (12_400, "12.4 kB"), (3_140_000, "3.1 MB")])
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_bytes(size) == words


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Iris", "iris"),
        ("Breast cancer", "breast_cancer"),
        ("Flats 2024.csv", "flats_2024"),
        ("2024.csv", "network_2024"),
        ("…", "network"),
        ("Mäuse-Daten.xlsx", "mäuse_daten"),
    ],
)
def test_files_are_called_after_the_data_by_a_name_that_python_can_import(name: str, stem: str) -> None:
    assert stem.isidentifier()
    assert Instant(None, 0, name).stem == stem  # type: ignore[arg-type]


# -- saving and proving ---------------------------------------------------------------------------


def test_a_saved_export_is_written_and_proven(panel_of: Open, tmp_path: Path, qtbot: QtBot) -> None:
    panel = panel_of(JSON)
    words = saved(panel, tmp_path / "net.json", qtbot)
    assert words == "Proven: there is no difference on 145 rows."
    assert panel.proof.written.text() == f"Written: {tmp_path / 'net.json'}"
    assert panel.proof.property("tone") == "note"


def test_a_name_without_a_suffix_gets_the_target_s(panel_of: Open, tmp_path: Path, qtbot: QtBot) -> None:
    saved(panel_of(JSON), tmp_path / "net", qtbot)
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]


def test_a_name_is_proposed(panel_of: Open) -> None:
    panel = panel_of(JSON)
    panel.save.click()
    dialog = panel.findChild(QFileDialog)
    assert dialog is not None
    proposed = [Path(file).name for file in dialog.selectedFiles()]
    dialog.reject()
    assert proposed == ["iris.json"]


def test_checking_leaves_nothing_behind(
    panel_of: Open, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    panel = panel_of(JSON)
    assert checked(panel, qtbot).startswith("Proven: ")
    assert list(tmp_path.iterdir()) == []
    assert not panel.proof.written.isVisibleTo(panel)


def test_a_difference_is_a_warning_with_details(panel_of: Open, qtbot: QtBot) -> None:
    panel = panel_of(DIFFERENT)
    words = checked(panel, qtbot)
    assert words.startswith("Not the same: it differs by 0.")
    assert panel.proof.property("tone") == "warning"
    panel.proof.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(words)
    assert "petal length (cm)" in copied


def test_a_crash_is_said_and_its_traceback_can_be_copied(panel_of: Open, qtbot: QtBot) -> None:
    panel = panel_of(CRASHING)
    assert checked(panel, qtbot) == "Not proven: the export does not run here: KeyError: 'experiment'"
    assert panel.proof.property("tone") == "warning"
    panel.proof.copy.click()
    assert "Traceback" in QGuiApplication.clipboard().text()


def test_a_missing_package_is_no_warning(panel_of: Open, qtbot: QtBot) -> None:
    panel = panel_of(ABSENT)
    assert checked(panel, qtbot) == "Not proven here: Keras is not installed."
    assert panel.proof.property("tone") == "note"
    assert not panel.proof.copy.isVisibleTo(panel)


def test_what_cannot_be_run_is_saved_and_cannot_be_checked(panel_of: Open, tmp_path: Path, qtbot: QtBot) -> None:
    panel = panel_of(weights.NPZ)
    assert not panel.check.isEnabled()
    saved(panel, tmp_path / "w.npz", qtbot)
    assert (tmp_path / "w.npz").exists()
    assert panel.proof.written.text() == f"Written: {tmp_path / 'w.npz'}"


def test_what_cannot_be_written_there_is_said_and_can_be_tried_again(
    panel_of: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = panel_of(JSON)
    (tmp_path / "net.json").mkdir()
    panel.write(JSON, tmp_path / "net.json")
    qtbot.waitUntil(lambda: not panel._proving.busy)
    assert panel.banner.label.text() == f"{tmp_path / 'net.json'} could not be written: it is a folder."
    assert panel.proof.words.text().startswith("Not checked yet")
    assert saved(panel, tmp_path / "other.json", qtbot).startswith("Proven")
    assert not panel.banner.isVisibleTo(panel)


def test_a_file_of_another_kind_beside_it_is_not_replaced(panel_of: Open, tmp_path: Path, qtbot: QtBot) -> None:
    panel = panel_of(FAKES[1])
    (tmp_path / "net.npz").write_text("something of mine")
    saved(panel, tmp_path / "net.py", qtbot)
    words = "net.npz is there already and belongs to something else; choose another name or folder."
    assert panel.banner.label.text() == words
    assert (tmp_path / "net.npz").read_text() == "something of mine"


def test_each_target_keeps_what_was_said_of_it(panel_of: Open, qtbot: QtBot) -> None:
    panel = panel_of(JSON, replace(ABSENT, key="absent"))
    checked(panel, qtbot)
    select(panel, 1, qtbot)
    assert panel.proof.words.text().startswith("Not checked yet")
    select(panel, 0, qtbot)
    assert panel.proof.words.text().startswith("Proven")


TYPED = ((1.4, 0.2), (4.7, 1.4), (6.1, 2.3))


def test_a_numpy_export_answers_raw_rows_like_predict(
    panel_of: Open, window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window.training.finish()
    hands.trigger(window, "data.predict")
    hands.events()
    answers, shares = [], []
    for row in TYPED:
        for entry, value in zip(window.predict.entries, row, strict=True):
            hands.type_into(entry.field, str(value))
            hands.settle(window)
        answers.append(window.predict.answer.answer.text())
        shares.append([share for _, _, share in window.predict.answer.bars.shares])
    window.panels.docks["predict"].hide()
    hands.settle(window)
    assert saved(panel_of(EXPORTS["numpy"]), tmp_path / "iris.py", qtbot).startswith("Proven")
    rows = "".join(f"{length},{width}\n" for length, width in TYPED)
    (tmp_path / "rows.csv").write_text(f"petal length (cm),petal width (cm)\n{rows}")
    done = subprocess.run(
        [sys.executable, "-I", "iris.py", "rows.csv"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = list(csv.reader(done.stdout.splitlines()))[1:]
    assert [line[0] for line in found] == answers == ["setosa", "versicolor", "virginica"]
    assert [[float(each) for each in line[1:]] for line in found] == [pytest.approx(each, abs=1e-5) for each in shares]


# -- a proof that takes long ----------------------------------------------------------------------


class Slow:
    """A proof that goes on until it is given up."""

    def __init__(self) -> None:
        self.begun, self.ended = Event(), Event()

    def __call__(self, project: Project, target: Target, main: Path, rows: list[object], given_up: Event) -> Proof:
        self.begun.set()
        assert given_up.wait(20)
        self.ended.set()
        raise CancelledError


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr(work, "prove", made)
    return made


def begin(panel: NetworkExport, slow: Slow, qtbot: QtBot) -> None:
    panel.check.click()
    qtbot.waitUntil(lambda: panel.proof.words.text() == "Checking on 145 rows…")
    assert slow.begun.wait(5)


def test_while_it_is_checked_the_panel_says_so_and_nothing_else_can_be_begun(
    panel_of: Open, slow: Slow, qtbot: QtBot
) -> None:
    panel = panel_of(JSON, *FAKES)
    begin(panel, slow, qtbot)
    select(panel, 1, qtbot)
    assert (panel.save.isEnabled(), panel.check.isEnabled()) == (False, False)
    assert panel.preview.name.text() == "iris.txt"


def test_the_line_of_the_proof_is_as_high_in_every_state(panel_of: Open, slow: Slow, qtbot: QtBot) -> None:
    panel = panel_of(JSON)
    hands.events(4)
    heights = [panel.proof.height()]
    begin(panel, slow, qtbot)
    hands.events(4)
    heights.append(panel.proof.height())
    panel.proof.show_said(work.Said("json", "Not the same.", "bad", details="much"))
    hands.events(4)
    assert [*heights, panel.proof.height()] == [heights[0]] * 3


def test_a_check_can_be_cancelled(panel_of: Open, slow: Slow, qtbot: QtBot) -> None:
    panel = panel_of(JSON)
    begin(panel, slow, qtbot)
    assert panel.proof.cancel.isVisibleTo(panel)
    panel.proof.cancel.click()
    assert slow.ended.wait(5)
    assert panel.proof.words.text().startswith("Not checked yet")
    assert panel.save.isEnabled()
    assert not panel.proof.cancel.isVisibleTo(panel)


def test_what_was_written_stays_said_when_its_check_is_cancelled(
    panel_of: Open, slow: Slow, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = panel_of(JSON)
    panel.write(JSON, tmp_path / "net.json")
    qtbot.waitUntil(lambda: panel.proof.words.text().startswith("Checking"))
    panel.proof.cancel.click()
    assert (panel.proof.words.text(), panel.proof.written.text()) == (
        "Not checked: the check was cancelled.",
        f"Written: {tmp_path / 'net.json'}",
    )


def test_closing_the_panel_gives_the_check_up(panel_of: Open, slow: Slow, qtbot: QtBot, window: Window) -> None:
    panel = panel_of(JSON)
    begin(panel, slow, qtbot)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    hands.events()
    assert slow.ended.wait(5)
    assert window.findChildren(NetworkExport) == []


def test_closing_the_window_gives_the_check_up(open_window: Callable[..., Window], slow: Slow, qtbot: QtBot) -> None:
    window = open_window()
    panel = opening.open_panel(window)
    qtbot.waitUntil(lambda: panel.instant is not None)
    begin(panel, slow, qtbot)
    window.close()
    assert slow.ended.wait(5)


# -- which network --------------------------------------------------------------------------------


def test_an_untrained_network_is_exported_too_and_said_to_be_untrained(panel_of: Open) -> None:
    panel = panel_of(JSON)
    assert (panel.name.text(), panel.when.text()) == ("Iris", "untrained, step 0")
    assert panel.save.isEnabled()


def test_it_is_the_network_of_the_instant_that_is_named(panel_of: Open, window: Window, qtbot: QtBot) -> None:
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    panel = panel_of(JSON)
    assert panel.when.text() == "step 4"
    assert panel.fresh.isHidden()
    hands.trigger(window, "train.step")
    hands.settle(window)
    assert panel.when.text() == "step 4 · trained further since"
    assert panel.fresh.isVisibleTo(panel)
    before = panel.instant
    panel.fresh.click()
    qtbot.waitUntil(lambda: panel.instant is not before and not panel._looking.busy)
    assert (panel.when.text(), panel.fresh.isHidden()) == ("step 5", True)
    assert checked(panel, qtbot).startswith("Proven")


def test_an_edit_is_not_called_training(panel_of: Open, window: Window) -> None:
    panel = panel_of(JSON)
    hands.show(window, Experiment().with_layers((Dense(units=3),)))
    assert panel.when.text() == "untrained, step 0 · changed since"
    assert panel.fresh.isVisibleTo(panel)


def test_what_was_proven_of_another_instant_is_forgotten(panel_of: Open, window: Window, qtbot: QtBot) -> None:
    panel = panel_of(JSON)
    checked(panel, qtbot)
    hands.trigger(window, "train.step")
    hands.settle(window)
    panel.fresh.click()
    qtbot.waitUntil(lambda: panel.when.text() == "step 1")
    assert panel.proof.words.text().startswith("Not checked yet")


def test_training_goes_on_while_the_panel_is_open(panel_of: Open, window: Window, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 100_000))
    window.training.set_running(True)
    panel = panel_of(JSON)
    assert not panel.isModal()
    step = hands.snapshot_of(window).step
    assert checked(panel, qtbot).startswith("Proven")
    assert hands.snapshot_of(window).step > step
    assert panel.when.text().endswith("trained further since")


def test_where_the_network_cannot_be_had_the_panel_says_so(
    panel_of: Open, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.training, "fetch", lambda take: take(None))
    panel = opening.open_panel(window)
    assert panel.name.text() == "There is no network to export now"
    assert panel.banner.isVisibleTo(panel)
    assert (panel.save.isEnabled(), panel.check.isEnabled(), panel.fresh.isHidden()) == (False, False, False)


def test_a_network_that_comes_after_the_panel_was_closed_is_dropped(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    takers: list[Callable[[object], None]] = []
    monkeypatch.setattr(window.training, "fetch", takers.append)
    panel = opening.open_panel(window)
    assert panel.name.text() == "The network is being fetched…"
    panel.close()
    hands.events()
    takers[0](None)
    assert panel.instant is None


# -- the panel itself -----------------------------------------------------------------------------


def test_there_is_one_panel_for_a_window(panel_of: Open, window: Window) -> None:
    panel = panel_of(JSON)
    hands.trigger(window, "file.export")
    assert window.findChildren(NetworkExport) == [panel]


def test_target_and_folder_are_remembered(open_window: Callable[..., Window], tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(remember=True)
    panel = opening.open_panel(window)
    qtbot.waitUntil(lambda: panel.instant is not None)
    panel.targets.show_target("npz")
    saved(panel, tmp_path / "w.npz", qtbot)
    panel.close()
    again = opening.open_panel(open_window(remember=True))
    again.save.setEnabled(True)
    assert again.targets.target.key == "npz"
    qtbot.waitUntil(lambda: again.instant is not None)
    again.save.click()
    dialog = again.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.reject()


def test_the_selected_target_is_in_sight_whatever_the_size(panel_of: Open) -> None:
    panel = panel_of(*EXPORTS)
    panel.targets.show_target([target.key for target in EXPORTS][-1])
    for size in (panel.minimumSize(), panel.minimumSize() * 2, panel.minimumSize()):
        panel.resize(size)
        hands.events()
        item = panel.targets.visualItemRect(panel.targets.currentItem())
        assert panel.targets.viewport().rect().contains(item.adjusted(1, 1, -1, -1))


def test_everything_can_be_reached_by_tab_and_has_a_name(panel_of: Open) -> None:
    panel = panel_of(JSON)
    visited = []
    for _ in range(8):
        visited.append(panel.focusWidget())
        QTest.keyClick(visited[-1], Qt.Key.Key_Tab)
    assert visited[0] is panel.targets
    assert {panel.preview.copy, panel.preview.source, panel.check, panel.save, panel.close_button} <= set(visited)
    assert [widget for widget in visited if not widget.accessibleName()] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_in_the_smallest_panel(panel_of: Open, window: Window, theme: str, qtbot: QtBot) -> None:
    window.show_theme(theme)
    panel = panel_of(*EXPORTS)
    panel.resize(panel.minimumSize())
    hands.events()
    for button in (panel.save, panel.check, panel.close_button, panel.preview.copy):
        assert button.width() >= button.sizeHint().width()
        assert panel.rect().contains(button.mapTo(panel, button.rect().bottomRight()))
    assert panel.targets.viewport().width() >= 280


def test_opening_the_panel_imports_nothing_large() -> None:
    """What is imported when it is first opened stops the window; the rest is imported beside it."""
    large = ("jinja2", "onnx", "pandas", "sklearn", "torch", "urllib.request", "xml.sax")
    code = f"import sys, gui.app, gui.exporting.opening; print([name for name in {large} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
