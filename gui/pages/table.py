"""All pages of the output view in one table, in the order of the menu: the view and the tests read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.snapshot import Snapshot
from gui.diagram.nodes import image_side
from gui.pages.calibration import Calibration
from gui.pages.effects import EffectsPage
from gui.pages.misread import Misread
from gui.pages.page import Page
from gui.pages.ranking import PrecisionRecallPage, RocPage
from gui.pages.residuals import Residuals
from gui.pages.scored import gives_probabilities
from gui.plots.confusion import ConfusionMatrix
from gui.plots.decision import DecisionMap
from gui.plots.fit import FitPlot
from gui.plots.numbermap import NumberMap
from gui.plots.prediction import PredictionPlot


@dataclass(frozen=True)
class PageKind:
    """A page: its key, its name, the data it suits, and what makes it. What it is about, it says itself."""

    key: str
    name: str
    suits: Callable[[Snapshot], bool]
    make: Callable[[], Page]


def _classes(snapshot: Snapshot) -> bool:
    return bool(snapshot.data.classes)


def _number(snapshot: Snapshot) -> bool:
    return not snapshot.data.classes


def _one_input(snapshot: Snapshot) -> bool:
    return _number(snapshot) and snapshot.maps is not None and len(snapshot.data.variables) == 1


def _number_of_inputs(snapshot: Snapshot) -> bool:
    return _number(snapshot) and len(snapshot.data.variables) > 1


def _probable(snapshot: Snapshot) -> bool:
    return _classes(snapshot) and gives_probabilities(snapshot)


def _images(snapshot: Snapshot) -> bool:
    return _classes(snapshot) and image_side(snapshot.data.names) is not None


PAGES: tuple[PageKind, ...] = (
    PageKind("map", "Map", _classes, DecisionMap),
    PageKind("number_map", "Map", _number_of_inputs, NumberMap),
    PageKind("fit", "Fit", _one_input, FitPlot),
    PageKind("confusion", "Confusion matrix", _classes, ConfusionMatrix),
    PageKind("prediction", "Prediction", _number, PredictionPlot),
    PageKind("residuals", "Residuals", _number, Residuals),
    PageKind("misread", "Misread images", _images, Misread),
    PageKind("effects", "Effects", lambda _: True, EffectsPage),
    PageKind("roc", "ROC", _classes, RocPage),
    PageKind("precision_recall", "Precision–recall", _classes, PrecisionRecallPage),
    PageKind("calibration", "Calibration", _probable, Calibration),
)


def first_page(snapshot: Snapshot) -> str:
    """The page that is shown until another is chosen."""
    if _number(snapshot):
        return "fit" if _one_input(snapshot) else "prediction"
    return "confusion" if snapshot.maps is None else "map"
