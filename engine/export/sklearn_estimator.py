"""An estimator for scikit-learn in one Python file: trained already, with its preparation of raw rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.converting import number_in
from engine.export import numpy_parts, sklearn_parts
from engine.export.numpy_script import network, too_many
from engine.export.source import import_script, script
from engine.export.target import RawRow, Target
from engine.export.weights import as_npz
from engine.project import Project

_IMPORTS = ("from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin",)


def classes_as_read(labels: tuple[str, ...]) -> tuple[Any, ...]:
    """Classes as pandas reads them from a file: whole numbers, other numbers, true and false, or words."""
    if set(labels) == {"True", "False"}:
        return tuple(label == "True" for label in labels)
    numbers = [number_in(label) for label in labels]
    if any(f"{number:.15g}" != label for number, label in zip(numbers, labels, strict=True)):
        return labels
    if not np.isfinite(numbers).all():
        return labels
    return tuple(map(int, numbers)) if all(number.is_integer() for number in numbers) else tuple(numbers)


def _decision(project: Project, order: list[int]) -> str:
    """The scores ``found`` as scikit-learn has them, in the order of sorted classes; of two classes those of the
    second, above zero where it is chosen."""
    if len(order) > 2:
        return "found" if order == sorted(order) else f"found[:, {order}]"
    if project.network.plan.widths[-1] > 1:
        return f"found[:, {order[1]}] - found[:, {order[0]}]"
    threshold = project.network.plan.loss.threshold
    if order == [1, 0]:
        return f"{threshold!r} - found[:, 1]"
    return f"found[:, 1] - {threshold!r}" if threshold else "found[:, 1]"


def _write(project: Project, stem: str) -> dict[str, bytes]:
    from_file = too_many(project)
    classes = classes_as_read(project.preparation.target.classes)
    order = sorted(range(len(classes)), key=classes.__getitem__)
    more = {
        "classes": classes,
        "order": order if order != sorted(order) else [],
        "decision": _decision(project, order) if classes else "",
    }
    modules = (sklearn_parts, numpy_parts)
    text = script("sklearn.py.jinja", project, stem, modules, _IMPORTS, **network(project, from_file), **more)
    return {f"{stem}.py": text, **({f"{stem}.npz": as_npz(project)} if from_file else {})}


def _run(path: Path, rows: list[RawRow]) -> NDArray[Any]:
    """The answers of the estimator itself to a data frame, in the order of the network's own classes."""
    from pandas import DataFrame  # noqa: PLC0415

    module = import_script(path)
    estimator, table = module.TrainedNetwork(), DataFrame([dict(row) for row in rows])
    if not hasattr(estimator, "classes_"):
        return np.asarray(estimator.predict(table), np.float64).reshape(len(rows), -1)
    if not hasattr(estimator, "predict_proba"):
        return np.asarray(module.scores(sklearn_parts.columns_of(table, module.COLUMNS)), np.float64)
    places = [estimator.classes_.tolist().index(each) for each in module.CLASSES]
    return np.asarray(estimator.predict_proba(table)[:, places], np.float64)


TARGET = Target(
    key="sklearn",
    label="scikit-learn estimator",
    suffix=".py",
    about="A Python file with a trained estimator for pipelines and scores of scikit-learn.",
    write=_write,
    run=_run,
    requires="sklearn",
    package="scikit-learn",
)
