"""Weights as tables: what another program reads is what the network has, bit for bit."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.files import replace_file
from engine.matrices import save_matrix

HARD = [0.1, -1e-45, 3.4028235e38, 1.17549435e-38, 16777217.0, -0.0, 1 / 3, 1e-10]


def saved(path: Path, weights: np.ndarray, biases: np.ndarray | None, inputs: list[str], units: list[str]) -> Path:
    save_matrix(path, weights, biases, inputs, units)
    return path


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def random_weights(dtype: str) -> np.ndarray:
    weights = (np.random.default_rng(0).normal(size=(8, 3)) * 10.0 ** np.arange(-4, 4)[:, None]).astype(dtype)
    weights[:, 0] = HARD
    return weights


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_what_is_read_back_is_the_same_bit_for_bit(tmp_path: Path, dtype: str, suffix: str) -> None:
    weights = random_weights(dtype)
    path = saved(tmp_path / f"w{suffix}", weights, None, [f"x{i}" for i in range(8)], ["a", "b", "c"])
    if suffix == ".npy":
        read = np.load(path, allow_pickle=False)
    else:
        read = np.array([[float(cell) for cell in row[1:]] for row in rows_of(path)[1:]]).astype(dtype)
    assert (read.dtype, read.tobytes()) == (weights.dtype, weights.tobytes())


def test_a_view_with_its_axes_swapped_is_written_in_the_order_of_its_rows(tmp_path: Path) -> None:
    weights = np.arange(6, dtype=np.float32).reshape(3, 2).T
    read = np.load(saved(tmp_path / "w.npy", weights, None, ["x", "y"], ["a", "b", "c"]))
    assert read.tolist() == [[0, 2, 4], [1, 3, 5]]


def test_a_number_has_no_more_digits_than_it_needs(tmp_path: Path) -> None:
    weights = np.array([[0.1]], dtype=np.float32)
    assert saved(tmp_path / "w.csv", weights, None, ["x"], ["a"]).read_text() == ",a\nx,0.1\n"


def test_the_table_has_names_weights_and_the_biases_in_the_last_row(tmp_path: Path) -> None:
    weights, biases = np.array([[1.5, -2.0]], np.float32), np.array([0.25, 0.0], np.float32)
    path = saved(tmp_path / "w.csv", weights, biases, ["petal length (cm)"], ["hidden 1 · 1", "β"])
    assert rows_of(path) == [
        ["", "hidden 1 · 1", "β"],
        ["petal length (cm)", "1.5", "-2.0"],
        ["bias", "0.25", "0.0"],
    ]


@pytest.mark.parametrize("name", ["a,b", 'say "x"', "two\nlines", "a\rb", " padded ", "", "naïve ₁"])
def test_any_name_survives(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / "w.csv", np.ones((1, 1), np.float32), None, [name], [name])
    assert rows_of(path) == [["", name], [name, "1.0"]]


def test_lines_end_with_a_line_feed_alone(tmp_path: Path) -> None:
    path = saved(tmp_path / "w.csv", np.ones((2, 2), np.float32), None, ["x", "y"], ["a", "b"])
    assert path.read_bytes() == b",a,b\nx,1.0,1.0\ny,1.0,1.0\n"


def test_another_suffix_is_refused_with_the_two_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv or \.npy, not as 'w\.xlsx'"):
        saved(tmp_path / "w.xlsx", np.ones((1, 1)), None, ["x"], ["a"])


def test_names_that_do_not_fit_the_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 inputs and 1 unit,"):
        saved(tmp_path / "w.csv", np.ones((1, 1)), None, ["x", "y"], ["a"])


# -- files ----------------------------------------------------------------------------------------


def disk_full(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_when_the_disk_is_full_the_old_file_stays_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="the disk is full"):
        replace_file(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("w.csv", b"old")]


FAULTS: dict[str, Callable[[Path], Path]] = {
    "there is no such folder": lambda folder: folder / "none" / "w.csv",
    "it is a folder": lambda folder: folder,
    "the name is too long": lambda folder: folder / ("x" * 300 + ".csv"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_failure_names_the_reason_and_the_path(tmp_path: Path, words: str) -> None:
    path = FAULTS[words](tmp_path)
    with pytest.raises(OSError, match=words) as caught:
        replace_file(path, b"new")
    assert (caught.value.strerror, caught.value.filename) == (words, str(path))


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    replace_file(link, b"new")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")


def test_permissions_of_the_old_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640
