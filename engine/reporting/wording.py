"""Words that the parts of a report share."""

from __future__ import annotations

from math import isnan
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.sources import OWN, built_in
from engine.experiment import DataSpec
from engine.metrics import METRICS

# Of very many classes these are shown.
MOST_CLASSES = 20


def name_of(spec: DataSpec, data: Dataset) -> str:
    """What the data are called."""
    if not data.source:
        return "Arrays of one's own"
    if spec.source == "table" and spec.table is not None:
        return Path(spec.table.path).name if spec.table.path else "Pasted table"
    source = built_in(spec.source)
    return source.label if source else dict(OWN)[spec.source]


def metric_name(key: str) -> str:
    """What the loss or a metric is called within a sentence."""
    label = METRICS[key].label if key != "loss" else key
    return label.lower() if label[1:].islower() else label


def measure(value: float) -> str:
    """A loss or a metric, with four digits behind the point where that says enough of it."""
    return f"{value:.4f}".replace("-", "\u2212") if value == 0.0 or 1e-3 <= abs(value) < 100.0 else short(value)


def short(value: float) -> str:
    """A number of a report, with four digits that say something."""
    if isnan(value):
        return "–"
    words = f"{value:,.4g}"
    return (f"{float(words):,.0f}" if "e+" in words and abs(value) < 1e9 else words).replace("-", "\u2212")
