"""A Dataset: a table split into a training and a test part and scaled, ready for a network."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.derived import Derived, variables_of
from engine.data.preparation import LARGEST, Preparation, PreparedColumn, PreparedTarget, expand
from engine.data.raw import RawTable
from engine.data.scaling import SCALES, Scaling
from engine.data.splitting import split
from engine.data.table import DataError, Table, Task, task_of
from engine.wording import counted

# So many rows tell how far an input spreads.
_ROWS_OF_SPREADS = 5000


@dataclass(frozen=True)
class Dataset:
    """What a network is trained and tested on.

    ``x_train``, ``x_test``: (rows, inputs) float32, scaled. ``y_train``, ``y_test``: class indices
    (rows,) int64 for classes, scaled numbers (rows, targets) float32 for regression. ``names`` are the
    inputs. ``rows_train`` and ``rows_test`` are the rows of the original table. The scalings were fitted on the
    training part alone; ``preparation`` does the same with raw rows. ``columns`` are all that can be switched on.
    ``source`` is the key of the source it was loaded from, "" for arrays of one's own. ``bounds``: what maps show at
    least of every variable, in the user's units; such data may have no rows yet.

    ``values_train``, ``values_test``: (rows, variables) in the user's units where inputs are derived from others,
    None otherwise, when the inputs themselves are the variables. ``tables``: the tables of one's own that all was made
    from, the second being that of the test rows; none for other data.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[Any]
    x_test: NDArray[np.float32]
    y_test: NDArray[Any]
    names: tuple[str, ...]
    task: Task
    target: str
    classes: tuple[str, ...]
    x_scaling: Scaling
    y_scaling: Scaling
    rows_train: NDArray[np.int64]
    rows_test: NDArray[np.int64]
    columns: tuple[str, ...]
    preparation: Preparation
    source: str = ""
    bounds: tuple[float, float] | None = None
    values_train: NDArray[np.float64] | None = None
    values_test: NDArray[np.float64] | None = None
    tables: tuple[RawTable, ...] = ()

    @classmethod
    def described_by(cls, preparation: Preparation, **rest: Any) -> Self:
        """Data with the names, the question and the scalings of a preparation; ``rest`` are the other fields."""
        target = preparation.target
        return cls(
            names=preparation.names,
            task=preparation.task,
            target=target.name,
            classes=target.classes,
            x_scaling=preparation.scaling,
            y_scaling=target.scaling,
            preparation=preparation,
            **rest,
        )

    @classmethod
    def from_table(
        cls,
        table: Table,
        *,
        test_fraction: float = 0.3,
        scale: str = "standard",
        seed: int = 0,
        columns: tuple[str, ...] | None = None,
        source: str = "",
        bounds: tuple[float, float] | None = None,
        derived: tuple[Derived, ...] = (),
        features: tuple[str, ...] | None = None,
        parts: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    ) -> Self:
        """Splits (stratified by class) and scales a table; raises DataError when it cannot be learned from.

        ``derived`` are made from its columns, of which ``features`` are inputs themselves (None: all).
        ``parts``: the rows of the training and the test part, where they are not to be drawn.
        """
        source_table, features = table, table.columns if features is None else features
        if derived:
            x, names = expand(table.x, table.columns, features, derived)
            table = Table(names, x, table.y, table.target, table.classes)
        _refuse_unusable(table, test_fraction, scale, 2 if bounds is None else 0)
        train, test = parts or split(table.y, len(table.classes), test_fraction, seed)
        x_scaling = Scaling.fitted(scale, table.x[train])
        regression = not table.classes
        y_scaling = Scaling.fitted(
            scale if regression else "none",
            table.y[train].reshape(len(train), int(np.prod(table.y.shape[1:], dtype=int))),
        )

        def target(rows: NDArray[np.int64]) -> NDArray[Any]:
            return y_scaling.apply(table.y[rows]) if regression else table.y[rows]

        return cls(
            x_train=x_scaling.apply(table.x[train]),
            y_train=target(train),
            x_test=x_scaling.apply(table.x[test]),
            y_test=target(test),
            names=table.columns,
            task=table.task,
            target=table.target,
            classes=table.classes,
            x_scaling=x_scaling,
            y_scaling=y_scaling,
            rows_train=train,
            rows_test=test,
            columns=columns or source_table.columns,
            preparation=prepared(source_table, train, x_scaling, y_scaling, derived, features),
            source=source,
            bounds=bounds,
            values_train=source_table.x[train] if derived else None,
            values_test=source_table.x[test] if derived else None,
        )

    @classmethod
    def from_arrays(
        cls,
        x: ArrayLike,
        y: ArrayLike,
        *,
        names: tuple[str, ...] | None = None,
        task: Task | None = None,
        classes: tuple[str, ...] | None = None,
        test_fraction: float = 0.0,
        scale: str = "none",
        seed: int = 0,
    ) -> Self:
        """A data set from one's own arrays, as they are unless a scale and a test share are asked for.

        ``x``: (rows, inputs). ``y``: (rows,) or (rows, targets). Whole numbers, yes/no and text are classes,
        other numbers a regression, unless ``task`` says otherwise. Raises DataError.
        """
        try:
            inputs, given = np.array(x, dtype=np.float64), np.asarray(y)
        except (ValueError, TypeError):
            raise DataError("x must be a table of numbers, every row of the same length") from None
        if inputs.ndim != 2:
            raise DataError(f"x must have two dimensions (rows, inputs), not {inputs.ndim}")
        columns = names or tuple(f"x{i + 1}" for i in range(inputs.shape[1]))
        if len(columns) != inputs.shape[1]:
            raise DataError(_mismatch("x", inputs.shape[1], "column", len(columns)))
        if given.ndim == 0 or len(given) != len(inputs):
            raise DataError(
                f"x has {counted(len(inputs), 'row')} but y has {given.size if given.ndim == 0 else len(given)}"
            )
        _refuse_missing(y, given)
        answers, labels = _as_target(given, task, classes)
        table = Table(tuple(columns), inputs, answers, "y", labels)
        return cls.from_table(table, test_fraction=test_fraction, scale=scale, seed=seed)

    def part(self, name: str) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """(x, y) of the "train" or "test" part."""
        if name not in ("train", "test"):
            raise KeyError(f"there is no part '{name}' of the data; there are train and test")
        return (self.x_train, self.y_train) if name == "train" else (self.x_test, self.y_test)

    def targets(self, y: NDArray[Any], outputs: int) -> NDArray[np.float32]:
        """Targets as the network is asked to give them: (rows, outputs), one-hot for several classes."""
        if self.task == "regression":
            return y.astype(np.float32).reshape(len(y), self.target_width)
        if outputs == 1:
            return y.astype(np.float32)[:, None]
        one_hot: NDArray[np.float32] = np.eye(outputs, dtype=np.float32)[y]
        return one_hot

    def labels(self, output: NDArray[Any], threshold: float = 0.5) -> NDArray[np.int64]:
        """Class indices (rows,) that outputs (rows, outputs) stand for; a single one says yes from a threshold on."""
        if output.shape[1] == 1:
            return (output[:, 0] >= threshold).astype(np.int64)
        best: NDArray[np.int64] = output.argmax(axis=1)
        return best

    @property
    def derived(self) -> tuple[Derived, ...]:
        """The features made from others; they are the last of the inputs."""
        return self.preparation.derived if self.values_train is not None else ()

    @property
    def variables(self) -> tuple[str, ...]:
        """What can be varied: the columns that the inputs are, or are made from."""
        if not self.derived:
            return self.names
        return variables_of(self.columns, self.names[: -len(self.derived)], self.derived)

    @property
    def scaling(self) -> Scaling:
        """From the user's units of the variables to their ``coordinates``: that of the inputs where they are these."""
        if not self.derived:
            return self.x_scaling
        count = len(self.variables)
        return Scaling(np.zeros(count), np.ones(count))

    @cached_property
    def spreads(self) -> NDArray[np.float64]:
        """The standard deviation of every input over some 5,000 training rows, (inputs,); zeros without any."""
        x = self.x_train[:: max(1, len(self.x_train) // _ROWS_OF_SPREADS)].astype(np.float64)
        return x.std(axis=0) if len(x) else np.zeros(len(self.names))

    def coordinates(self, part: str) -> NDArray[Any]:
        """The variables (rows, variables) of a part: the inputs as the network sees them, where they are these."""
        stored = self.values_train if part == "train" else self.values_test
        return self.part(part)[0] if stored is None else stored

    def values(self, part: str) -> NDArray[np.float64]:
        """The variables (rows, variables) of a part, in the user's units."""
        return self.scaling.undo(self.coordinates(part))

    def inputs_at(self, coordinates: NDArray[Any]) -> NDArray[Any]:
        """What the network is given, (rows, inputs), where the variables have these coordinates."""
        if not self.derived:
            return coordinates
        values = np.asarray(coordinates, np.float64)
        features = self.names[: -len(self.derived)]
        return self.x_scaling.apply(expand(values, self.variables, features, self.derived)[0])

    def inputs_of(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """What the network is given, (rows, inputs), for variables (rows, variables) in the user's units."""
        return self.inputs_at(self.scaling.apply(values) if not self.derived else values)

    def place(self, row: int) -> tuple[str, int] | None:
        """Part and position of a row of the original table, or None when it is in neither part."""
        for part, rows in (("train", self.rows_train), ("test", self.rows_test)):
            found = np.flatnonzero(rows == row)
            if len(found):
                return part, int(found[0])
        return None

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The rows of the original table that are in either part, in order, each once."""
        every = np.concatenate([self.rows_train, self.rows_test])
        there = np.zeros(every.max(initial=-1) + 1, bool)
        there[every] = True
        return np.flatnonzero(there)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays it is made of, by the names of their fields; without those that are None."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in every.items() if isinstance(value, np.ndarray)}

    @property
    def size(self) -> int:
        """The memory its arrays take, in bytes."""
        return sum(array.nbytes for array in self.arrays.values())

    @cached_property
    def digest(self) -> str:
        """A hash of its arrays, 64 letters."""
        content = blake2b(digest_size=32)
        for name, array in self.arrays.items():
            content.update(repr((name, array.shape, array.dtype.str)).encode())
            content.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        return content.hexdigest()

    @property
    def target_width(self) -> int:
        """How many numbers (regression) or classes one row's answer chooses from."""
        return len(self.classes) or int(np.prod(self.y_train.shape[1:], dtype=int))


def prepared(
    table: Table,
    train: NDArray[np.int64],
    x: Scaling,
    y: Scaling,
    derived: tuple[Derived, ...] = (),
    features: tuple[str, ...] | None = None,
) -> Preparation:
    """The preparation of a table that holds numbers only, fitted on the rows ``train``."""
    names = table.columns if features is None else features
    seen = table.x[train] if len(train) else np.zeros((1, table.x.shape[1]))
    low, high, typical = seen.min(axis=0), seen.max(axis=0), np.median(seen, axis=0)
    columns = tuple(
        PreparedColumn(name=name, variables=(name,), low=low[i], high=high[i], typical=typical[i])
        for i, name in enumerate(table.columns)
    )
    return Preparation(
        columns=columns,
        features=None if names == table.columns else names,
        derived=derived,
        names=(*names, *(feature.name for feature in derived)),
        shift=tuple(x.shift.tolist()),
        factor=tuple(x.factor.tolist()),
        target=PreparedTarget(
            name=table.target,
            classes=table.classes,
            shift=tuple(y.shift.tolist()),
            factor=tuple(y.factor.tolist()),
            logarithmic=y.logarithmic,
        ),
        task=table.task,
    )


def _refuse_missing(y: ArrayLike, given: NDArray[Any]) -> None:
    """Raises DataError where there is no value among objects or words, as which NumPy takes all that is no number."""
    if given.dtype.kind not in "OU":
        return
    for place, value in enumerate(np.asarray(y, object)):
        if value is None or (isinstance(value, float) and value != value):
            raise DataError(f"row {place + 1}, target 'y' is missing; leave the row out, or say what it is")


def _as_target(
    y: NDArray[Any], task: Task | None, classes: tuple[str, ...] | None
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Class indices and labels, or numbers (rows, targets) and no labels."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    numeric = y.dtype.kind == "f"
    if task is None:
        task = "regression" if classes is None and (numeric or y.ndim > 1) else "binary"
    if task == "regression":
        try:
            return np.array(y, dtype=np.float64).reshape(len(y), int(np.prod(y.shape[1:], dtype=int))), ()
        except (ValueError, TypeError):
            raise DataError("y must be numbers for a regression") from None
    if y.ndim != 1:
        raise DataError(f"y must have one class for each row, not the shape {y.shape}")
    if numeric and not np.isfinite(y).all():
        raise DataError(f"row {int(np.flatnonzero(~np.isfinite(y))[0]) + 1}, target 'y' is not a finite number")
    if classes is not None and y.dtype.kind in "iu":
        return _as_indices(y, classes), classes
    try:
        values, indices = np.unique(y, return_inverse=True)
    except TypeError:
        raise DataError("the classes in y must be all of one kind: words, whole numbers, or yes and no") from None
    if len(values) < 2:
        raise DataError("the target has only one class; there is nothing to tell apart")
    if classes is not None and len(classes) != len(values):
        raise DataError(_mismatch("y", len(values), "class", len(classes)))
    return indices.astype(np.int64), classes or tuple(f"{v:g}" if numeric else str(v) for v in values)


def _mismatch(name: str, count: int, noun: str, names: int) -> str:
    return f"{name} has {counted(count, noun)} but {counted(names, 'name')} {'was' if names == 1 else 'were'} given"


def _as_indices(y: NDArray[Any], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Whole numbers that count into named classes, as they are."""
    if len(classes) < 2:
        raise DataError("there must be at least two classes to tell apart")
    if len(y) and not (y.min() >= 0 and y.max() < len(classes)):
        raise DataError(f"y must count from 0 to {len(classes) - 1}, as there are {len(classes)} classes")
    return y.astype(np.int64)


def _refuse_unusable(table: Table, test_fraction: float, scale: str, fewest: int) -> None:
    """Raises DataError when nothing can be learned from a table, or the split or scaling makes no sense."""
    refuse_settings(test_fraction, scale)
    if not table.columns:
        raise DataError("no input column is switched on; switch on at least one")
    if len(table.x) < fewest:
        raise DataError(f"there must be at least {counted(fewest, 'row')} to learn from, not {len(table.x)}")
    bad = ~(np.abs(table.x) < LARGEST)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise DataError(f"row {row + 1}, column '{table.columns[column]}' is not a finite number below 3e38")
    if not table.classes:
        bad = ~(np.abs(table.y) < LARGEST)
        if bad.any():
            raise DataError(
                f"row {int(np.argwhere(bad)[0][0]) + 1}, target '{table.target}' is not a finite number below 3e38"
            )


def refuse_settings(test_fraction: float, scale: str) -> None:
    """Raises DataError when the split or the scaling makes no sense."""
    if scale not in dict(SCALES):
        raise DataError(f"there is no scaling '{scale}'; there are {', '.join(dict(SCALES))}")
    if not 0.0 <= test_fraction < 1.0:
        raise DataError(f"the test share must be between 0 and less than 1, not {test_fraction:g}")


__all__ = ["SCALES", "DataError", "Dataset", "Scaling", "Table", "split", "task_of"]
