"""From an experiment to one whose points are drawn by hand."""

from __future__ import annotations

import numpy as np

from engine.data.points import PointsSpec, refuse_too_many
from engine.data.sources import built_in
from engine.data.table import DataError
from engine.experiment import Experiment
from gui.text import said, tr

# Few points make short epochs: whoever paints while training runs wants it to go on.
_FEWEST_EPOCHS = 10_000


def draw(experiment: Experiment) -> Experiment:
    """Learns from points drawn by hand: those there were, or none yet. The plane needs no scaling."""
    data, training = experiment.data, experiment.training
    if data.source == "drawn":
        return experiment
    drawn = data.edited(source="drawn", points=data.points or PointsSpec(), scale="none")
    return experiment.edited(data=drawn, training=training.edited(epochs=max(training.epochs, _FEWEST_EPOCHS)))


def why_not_points(experiment: Experiment) -> str:
    """Why the data cannot be turned into drawn points, "" when they can."""
    source = built_in(experiment.data.source)
    if source is None or source.generate is None:
        return tr("Only points that were generated can be edited by hand")
    try:
        # Few of them tell what kind they are.
        _generated(experiment, min(experiment.data.samples, 10))
        refuse_too_many(experiment.data.samples)
    except DataError as refused:
        return said(str(refused))
    return ""


def edit_points(experiment: Experiment) -> Experiment:
    """The generated points as drawn ones, with the same scaling. Raises ``DataError`` where they cannot be."""
    data, points = experiment.data, _generated(experiment, experiment.data.samples)
    kept = {"features": data.features, "derived": data.derived}
    return experiment.edited(data=data.edited(source="drawn", points=points, **kept))


def _generated(experiment: Experiment, samples: int) -> PointsSpec:
    data = experiment.data
    source = built_in(data.source)
    assert source is not None
    return PointsSpec.of(source.table(np.random.default_rng([data.seed, 0]), samples, data.noise, data.classes))


def with_points(experiment: Experiment, points: PointsSpec) -> Experiment:
    """Other points; asking for something else, all inputs that there are then."""
    before = experiment.data
    other = before.points is not None and before.points.task != points.task
    changes = {"features": None, "derived": ()} if other else {}
    return experiment.edited(data=before.edited(points=points, **changes))
