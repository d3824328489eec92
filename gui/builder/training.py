"""The training section of the builder: loss, optimizer, schedule, and what is folded away below them."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.experiment import TrainingSpec
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from gui.builder.curve import ScheduleCurve
from gui.builder.fold import Fold
from gui.builder.kinds import KindForm
from gui.forms import Form, changes_in_words
from gui.text import tr

# What is folded away, by the title of the fold. A new setting that is not named here is always in sight.
FOLDS = {
    "Regularization": ("l1", "l2", "max_norm", "clip_norm", "clip_value", "label_smoothing", "class_weights"),
    "Stopping": ("early_stopping", "stop_at", "max_seconds"),
}
_FOLDED = tuple(name for names in FOLDS.values() for name in names)
_FIELDS = tuple(TrainingSpec.model_fields)
_FIRST, _REST = (
    tuple(name for name in part if name not in (*_FOLDED, "optimizer", "schedule"))
    for part in (_FIELDS[: _FIELDS.index("optimizer")], _FIELDS[_FIELDS.index("optimizer") :])
)


class TrainingSection(QWidget):
    """Shows how the network learns. ``wished(path, value, text, gesture)``: a field and what it is to become."""

    wished = Signal(str, object, str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss_form, self.rest_form = Form(TrainingSpec, _FIRST), Form(TrainingSpec, _REST)
        self.optimizer = KindForm(OPTIMIZERS, "optimizer", tr("Optimizer"), tr("How a gradient moves the weights."))
        self.schedule = KindForm(SCHEDULES, "schedule", tr("Schedule"), tr("How the learning rate changes in a run."))
        self.curve = ScheduleCurve()
        self.folds = {title: Fold(tr(title), Form(TrainingSpec, names)) for title, names in FOLDS.items()}
        for form in (self.loss_form, self.rest_form, *self.folded_forms.values()):
            form.edited.connect(self._edit)
        for part in (self.optimizer, self.schedule):
            part.kind_chosen.connect(self._choose_kind)
            part.edited.connect(self._edit_part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.loss_form, self.optimizer, self.schedule, self.curve, self.rest_form):
            column.addWidget(widget)
        for fold in self.folds.values():
            column.addWidget(fold)

    @property
    def folded_forms(self) -> dict[str, Form]:
        """The forms in the folds, by title."""
        return {title: fold.content for title, fold in self.folds.items() if isinstance(fold.content, Form)}

    def show_training(self, training: TrainingSpec) -> None:
        """Shows other settings."""
        for form in (self.loss_form, self.rest_form, *self.folded_forms.values()):
            form.show_spec(training)
        self.optimizer.show_spec(training.optimizer)
        self.schedule.show_spec(training.schedule)
        self.curve.show_schedule(training.schedule, training.optimizer.learning_rate, training.epochs)
        for title, fold in self.folds.items():
            fold.show_changes(changes_in_words(training, FOLDS[title]))

    @Slot(str, object, int)
    def _edit(self, path: str, value: object, gesture: int) -> None:
        form = self.sender()
        assert isinstance(form, Form)
        self.wished.emit(path, value, form.label_of(path), gesture)

    @Slot(str)
    def _choose_kind(self, kind: str) -> None:
        part = self.sender()
        assert isinstance(part, KindForm)
        self.wished.emit(part.choice.objectName(), {"kind": kind}, part.choice.accessibleName(), 0)

    @Slot(str, object, int)
    def _edit_part(self, name: str, value: object, gesture: int) -> None:
        part = self.sender()
        assert isinstance(part, KindForm)
        self.wished.emit(f"{part.choice.objectName()}.{name}", value, part.form.label_of(name), gesture)
