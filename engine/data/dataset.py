"""A Dataset: a table split into a training and a test part and scaled, ready for a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.preparation import Preparation, PreparedColumn, PreparedTarget
from engine.data.scaling import SCALES, Scaling
from engine.data.table import DataError, Table, Task, task_of


@dataclass(frozen=True)
class Dataset:
    """What a network is trained and tested on.

    ``x_train``, ``x_test``: (rows, inputs) float32, scaled. ``y_train``, ``y_test``: class indices
    (rows,) int64 for classes, scaled numbers (rows, targets) float32 for regression. ``names`` are the
    inputs. ``rows_train`` and ``rows_test`` are the rows of the original table. The scalings were fitted on the
    training part alone; ``preparation`` does the same with raw rows. ``columns`` are all that can be switched on.
    ``source`` is the key of the source it was loaded from, "" for arrays of one's own. ``bounds``: what maps show at
    least of every variable, in the user's units; such data may have no rows yet.
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
        parts: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    ) -> Self:
        """Splits (stratified by class) and scales a table; raises DataError when it cannot be learned from.

        ``parts``: the rows of the training and the test part, where they are not to be drawn.
        """
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
            columns=columns or table.columns,
            preparation=prepared(table, train, x_scaling, y_scaling),
            source=source,
            bounds=bounds,
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
            raise DataError(f"x has {inputs.shape[1]} columns but {len(columns)} names were given")
        if given.ndim == 0 or len(given) != len(inputs):
            raise DataError(f"x has {len(inputs)} rows but y has {given.size if given.ndim == 0 else len(given)}")
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
    def size(self) -> int:
        """The memory its arrays take, in bytes."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))

    @property
    def target_width(self) -> int:
        """How many numbers (regression) or classes one row's answer chooses from."""
        return len(self.classes) or int(np.prod(self.y_train.shape[1:], dtype=int))


def prepared(table: Table, train: NDArray[np.int64], x: Scaling, y: Scaling) -> Preparation:
    """The preparation of a table that holds numbers only, fitted on the rows ``train``."""
    seen = table.x[train] if len(train) else np.zeros((1, table.x.shape[1]))
    low, high, typical = seen.min(axis=0), seen.max(axis=0), np.median(seen, axis=0)
    columns = tuple(
        PreparedColumn(name=name, variables=(name,), low=low[i], high=high[i], typical=typical[i])
        for i, name in enumerate(table.columns)
    )
    return Preparation(
        columns=columns,
        names=table.columns,
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


def split(
    y: NDArray[Any], classes: int, test_fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Shuffled row numbers of the training and the test part; every class keeps its share in both."""
    rng = np.random.default_rng([seed, 1])
    groups = [np.flatnonzero(y == k) for k in range(classes)] if classes else [np.arange(len(y))]
    train, test = [], []
    for group in groups:
        shuffled = rng.permutation(group)
        held_out = min(round(test_fraction * len(group)), max(len(group) - 1, 0))
        test.append(shuffled[:held_out])
        train.append(shuffled[held_out:])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


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
        except ValueError:
            raise DataError("y must be numbers for a regression") from None
    if y.ndim != 1:
        raise DataError(f"y must have one class for each row, not the shape {y.shape}")
    if numeric and not np.isfinite(y).all():
        raise DataError(f"row {int(np.flatnonzero(~np.isfinite(y))[0]) + 1}, target 'y' is not a finite number")
    if classes is not None and y.dtype.kind in "iu":
        return _as_indices(y, classes), classes
    values, indices = np.unique(y, return_inverse=True)
    if len(values) < 2:
        raise DataError("the target has only one class; there is nothing to tell apart")
    if classes is not None and len(classes) != len(values):
        raise DataError(f"y has {len(values)} classes but {len(classes)} names were given")
    return indices.astype(np.int64), classes or tuple(f"{v:g}" if numeric else str(v) for v in values)


def _as_indices(y: NDArray[Any], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Whole numbers that count into named classes, as they are."""
    if len(classes) < 2:
        raise DataError("there must be at least two classes to tell apart")
    if len(y) and not (y.min() >= 0 and y.max() < len(classes)):
        raise DataError(f"y must count from 0 to {len(classes) - 1}, as there are {len(classes)} classes")
    return y.astype(np.int64)


def _refuse_unusable(table: Table, test_fraction: float, scale: str, fewest: int) -> None:
    """Raises DataError when nothing can be learned from a table, or the split or scaling makes no sense."""
    if scale not in dict(SCALES):
        raise DataError(f"there is no scaling '{scale}'; there are {', '.join(dict(SCALES))}")
    if not 0.0 <= test_fraction < 1.0:
        raise DataError(f"the test share must be between 0 and less than 1, not {test_fraction:g}")
    if not table.columns:
        raise DataError("no input column is switched on; switch on at least one")
    if len(table.x) < fewest:
        raise DataError(f"there must be at least {fewest} rows to learn from, not {len(table.x)}")
    # Networks calculate in single precision, which ends at about 3e38.
    bad = ~(np.abs(table.x) < np.finfo(np.float32).max)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise DataError(f"row {row + 1}, column '{table.columns[column]}' is not a finite number below 3e38")
    if not table.classes:
        bad = ~(np.abs(table.y) < np.finfo(np.float32).max)
        if bad.any():
            raise DataError(
                f"row {int(np.argwhere(bad)[0][0]) + 1}, target '{table.target}' is not a finite number below 3e38"
            )


__all__ = ["SCALES", "DataError", "Dataset", "Scaling", "Table", "split", "task_of"]
