"""The proof: can the gradients be trusted? Each beside what central differences measure, with all digits."""

from __future__ import annotations

from html import escape
from itertools import takewhile

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from engine.gradient_check import AGREES, DIFFERS, KINK, ROUNDING, TOLERANCE
from engine.probing.proof import KEPT_OF_ALL, Proof
from engine.snapshot import Snapshot
from gui.buttons import push_button
from gui.plots.errors import ErrorPlot
from gui.plots.titles import PanelTitle
from gui.plots.verdicts import compared, exact, headline, name_of, power, proof_of, selection_of, sentence
from gui.plots.view import About, Table, View
from gui.prooflight import mark_of
from gui.scrolling import scrolled_column
from gui.text import MINUS, tr
from gui.theme import colours, pixels

_VERDICTS = {AGREES: "agrees", DIFFERS: "differs", KINK: "at a kink", ROUNDING: "rounding"}


class ProofView(View):
    """Shows the newest proof. ``check_wished``: a fresh check of all parameters; ``cancel_wished``: no longer."""

    check_wished = Signal()
    cancel_wished = Signal()

    about = About(
        "Can the gradients be trusted?",
        "For one parameter after the other, at the weights of now and on some training rows, the slope that "
        "backpropagation gives is compared with the one that the loss itself shows when the parameter is nudged, in "
        "double precision and without penalties. Amber: nothing could be compared, because every nudge crosses a kink "
        "of an activation or all slopes drown in rounding; nothing is wrong then, but nothing is proven.",
        (
            "dL/dw ≈ (L(w + h) − L(w − h)) / 2h",
            "h = ∛ε · max(1, |w|), ε = 2.2·10⁻¹⁶",
            "extrapolated: (4 · D(h/2) − D(h)) / 3, D(h) = (L(w + h) − L(w − h)) / 2h",
            "relative difference = |ours − measured| / max(|ours|, |measured|, floor)",
            "floor = 10⁻⁴ · max(1, |L|)",
            "tolerance = 10⁻⁶",
        ),
    )
    probes = ("proof",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Proof"))
        self._snapshot: Snapshot | None = None
        self.mark, self.told = QLabel(), QLabel(wordWrap=True)
        self.bar, self.count = QProgressBar(), QLabel(wordWrap=True)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Compared parameters"))
        self.count.setProperty("role", "caption")
        self.numbers = QLabel(wordWrap=True)
        self.numbers.setTextFormat(Qt.TextFormat.RichText)
        self.numbers.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.numbers.setAccessibleName(tr("The numbers of the largest difference"))
        self.numbers.linkActivated.connect(self._follow)
        self.plot = ErrorPlot()
        self.plot.pointed.connect(self._point_at)
        self.plot.picked.connect(self._select)
        words = tr("Compares every parameter afresh at the weights of now; of more than {0} a sample of so many.")
        self.button = push_button(tr("Check all now"), words.format(f"{KEPT_OF_ALL:,}"), "folder")
        self.button.clicked.connect(self._press)
        self._arrange()
        self._refresh()

    def _arrange(self) -> None:
        top, foot = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.told, 1)
        foot.setSpacing(8)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.button)
        column = scrolled_column(self)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addLayout(foot)
        column.addWidget(self.numbers)
        column.addWidget(self.plot, 1)
        for label in (self.told, self.numbers, self.count):
            label.setMinimumWidth(1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows what is known at an instant."""
        self._snapshot = snapshot
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Writes and marks again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._refresh()
        super().changeEvent(event)

    def table(self) -> Table | None:
        """Every compared parameter, in the order of the network."""
        snapshot, proof = self._snapshot, proof_of(self._snapshot)
        if snapshot is None or proof is None or not proof.checked:
            return None
        found = proof.compared[np.argsort(proof.compared["index"])]
        columns = {name: found[name] for name in ("index", "step", "ours", "measured", "error", "floor", "h")}
        return Table(
            {
                "parameter": np.array([name_of(snapshot, int(index)) for index in found["index"]]),
                **columns,
                "verdict": np.array([_VERDICTS[int(verdict)] for verdict in found["verdict"]]),
            }
        )

    @property
    def under_way(self) -> bool:
        """Whether a check of all parameters is not done yet."""
        proof = proof_of(self._snapshot)
        return proof is not None and proof.asked > 0 and not (proof.complete or proof.trouble)

    def _refresh(self) -> None:
        snapshot, proof = self._snapshot, proof_of(self._snapshot)
        there = snapshot is not None and proof is not None
        for part in (self.mark, self.bar, self.button, self.plot, self.numbers):
            part.setVisible(there)
        if snapshot is None or proof is None:
            self.told.setText(tr("The gradients are checked as soon as there is a network."))
            self.count.setText("")
            return
        self.mark.setPixmap(mark_of(proof.state, self.devicePixelRatioF()).pixmap(12, 12))
        self.mark.setAccessibleName(headline(proof))
        self.told.setText(sentence(snapshot, proof))
        self.bar.setVisible(not (proof.complete or proof.rested))
        self.bar.setRange(0, proof.goal)
        self.bar.setValue(proof.checked)
        self.count.setText(compared(proof))
        self.button.setText(tr("Cancel") if self.under_way else tr("Check all now"))
        self.button.setAccessibleName(self.button.text())
        self.numbers.setText(_numbers(snapshot, proof))
        self.plot.show_errors(snapshot, proof.compared)

    @Slot()
    def _press(self) -> None:
        (self.cancel_wished if self.under_way else self.check_wished).emit()

    @Slot(str)
    def _follow(self, link: str) -> None:
        self._select(int(link))

    @Slot(int)
    def _select(self, index: int) -> None:
        if self._snapshot is not None and 0 <= index < self._snapshot.plan.parameters:
            self.selected.emit(selection_of(self._snapshot, index))

    @Slot(int)
    def _point_at(self, index: int) -> None:
        """Says in the title which parameter is under the pointer, and by how much it differs."""
        snapshot, proof = self._snapshot, proof_of(self._snapshot)
        words = ""
        if snapshot is not None and proof is not None:
            for each in proof.compared[proof.compared["index"] == index]:
                words = f"{name_of(snapshot, index)}   {power(float(each['error']))}"
        self.title.show_note(words)


def _numbers(snapshot: Snapshot, proof: Proof) -> str:
    """The largest difference with all its numbers, as rich text; "" where nothing was compared."""
    found = proof.worst
    if found is None:
        return ""
    c, index = colours(), int(found["index"])
    value = {name: float(found[name]) for name in found.dtype.names or ()}
    name = escape(name_of(snapshot, index))
    formula = "(L(w + h) − L(w − h)) / 2h"
    put_in = f"({exact(value['above'])} − {_bracketed(value['below'])}) / (2 · {exact(value['h'])})"
    if np.isfinite(value["half_above"]):
        half = f"({exact(value['half_above'])} − {_bracketed(value['half_below'])}) / {exact(value['h'])}"
        formula, put_in = f"(4 · (L(w + h/2) − L(w − h/2)) / h − {formula}) / 3", f"(4 · {half} − {put_in}) / 3"
    heading = tr("Largest relative difference")
    return (
        f'<div style="font-size:{pixels(12)}px"><p style="margin:0">'
        f'<span style="color:{c.quiet}">{escape(heading)}</span><br>'
        f'<a href="{index}" style="color:{c.accent}">{name}</a></p>'
        f'<table cellspacing="0">{"".join(map(_group, _rows(value)))}</table>'
        f'<p style="margin:12px 0 0 0;color:{c.quiet}">{_unbroken(escape(formula))} =</p>'
        f'<p style="margin:4px 0 0 0">{_unbroken(put_in)} =\u00a0{exact(value["measured"])}</p></div>'
    )


def _rows(value: dict[str, float]) -> tuple[list[tuple[str, str]], ...]:
    """Names and numbers in groups: both slopes and how they differ, the verdict, and what was measured."""
    ours, measured = _compared(exact(value["ours"]), exact(value["measured"]))
    measurements = {"L(w + h)": "above", "L(w − h)": "below", "L(w + h/2)": "half_above", "L(w − h/2)": "half_below"}
    return (
        [
            (tr("backpropagation"), ours),
            (tr("measured"), measured),
            (tr("difference"), _aligned(exact(value["ours"] - value["measured"]))),
        ],
        [(tr("relative"), _aligned(exact(value["error"]))), (tr("tolerance"), _aligned(exact(TOLERANCE)))],
        [
            *((name, _aligned(exact(value[key]))) for name, key in measurements.items() if np.isfinite(value[key])),
            ("h", _aligned(exact(value["h"]))),
            (tr("floor"), _aligned(exact(value["floor"]))),
        ],
    )


def _group(rows: list[tuple[str, str]]) -> str:
    """Some rows of a table as rich text, with a little room above the first one."""
    return "".join(
        f'<tr><td style="color:{colours().quiet};padding:{above}px 8px 0 0;white-space:nowrap">{escape(word)}</td>'
        f'<td style="padding-top:{above}px;white-space:nowrap">{number}</td></tr>'
        for (word, number), above in zip(rows, [8] + [0] * len(rows), strict=False)
    )


def _compared(ours: str, measured: str) -> tuple[str, str]:
    """Two numbers below each other; the digits from the first one on that differs are quiet."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, measured, strict=False)))
    if ours.partition("e")[2] != measured.partition("e")[2]:
        same = 0
    first, second = (
        f'{each[:same]}<span style="color:{colours().quiet}">{each[same:]}</span>' for each in (ours, measured)
    )
    return (first, second) if ours.startswith(MINUS) else (_aligned(first), _aligned(second))


def _aligned(number: str) -> str:
    """A number whose digits begin below those of another one, with or without a sign."""
    return number if number.startswith(MINUS) else f"\u2007{number}"


def _unbroken(formula: str) -> str:
    """A formula that goes on in another line only before a sign."""
    for sign in (MINUS, "/", "+", "="):
        formula = formula.replace(f" {sign} ", f" {sign}\u00a0")
    return formula.replace(" · ", "\u00a0·\u00a0")


def _bracketed(value: float) -> str:
    return exact(value) if value >= 0.0 else f"({exact(value)})"
