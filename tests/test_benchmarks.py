"""The benchmark of the engine runs and says what it should; how fast anything is, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NETWORK = "2-4-2-1"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.engine", "--quick", "--json", "--networks", NETWORK]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(printed)
    return found


def test_every_contender_that_is_installed_has_a_time_and_a_number_of_threads(results: dict[str, Any]) -> None:
    (row,) = results["networks"].values()
    assert list(results["networks"]) == [NETWORK]
    present = [row[key] for key in ("ours", "products", "torch", "sklearn") if row[key] is not None]
    assert len(present) >= 2
    assert all(found["seconds"] > 0 and found["threads"] >= 1 for found in present)


def test_ratios_are_given_for_the_contenders_that_are_installed_and_for_no_others(results: dict[str, Any]) -> None:
    row = results["networks"][NETWORK]
    assert row["ours_over_products"] > 0
    for rival in ("torch", "sklearn"):
        ratio = row[f"{rival}_over_ours"]["ratio"]
        assert (ratio is None) == (row[rival] is None)
        assert ratio is None or ratio > 0


def test_memory_and_growth_are_positive_numbers(results: dict[str, Any]) -> None:
    assert results["memory"]["bytes_per_parameter"] > 0
    assert {what: len(rows) for what, rows in results["growth"].items()} == {"rows": 3, "width": 3, "depth": 4}
    numbers = ("seconds", "time_growth", "work_growth", "ratio")
    assert all(row[key] > 0 for rows in results["growth"].values() for row in rows for key in numbers)
