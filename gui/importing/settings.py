"""What is done with the selected column: its kind with the reason, and what follows from it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from engine.data.guessing import ColumnPlan
from engine.data.scaling import SCALES
from engine.data.table_spec import DATE_PARTS, KINDS, ColumnSpec
from gui.amounts import counted
from gui.builder.flow import FlowLayout
from gui.fields import ChoiceField
from gui.forms import Form
from gui.importing.choices import explain_automatic
from gui.importing.draft import Opened
from gui.text import as_sentence, tr

# Which settings have any effect, by kind; of what is no input only the kind and whether it is one.
_ALWAYS = ("kind", "role")
_BY_KIND = {
    "number": ("missing", "indicator", "zeros_missing", "scale"),
    "yes_no": ("missing", "indicator", "scale"),
    "category": ("missing", "indicator", "encoding"),
    "date": ("missing", "indicator", "scale"),
}
_KIND_NAMES = dict(KINDS)
_SCALE_NAMES = dict(SCALES)


class DateParts(QWidget):
    """Which parts of a date become inputs. ``picked(tuple of keys)`` is the wish for others."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        flow = FlowLayout(self)
        self.chips: dict[str, QToolButton] = {}
        for key, label in DATE_PARTS:
            chip = QToolButton()
            chip.setText(tr(label))
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setToolTip(tr("{0}: an input of its own").format(tr(label)))
            chip.setAccessibleName(tr(label))
            chip.clicked.connect(self._pick)
            flow.addWidget(chip)
            self.chips[key] = chip

    def show_parts(self, parts: tuple[str, ...]) -> None:
        """Shows which parts are inputs."""
        for key, chip in self.chips.items():
            chip.setChecked(key in parts)

    @Slot()
    def _pick(self) -> None:
        self.picked.emit(tuple(key for key, chip in self.chips.items() if chip.isChecked()))


class ColumnSettings(QWidget):
    """Shows the settings of one column. ``edited(column, setting, value)`` is the wish for another."""

    edited = Signal(str, str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.title, self.reason, self.facts = QLabel(), QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.title.setProperty("role", "strong")
        for label in (self.reason, self.facts):
            label.setProperty("role", "note")
        self.form = Form(ColumnSpec)
        self.form.edited.connect(self._edit)
        self.parts = DateParts()
        self.parts.picked.connect(self._pick_parts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.title, self.reason, self.facts, self.form, self.parts):
            layout.addWidget(widget)

    def show_column(self, opened: Opened, said: ColumnSpec, plan: ColumnPlan) -> None:
        """Shows what is said about a column, and what came of it where nothing is said."""
        self._name = plan.name
        self.title.setText(self.fontMetrics().elidedText(plan.name, Qt.TextElideMode.ElideMiddle, 240))
        self.title.setToolTip(plan.name)
        self.reason.setText(as_sentence(plan.reason) if plan.reason else "")
        self.reason.setVisible(bool(plan.reason))
        self.facts.setText(_facts(plan, opened.raw.rows))
        shown = _shown(plan)
        self.form.show_spec(said, only=shown)
        self.parts.setVisible(plan.kind == "date" and plan.role == "input")
        self.parts.show_parts(said.date_parts)
        automatic = {
            # Where nothing else is left to learn from, even what counts the rows is a number.
            "kind": (plan.kind if said.kind == "auto" else plan.guessed, tr("guessed")),
            "role": ("input" if plan.role == "input" else "off", tr("automatic")),
            "missing": (plan.spec.missing, tr("automatic")),
        }
        for name, (key, words) in automatic.items():
            field = self.form.fields[name]
            assert isinstance(field, ChoiceField)
            explain_automatic(field, key, words)

    @Slot(str, object, int)
    def _edit(self, name: str, value: object, _gesture: int) -> None:
        self.edited.emit(self._name, name, value)

    @Slot(object)
    def _pick_parts(self, parts: tuple[str, ...]) -> None:
        self.edited.emit(self._name, "date_parts", parts)


def _shown(plan: ColumnPlan) -> tuple[str, ...]:
    if plan.role == "target":
        return ("kind",)
    if plan.role == "split":
        return ()
    return (*_ALWAYS, *_BY_KIND.get(plan.kind, ())) if plan.role == "input" else _ALWAYS


def _facts(plan: ColumnPlan, rows: int) -> str:
    """How many values there are, and what about them one should know."""
    role = {"target": tr("This is the target."), "split": tr("This column says which rows are for testing.")}
    facts = [counted(plan.distinct, tr("always the same value"), tr("{0} different values"))]
    if plan.missing:
        facts.append(tr("{0} of {1} missing").format(f"{plan.missing:,}", f"{rows:,}"))
    if plan.zeros:
        facts.append(tr("{0} zeros that may be missing values").format(f"{plan.zeros:,}"))
    return f"{', '.join(facts)}. {role.get(plan.role, '')}".strip()
