"""All live views beside the first ones, in one table: the window, its menus and the tests read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from gui.plots.activations import ActivationsView
from gui.plots.data.view import DataView
from gui.plots.distributions import DistributionsView
from gui.plots.explorer import Explorer
from gui.plots.gradients import GradientPlot
from gui.plots.matrix.view import MatrixView
from gui.plots.proof import ProofView
from gui.plots.view import View


@dataclass(frozen=True)
class ViewKind:
    """A view that can be opened: its id, its name, what makes it, where it stands and how large it is there."""

    id: str
    name: str
    make: Callable[[], View]
    area: Qt.DockWidgetArea
    width: int = 420
    height: int = 260


LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
VIEWS: tuple[ViewKind, ...] = (
    ViewKind("gradients", "Gradients", GradientPlot, BOTTOM),
    ViewKind("explorer", "Activation explorer", Explorer, RIGHT, 320, 460),
    ViewKind("proof", "Proof", ProofView, RIGHT, 320, 460),
    ViewKind("data", "Data", DataView, BOTTOM, 520, 280),
    ViewKind("matrix", "Matrix", MatrixView, BOTTOM, 520, 280),
    ViewKind("distributions", "Distributions", DistributionsView, BOTTOM, 420, 260),
    ViewKind("activations", "Activations", ActivationsView, BOTTOM, 420, 260),
)
