"""Shared set-up: no screen is needed, NumPy works on one core, and no test of the window is left out silently."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Settings and log of the tests and of the programs that they start; those of the user are left alone.
os.environ["GLASSBOX_HOME"] = tempfile.mkdtemp(prefix="glassbox-")
# The window speaks English, whatever the desktop does.
os.environ["LC_ALL"] = "C.UTF-8"

import pytest

WINDOW = Path(__file__).parent / "gui"
# Fewer executed tests than this in a run of the whole suite mean that some were skipped silently.
FEWEST_GUI_TESTS = 2000
ENOUGH_GARBAGE = 30_000


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is found stays to the end; a garbage collection that looks through all of it takes half a second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_runtest_teardown() -> None:
    """The window collects garbage while it lives; between tests without one somebody else must."""
    if not gc.isenabled() and gc.get_count()[0] > ENOUGH_GARBAGE:
        gc.collect()


_executed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts the tests of the window that really ran."""
    if report.when == "call" and not report.skipped and report.nodeid.startswith("tests/gui/"):
        _executed.add(report.nodeid)


def _is_whole_run(config: pytest.Config) -> bool:
    if hasattr(config, "workerinput"):
        return False  # one of several processes, which sees only its part
    option = config.option
    selected = option.keyword or option.markexpr or option.deselect or option.maxfail
    selected = selected or getattr(option, "lf", False) or option.collectonly or option.ignore or option.ignore_glob
    places = [Path(config.invocation_params.dir, argument).resolve() for argument in config.args]
    return not selected and all(place.is_dir() and (place == WINDOW or place in WINDOW.parents) for place in places)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run in which too few tests of the window ran has failed."""
    shutil.rmtree(os.environ["GLASSBOX_HOME"], ignore_errors=True)
    if _is_whole_run(session.config) and len(_executed) < FEWEST_GUI_TESTS and session.exitstatus in (0, 5):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says how many tests of the window ran, and whether that is enough."""
    if _is_whole_run(config):
        few = len(_executed) < FEWEST_GUI_TESTS
        words = f"{len(_executed)} tests of the window were executed; at least {FEWEST_GUI_TESTS} must be"
        terminalreporter.write_line(words, red=few, green=not few)
