"""A layer's weights as a table for other programs: CSV with names, or NumPy's own format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.files import replace_file
from engine.wording import counted

SUFFIXES = (".csv", ".npy")
BIAS = "bias"


def save_matrix(
    path: Path,
    weights: NDArray[Any],
    biases: NDArray[Any] | None,
    input_names: Sequence[str],
    unit_names: Sequence[str],
) -> None:
    """Writes the weights (inputs, units) of a layer; the suffix decides how.

    ``.csv`` (RFC 4180, UTF-8, lines ended by a line feed): the first row names the units, the first column the
    inputs, and the last row, called "bias", holds the biases (units,) unless they are None. Every number is the
    shortest that reads back as the very same one in the precision of the array.
    ``.npy``: the weights alone, exactly, without names.

    Raises ``ValueError`` for another suffix or when the names do not fit the shape, and ``OSError`` (see
    ``engine.files``) when the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"weights are written as {' or '.join(SUFFIXES)}, not as '{path.name}'")
    if weights.shape != (len(input_names), len(unit_names)):
        raise ValueError(
            f"the names are for {counted(len(input_names), 'input')} and {counted(len(unit_names), 'unit')}, "
            f"the weights are {weights.shape}"
        )
    if suffix == ".csv":
        replace_file(path, _as_csv(weights, biases, input_names, unit_names))
        return
    content = BytesIO()
    np.lib.format.write_array(content, np.ascontiguousarray(weights))
    replace_file(path, content.getvalue())


def _as_csv(
    weights: NDArray[Any], biases: NDArray[Any] | None, input_names: Sequence[str], unit_names: Sequence[str]
) -> bytes:
    rows = [_row("", map(_quoted, unit_names))]
    rows += [_row(name, _numbers(values)) for name, values in zip(input_names, weights, strict=True)]
    if biases is not None:
        rows.append(_row(BIAS, _numbers(biases)))
    return "".join(rows).encode("utf-8")


def _row(name: str, cells: Iterable[str]) -> str:
    return ",".join((_quoted(name), *cells)) + "\n"


def _numbers(values: NDArray[Any]) -> Iterable[str]:
    # NumPy writes a scalar of its own with as few digits as tell it from its neighbours in its precision.
    return map(str, values)


def _quoted(name: str) -> str:
    """A name as a cell of RFC 4180; Python's csv leaves a lone carriage return unquoted."""
    return '"' + name.replace('"', '""') + '"' if any(sign in name for sign in ',"\r\n') else name
