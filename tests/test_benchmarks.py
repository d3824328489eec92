"""The benchmarks run and say what they should; how fast anything is, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NETWORK, IN_THE_WINDOW = "2-4-2-1", "2-8x6-1"


def printed(module: str, network: str) -> dict[str, Any]:
    """What a benchmark prints of one network, without taking pains."""
    command = [sys.executable, "-m", f"benchmarks.{module}", "--quick", "--json", "--networks", network]
    found: dict[str, Any] = json.loads(
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    return found


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return printed("engine", NETWORK)


@pytest.fixture(scope="module")
def window_results() -> dict[str, Any]:
    return printed("window", IN_THE_WINDOW)


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


def test_a_network_of_two_inputs_trains_in_the_window_with_maps_in_its_nodes(window_results: dict[str, Any]) -> None:
    (row,) = window_results["networks"].values()
    assert row["maps"]


def test_frames_heartbeat_and_steps_in_the_window_are_numbers(window_results: dict[str, Any]) -> None:
    row = window_results["networks"][IN_THE_WINDOW]
    numbers = ("frames_per_second", "frame_cpu_ms", "steps_per_second", "headless_steps_per_second")
    assert all(row[key] > 0 for key in numbers)
    assert row["heartbeat_ms"]["p50"] <= row["heartbeat_ms"]["p99"] <= row["heartbeat_ms"]["max"]


def test_changes_of_the_window_are_measured(window_results: dict[str, Any]) -> None:
    times = [time["cpu_ms"] for time in window_results["changes"].values()]
    assert (len(times), min(times) > 0.0) == (4, True)


def test_drawings_of_more_edges_are_measured_beside_the_same_stroked_singly(window_results: dict[str, Any]) -> None:
    rows = window_results["drawing"]["edges"]
    assert [row["visible"] for row in rows] == 2 * [100, 1000, 5000]
    assert all(0 < row["drawn"] <= row["visible"] for row in rows)
    assert all(row["repaint"]["cpu_ms"] > 0 and row["stroked_over_ours"] > 0 for row in rows)


def test_opening_is_measured_until_the_edges_are_there(window_results: dict[str, Any]) -> None:
    rows = window_results["drawing"]["opened"].values()
    assert all(row["drawn"] > 0 and row["opens"]["wall_ms"] > 0 for row in rows)


def test_saving_and_loading_a_project_are_measured_beside_the_peers() -> None:
    command = [sys.executable, "-m", "benchmarks.project", "--quick", "--json"]
    found = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert list(found["contenders"]) == ["ours", "safetensors", "numpy.savez", "plain bytes"]
    numbers = ("bytes", "save_ms", "save_and_wait_ms", "load_ms")
    assert all(row[key] > 0 for row in found["contenders"].values() for key in numbers)


def test_opening_a_table_is_measured_beside_pandas() -> None:
    command = [sys.executable, "-m", "benchmarks.data", "--quick", "--json"]
    found = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert found["ours"]["seconds"] > 0
    assert found["time_over_pandas"]["ratio"] == found["ours"]["seconds"] / found["pandas"]["seconds"]
    assert found["memory_over_data"]["ratio"] > 0
