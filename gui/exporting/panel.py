"""The panel in which a trained network is exported: to what, what will be written, and the proof of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.export.target import Target
from engine.snapshot import Snapshot
from gui.banner import Banner
from gui.buttons import push_button
from gui.errand import Errand, Work
from gui.exporting import work
from gui.exporting.preview import Preview
from gui.exporting.proof import ProofRow
from gui.exporting.targets import TargetList
from gui.exporting.work import Contents, Instant, Said
from gui.greying import grey
from gui.text import tr

_SIZE, _SMALLEST = QSize(960, 720), QSize(720, 480)


class NetworkExport(QDialog):
    """Exports the network of one instant. ``fresh_wished``: that of now instead. ``save_wished(target, stem)``."""

    fresh_wished = Signal()
    save_wished = Signal(object, str)

    def __init__(self, targets: Iterable[Target], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("takeaway")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export network"))
        self.instant: Instant | None = None
        self.over = False
        self._said: dict[str, Said] = {}
        self._looking, self._proving = Errand(self), Errand(self)
        self._make_parts(targets)
        self._connect()
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE)
        self._show_instant()

    # -- putting it together ---------------------------------------------------------------------

    def _make_parts(self, targets: Iterable[Target]) -> None:
        self.name, self.when = QLabel(), QLabel()
        self.name.setProperty("role", "figure")
        self.when.setProperty("role", "note")
        self.fresh = push_button(
            tr("Take the network as it is now"), tr("Exports the instant that is shown now"), "link"
        )
        self.banner, self.targets, self.preview, self.proof = Banner(), TargetList(targets), Preview(), ProofRow()
        self.close_button = push_button(tr("Close"), tr("Closes this panel and gives up a check that is running (Esc)"))
        self.check = push_button(tr("Check"), tr("Runs the export on rows of your data without saving it"))
        self.save = push_button(tr("Save…"), tr("Chooses a file, writes the export and checks it (Enter)"), "primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(_row(self.name, self.when, self.fresh, None))
        layout.addWidget(self.banner)
        layout.addWidget(_rule())
        sheet = QHBoxLayout()
        sheet.setSpacing(16)
        sheet.addWidget(self.targets)
        sheet.addWidget(self.preview, 1)
        layout.addLayout(sheet, 1)
        layout.addWidget(self.proof)
        layout.addLayout(_row(None, self.close_button, self.check, self.save))
        self.save.setDefault(True)
        self.targets.setFocus()

    def _connect(self) -> None:
        self.targets.chosen.connect(self._show_target)
        self.fresh.clicked.connect(self.fresh_wished)
        self.check.clicked.connect(self._check)
        self.save.clicked.connect(self._wish_to_save)
        self.close_button.clicked.connect(self.close)
        self.proof.cancelled.connect(self._cancel)
        self.finished.connect(self._leave)
        self._looking.reported.connect(self._show_contents)
        self._looking.failed.connect(self._show_refusal)
        self._proving.reported.connect(self._take_said)
        self._proving.failed.connect(self._take_failure)
        self._proving.ended.connect(self._show_buttons)

    # -- what is shown ---------------------------------------------------------------------------

    def show_instant(self, instant: Instant) -> None:
        """Exports another instant from now on; what was proven of the one before is forgotten."""
        self._proving.give_up()
        self._said.clear()
        self.instant = instant
        self._show_instant()

    def show_unavailable(self) -> None:
        """There is no network to export now; one can try again."""
        self.name.setText(tr("There is no network to export now"))
        self.fresh.show()
        self.banner.say(tr("The network cannot be had, because what was asked of it last has failed."))

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Says whether the network in the window is another one by now."""
        if self.instant is not None:
            edited, step = snapshot.generation != self.instant.generation, self.instant.step
            same = not edited and snapshot.step == step
            since = "" if same else tr("changed since") if edited else tr("trained further since")
            self.fresh.setVisible(not same)
            self.when.setText(" · ".join(filter(None, (_step_in_words(step), since))))

    def _show_instant(self) -> None:
        instant = self.instant
        self.fresh.hide()
        self.name.setText(instant.name if instant else tr("The network is being fetched…"))
        self.when.setText(_step_in_words(instant.step) if instant else "")
        if self.targets.currentItem() is not None:
            self._show_target(self.targets.target)

    @Slot(object)
    def _show_target(self, target: Target) -> None:
        """What would be written, and how far its proof has come."""
        self.banner.hide()
        self.preview.show_words("")
        if self.instant is not None:
            self._looking.begin(work.look(self.instant, target))
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        """The buttons and the outcome, of the target that is selected."""
        busy = tr("An export is being checked; Cancel gives it up") if self._proving.busy else ""
        waits = busy if self.instant is not None else tr("The network is being fetched…")
        grey(self.save, waits)
        grey(self.check, waits or ("" if self.targets.target.run is not None else _nothing_to_run()))
        self.proof.show_said(self._said.get(self.targets.target.key) or _not_checked(self.targets.target))

    @Slot(object)
    def _show_contents(self, contents: Contents) -> None:
        self.preview.show_contents(contents)

    @Slot(object, str)
    def _show_refusal(self, error: Exception, details: str) -> None:
        """There is nothing to write."""
        words = work.problem(error)
        self.preview.show_words(words)
        self.banner.say(words, details="" if work.is_expected(error) else details)
        grey(self.check, words)
        grey(self.save, words)

    # -- saving and proving ----------------------------------------------------------------------

    @Slot()
    def _check(self) -> None:
        if self.instant is not None:
            self._begin(work.check(self.instant, self.targets.target))

    @Slot()
    def _wish_to_save(self) -> None:
        if self.instant is not None:
            self.save_wished.emit(self.targets.target, self.instant.stem)

    def write(self, target: Target, path: Path) -> None:
        """Writes the export to a path and proves it."""
        if self.instant is not None:
            self._begin(work.save(self.instant, target, path))

    def _begin(self, errand: Work) -> None:
        self.banner.hide()
        self._proving.begin(errand)
        self._show_buttons()

    @Slot(object)
    def _take_said(self, said: Said) -> None:
        self._said[said.target] = said
        self._show_buttons()

    @Slot(object, str)
    def _take_failure(self, error: Exception, details: str) -> None:
        self._forget_unfinished()
        self.banner.say(work.problem(error), details="" if work.is_expected(error) else details)

    @Slot()
    def _cancel(self) -> None:
        self._proving.give_up()
        self._forget_unfinished()
        self._show_buttons()

    def _forget_unfinished(self) -> None:
        """What was under way is not; where something was written already, it is."""
        for key, said in list(self._said.items()):
            if said.tone == "busy" and said.written:
                self._said[key] = Said(key, tr("Not checked: the check was cancelled."), written=said.written)
            elif said.tone == "busy":
                del self._said[key]

    @Slot(int)
    def _leave(self, _result: int) -> None:
        self.over = True
        self._looking.give_up()
        self._proving.give_up()


def _not_checked(target: Target) -> Said:
    words = tr("Not checked yet: Check runs this export on rows of your data, beside the network itself.")
    if target.run is None:
        words = _nothing_to_run()
    return Said(target.key, words)


def _nothing_to_run() -> str:
    return tr("There is nothing to run here, so nothing to prove: these are the numbers themselves.")


def _step_in_words(step: int) -> str:
    return tr("step {0}").format(f"{step:,}") if step else tr("untrained, step 0")


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets in a row; None is a stretch."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("rule")
    return rule
