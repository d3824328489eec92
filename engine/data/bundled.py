"""Real data sets that come with scikit-learn. It is imported here, inside the functions, because that takes long.

The example that everything begins with is read from the library's file without the library, which saves a second.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.table import Table


def _from_scikit_learn(loader: str, target: str) -> Table:
    from sklearn import datasets  # noqa: PLC0415

    bunch: Any = getattr(datasets, loader)()
    x = np.asarray(bunch.data, dtype=np.float64)
    y: NDArray[Any]
    columns = tuple(str(name) for name in bunch.feature_names)
    if "target_names" in bunch and len(bunch.target_names):
        y = np.asarray(bunch.target, dtype=np.int64)
        classes = tuple(str(name) for name in bunch.target_names)
    else:
        y = np.asarray(bunch.target, dtype=np.float64)[:, None]
        classes = ()
    return _table(columns, x, y, target, classes)


def _table(
    columns: tuple[str, ...], x: NDArray[np.float64], y: NDArray[Any], target: str, classes: tuple[str, ...]
) -> Table:
    x.setflags(write=False)
    y.setflags(write=False)
    return Table(columns, x, y, target, classes)


def _iris_file() -> Path | None:
    """Where scikit-learn keeps its flowers; None where a release keeps them elsewhere."""
    library = find_spec("sklearn")
    places = (library and library.submodule_search_locations) or []
    files = [Path(place, "datasets", "data", "iris.csv") for place in places]
    return next((file for file in files if file.is_file()), None)


@cache
def iris() -> Table:
    """150 flowers of three species, four measures in cm (Anderson, 1936; Fisher, 1936)."""
    path = _iris_file()
    if path is None:
        return _from_scikit_learn("load_iris", "species")
    head, *rows = path.read_text("utf-8").splitlines()
    values = np.loadtxt(rows, delimiter=",")
    columns = tuple(f"{part} {way} (cm)" for part in ("sepal", "petal") for way in ("length", "width"))
    x, y = np.ascontiguousarray(values[:, :-1]), values[:, -1].astype(np.int64)
    return _table(columns, x, y, "species", tuple(head.split(",")[2:]))


@cache
def wine() -> Table:
    """178 wines of three growers, 13 chemical measures (Forina et al., 1988)."""
    return _from_scikit_learn("load_wine", "grower")


@cache
def breast_cancer() -> Table:
    """569 tumours, malignant or benign, 30 measures of the cell nuclei (Wolberg et al., 1995)."""
    return _from_scikit_learn("load_breast_cancer", "diagnosis")


@cache
def digits() -> Table:
    """1,797 handwritten digits of 8 × 8 pixels, 0 to 16 each (Alpaydin & Kaynak, 1998)."""
    return _from_scikit_learn("load_digits", "digit")


@cache
def diabetes() -> Table:
    """442 patients, ten measures, progress of the disease after a year (Efron et al., 2004)."""
    return _from_scikit_learn("load_diabetes", "progression")
