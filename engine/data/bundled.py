"""Real data sets that come with scikit-learn. It is imported here, inside the functions, because that takes long."""

from __future__ import annotations

from functools import cache
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
    x.setflags(write=False)
    y.setflags(write=False)
    return Table(columns, x, y, target, classes)


@cache
def iris() -> Table:
    """150 flowers of three species, four measures in cm (Anderson, 1936; Fisher, 1936)."""
    return _from_scikit_learn("load_iris", "species")


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
