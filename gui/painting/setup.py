"""The settings of drawn points, for the builder; for generated points the way to edit them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.data.points import PointsSpec
from engine.experiment import Experiment
from gui.forms import Form
from gui.painting.edits import edit_points, why_not_points, with_points
from gui.text import tr


class PointsSetup(QWidget):
    """Shows what an experiment's points ask for. ``edited(experiment, text, merge)`` is the wish for another one."""

    edited = Signal(object, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self.form = Form(PointsSpec)
        self.form.edited.connect(self._edit)
        self.convert = QPushButton(tr("Edit points"))
        self.convert.setProperty("role", "link")
        self.convert.setToolTip(tr("Paint, erase and move these points by hand"))
        self.convert.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.convert.clicked.connect(self._convert)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        column.addWidget(self.convert, 0, Qt.AlignmentFlag.AlignLeft)

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows another experiment."""
        self._experiment = experiment
        drawn = experiment.data.points if experiment.data.source == "drawn" else None
        self.form.setVisible(drawn is not None)
        if drawn is not None:
            self.form.show_spec(drawn)
        self.convert.setVisible(drawn is None and not why_not_points(experiment))
        self.setVisible(not self.form.isHidden() or not self.convert.isHidden())

    @Slot(str, object, int)
    def _edit(self, name: str, value: object, gesture: int) -> None:
        assert self._experiment is not None
        points = self._experiment.data.points
        assert points is not None
        merge = f"points.{name}#{gesture}" if gesture else ""
        text = tr(PointsSpec.settings()[name].label)
        self.edited.emit(with_points(self._experiment, points.edited(**{name: value})), text, merge)

    @Slot()
    def _convert(self) -> None:
        assert self._experiment is not None
        self.edited.emit(edit_points(self._experiment), tr("Edit points"), "")
