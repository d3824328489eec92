"""Writing a report: as a page for a browser or as pages for print, by the ending of the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from engine.checkpoint import Checkpoint
from engine.files import replace_file
from engine.plan import TooLargeError
from engine.reporting.blocks import Report
from engine.reporting.report import report_of
from engine.runner import Job, Runner
from engine.snapshot import Failure, Snapshot
from engine.trainer import Trainer
from gui import theme
from gui.diagram.shown import Shown
from gui.report.page import PROGRAM, as_page
from gui.report.pages import as_pages
from gui.report.pictures import Picture, pictures_of
from gui.text import tr

KINDS = (("html", "Page for a browser"), ("pdf", "PDF"))
_MAKERS: dict[str, Callable[[Report, dict[str, Picture]], bytes]] = {".html": as_page, ".pdf": as_pages}


def refuse_other_endings(path: Path) -> None:
    """Raises ``ValueError`` with a sentence for a file that is neither kind of report."""
    if path.suffix.lower() not in _MAKERS:
        raise ValueError(tr("a report is written as {0}, not as '{1}'").format(" or ".join(_MAKERS), path.name))


def write_report(point: Checkpoint, path: Path) -> None:
    """Writes the report of an instant of a run. There must be a ``QApplication``, and ``theme.prepare`` called.

    Raises ``ValueError`` for another ending than .html and .pdf, ``TooLargeError``, and ``OSError`` (see
    ``engine.files``); what the file held before is then untouched.
    """
    refuse_other_endings(path)
    snapshot = snapshot_of(point)
    made = _MAKERS[path.suffix.lower()](report_of(point, PROGRAM), pictures_of(snapshot))
    replace_file(path, made)


def snapshot_of(point: Checkpoint) -> Snapshot:
    """The picture of an instant, with what the drawing shows of it."""
    runner = Runner(Trainer.at(point))
    try:
        runner.post(Job(wants=Shown().wants(None)))
        found = runner.wait()
    finally:
        runner.close()
    if isinstance(found, Failure):
        raise RuntimeError(f"{found.message}\n{found.details}")
    return found


def write_offscreen(point: Checkpoint, path: Path) -> None:
    """Like ``write_report``, in a process without a window: makes the application itself."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if QCoreApplication.instance() is None:
        theme.prepare(QApplication(["glassbox"]))
    write_report(point, path)


def write_apart(point: Checkpoint, path: Path, _tell: Callable[[object], None]) -> str:
    """The work of a process of its own: writes, and says why it could not, "" when it could."""
    try:
        write_offscreen(point, path)
    except OSError as error:
        return tr("{0} could not be written: {1}.").format(path, error.strerror or error)
    except (ValueError, TooLargeError) as error:
        return f"{str(error)[:1].upper()}{str(error)[1:].rstrip('.')}."
    except MemoryError:
        return tr("There is not enough free memory for this report.")
    return ""
