"""The probe of effects: what the network answers while one column runs over its range and the others stay.

For a single row that is its individual conditional expectation (Goldstein et al. 2015), ICE; the mean of it over
rows is the partial dependence (Friedman 2001). Both are computed, not estimated: by asking the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.activations import Array
from engine.data.dataset import Dataset
from engine.network import extended
from engine.probes import Wants
from engine.probing.probe import Probe
from engine.trainer import Trainer

POINTS = 33
# Of so many columns at most, the most influential ones, all of the range is asked.
MOST = 12
# The mean is over so many rows at most, and fewer where rows × parameters would be more than this.
SAMPLE, _PRODUCTS = 50, 100_000_000
_FEWEST = 5
_NOISE = 1e-5


@dataclass(frozen=True)
class Varied:
    """A column that can be varied: its name and the values it is set to, in the user's units.

    ``places`` are its variables in the data: one, or one for each category. ``values`` (points,) are those of the
    variable, or the numbers of the categories; ``labels`` (points,) are the categories, () for numbers.
    """

    name: str
    places: tuple[int, ...]
    values: Array
    labels: tuple[str, ...] = ()

    def settings(self) -> Array:
        """What the variables at ``places`` are set to, (points, places)."""
        return np.eye(len(self.places)) if len(self.places) > 1 else self.values[:, None]

    def value_of(self, row: Array) -> float:
        """The value that a row, (variables,) in the user's units, has; NaN for a category that is none of these."""
        if len(self.places) == 1:
            return float(row[self.places[0]])
        shares = row[list(self.places)]
        return float(shares.argmax()) if shares.max() > 0.5 else float("nan")


@dataclass(frozen=True)
class Effect:
    """The answers over the range of one column. ``here`` is the value of the held row, NaN where it has none of these.

    ``outputs``: (points, outputs) at that row; ``mean``: the same, averaged over rows, None where it was not asked for.
    """

    column: Varied
    here: float
    outputs: Array
    mean: Array | None = None


@dataclass(frozen=True)
class Effects:
    """The effects of the most influential columns, in the order of the data; ``columns`` is how many there are.

    All others are held at ``row`` of the original table, -1 where there are no rows; ``sample`` is how many rows the
    means are over, 0 where they were not asked for. The arrays are not to be written to.
    """

    step: int
    row: int
    columns: int
    sample: int
    effects: tuple[Effect, ...]


def varied(data: Dataset, held: Array | None = None) -> tuple[Varied, ...]:
    """Every column that the network reads, over the range it has in the training rows and at ``held`` (variables,)."""
    places = {name: place for place, name in enumerate(data.variables)}
    found: list[Varied] = []
    for column in data.preparation.columns:
        own = column.variables[: len(column.variables) - column.indicator]
        if len(own) > 1 and column.labels:
            there = [(places[name], label) for name, label in zip(own, column.labels, strict=True) if name in places]
            if len(there) > 1:
                which, labels = zip(*there, strict=True)
                found.append(Varied(column.name, which, np.arange(len(which), dtype=np.float64), labels))
                places = {name: place for name, place in places.items() if place not in which}
        elif column.labels and own[0] in places:
            numbers = np.arange(len(column.labels), dtype=np.float64)
            found.append(Varied(column.name, (places.pop(own[0]),), numbers, column.labels))
        elif column.kind == "number" and own[0] in places:
            ends = column.low, column.high
            found.append(_ranging(own[0], places.pop(own[0]), ends, held, data))
    found += [_ranging(name, place, _ends(data, place), held, data) for name, place in places.items()]
    return tuple(sorted(found, key=lambda each: each.places))


def _ends(data: Dataset, place: int) -> tuple[float, float]:
    """The range of a variable in the training rows, in the user's units."""
    values = data.coordinates("train")[:, place]
    if not len(values):
        return 0.0, 1.0
    factor, shift = data.scaling.factor[place], data.scaling.shift[place]
    return float(values.min() * factor + shift), float(values.max() * factor + shift)


def _ranging(name: str, place: int, ends: tuple[float, float], held: Array | None, data: Dataset) -> Varied:
    low, high = ends if data.bounds is None else (min(ends[0], data.bounds[0]), max(ends[1], data.bounds[1]))
    here = float(held[place]) if held is not None else low
    # A held value is known in single precision only.
    if here < low - _NOISE * (high - low) or here > high + _NOISE * (high - low):
        low, high = min(low, here), max(high, here)
    return Varied(name, (place,), np.linspace(low, high, POINTS))


def effects(trainer: Trainer, wants: Wants, mean: bool) -> Effects:
    """The effects at the traced row, or the first where that is none of the table, and the means over a sample."""
    data = trainer.data
    row = wants.row if wants.row is not None and data.place(wants.row) else int(data.rows[:1].sum())
    place = data.place(row)
    if place is None:
        return Effects(trainer.steps_done, -1, 0, 0, ())
    part, index = place
    held = data.scaling.undo(data.coordinates(part)[index : index + 1])[0]
    columns = varied(data, held)
    chosen = _most_influential(trainer, columns, held, wants.plane)
    sample = _sample(trainer, sum(len(each.values) for each in chosen)) if mean else np.empty((0, len(held)))
    found = tuple(
        Effect(
            each,
            each.value_of(held),
            _answers(trainer, held[None], each, np.arange(len(each.values)))[0],
            _answers(trainer, sample, each, np.arange(len(each.values))).mean(axis=0) if len(sample) else None,
        )
        for each in chosen
    )
    return Effects(trainer.steps_done, row, len(columns), len(sample), found)


def _answers(trainer: Trainer, rows: Array, column: Varied, points: Array) -> Array:
    """The outputs (rows, points, outputs) where a column of rows (rows, variables) is set to its values at points."""
    return _outputs(trainer, _rows(rows, column, points)).reshape(len(rows), len(points), -1)


def _rows(rows: Array, column: Varied, points: Array) -> Array:
    """Rows (rows, variables), each once for every point of a column, (rows × points, variables)."""
    many = np.repeat(rows, len(points), axis=0)
    many[:, column.places] = np.tile(column.settings()[points], (len(rows), 1))
    return many


def _outputs(trainer: Trainer, values: Array) -> Array:
    """What the network answers, (rows, outputs), to variables (rows, variables) in the user's units."""
    network = trainer.network
    with np.errstate(all="ignore"):
        x = trainer.data.inputs_of(values).astype(network.dtype, copy=False)
        return network.outputs(extended(x, network.dtype))[1].T


def _most_influential(
    trainer: Trainer, columns: tuple[Varied, ...], held: Array, plane: tuple[int, ...]
) -> tuple[Varied, ...]:
    """The columns over whose range the answer to a row changes most; those of the plane are always among them."""
    if len(columns) <= MOST:
        return columns
    tried = _shortlist(trainer, columns)
    some = [np.unique(np.linspace(0, len(columns[each].values) - 1, _FEWEST).astype(int)) for each in tried]
    rows = np.concatenate([_rows(held[None], columns[each], which) for each, which in zip(tried, some, strict=True)])
    answers = np.split(_outputs(trainer, rows), np.cumsum([len(which) for which in some])[:-1])
    changes = np.zeros(len(columns))
    with np.errstate(all="ignore"):
        changes[tried] = np.nan_to_num([np.ptp(each, axis=0).max() for each in answers])
    changes[[bool(set(each.places) & set(plane)) for each in columns]] = np.inf
    best = np.argsort(-changes, kind="stable")[:MOST]
    return tuple(columns[each] for each in sorted(best))


def _shortlist(trainer: Trainer, columns: tuple[Varied, ...]) -> list[int]:
    """Which columns are tried: of more than the time allows, those whose weights of the first layer are largest."""
    most = max(MOST, _PRODUCTS // (_FEWEST * trainer.network.plan.parameters))
    if len(columns) <= most:
        return list(range(len(columns)))
    strong = np.abs(trainer.network.weights[0]).sum(axis=1)
    reach = [float(strong[[place for place in each.places if place < len(strong)]].sum()) for each in columns]
    found: list[int] = np.argsort(-np.nan_to_num(reach), kind="stable")[:most].tolist()
    return found


def _sample(trainer: Trainer, points: int) -> Array:
    """Some rows, evenly spread over the training rows, in the user's units, (rows, variables)."""
    data = trainer.data
    rows = data.coordinates("train" if len(data.x_train) else "test")
    most = _PRODUCTS // max(points * trainer.network.plan.parameters, 1)
    count = min(len(rows), SAMPLE, max(_FEWEST, most))
    return data.scaling.undo(rows[np.linspace(0, len(rows) - 1, count).astype(int)])


EFFECTS = Probe(
    "effects",
    "Effects",
    "What the network answers while one input runs over its range and the others stay as in the traced row.",
    lambda trainer, wants, _: effects(trainer, wants, mean=False),
)
MEAN_EFFECTS = Probe(
    "mean_effects",
    "Mean effects",
    "The same, and its mean over a sample of the training rows.",
    lambda trainer, wants, _: effects(trainer, wants, mean=True),
)
