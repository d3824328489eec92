"""What is done beside the window for an export: what would be written, writing it, proving it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from engine.checkpoint import Checkpoint
from engine.export.proof import prove, sample_rows
from engine.export.target import ExportError, Proof, Target
from engine.export.writing import contents, write_export
from engine.project import Project
from gui import amounts
from gui.errand import Work
from gui.text import as_sentence, said, tr

# As much of a file as a person reads before deciding.
_LINES, _WIDTH = 60, 160
Tell = Callable[[object], None]


@dataclass(frozen=True)
class Instant:
    """The instant of a run that is taken away. ``generation`` is that of the training it was fetched from."""

    point: Checkpoint
    generation: int
    name: str

    @cached_property
    def project(self) -> Project:
        """The network of this instant."""
        return Project.of(self.point)

    @property
    def step(self) -> int:
        """After how many steps it is."""
        return int(self.point.state["step"])

    @property
    def stem(self) -> str:
        """A name for files, without the suffix, that a program can import: ``flats`` for the table "Flats.csv"."""
        words = re.sub(r"\W+", "_", self.name.removesuffix(Path(self.name).suffix)).strip("_").lower()
        return f"network_{words}".rstrip("_") if not words[:1].isalpha() else words


@dataclass(frozen=True)
class Contents:
    """What would be written. ``text`` is the main file as text, None where it is none.

    ``shown`` are its first lines, very long ones cut, and ``more`` how many follow. ``files``: names and bytes of all.
    """

    target: str
    files: tuple[tuple[str, int], ...]
    text: str | None
    shown: str
    more: int


@dataclass(frozen=True)
class Said:
    """How far an export has come. ``tone``: "busy", "good", "bad", or "" where nothing can be said for or against.

    ``written`` says where the files are; ``details`` are for those who want to know.
    """

    target: str
    words: str
    tone: str = ""
    written: str = ""
    details: str = ""


def look(instant: Instant, target: Target) -> Work:
    """The work of finding out what would be written: tells ``Contents``. Raises ``ExportError``."""

    def work(tell: Tell, given_up: Event) -> None:
        files = contents(instant.project, target, instant.stem)
        if not given_up.is_set():
            tell(_contents(target.key, files))

    return work


def _contents(target: str, files: dict[str, bytes]) -> Contents:
    sizes = tuple((name, len(content)) for name, content in files.items())
    main = next(iter(files.values()))
    try:
        text = main.decode()
    except UnicodeDecodeError:
        return Contents(target, sizes, None, "", 0)
    if "\0" in text:
        return Contents(target, sizes, None, "", 0)
    *lines, rest = text.split("\n", _LINES)  # the rest may be millions of lines
    if len(lines) < _LINES:
        lines, rest = [*lines, rest], ""
    shown = [line if len(line) <= _WIDTH else f"{line[:_WIDTH]} …" for line in lines]
    more = rest.count("\n") + (rest[-1:] not in ("", "\n"))
    return Contents(target, sizes, text, "\n".join(shown).rstrip("\n"), more)


def save(instant: Instant, target: Target, path: Path) -> Work:
    """The work of writing an export and proving it. Raises ``ExportError`` and ``OSError``."""

    def work(tell: Tell, given_up: Event) -> None:
        tell(Said(target.key, tr("Writing…"), "busy"))
        paths = write_export(instant.project, target, path)
        others = "".join(f", {other.name}" for other in paths[1:])
        _prove(instant, target, paths[0], tr("Written: {0}").format(f"{paths[0]}{others}"), tell, given_up)

    return work


def check(instant: Instant, target: Target) -> Work:
    """The work of proving an export without keeping it. Raises ``ExportError`` and ``OSError``."""

    def work(tell: Tell, given_up: Event) -> None:
        tell(Said(target.key, tr("Preparing the check…"), "busy"))
        with TemporaryDirectory(prefix="glassbox-") as folder:
            paths = write_export(instant.project, target, Path(folder) / f"{instant.stem}{target.suffix}")
            _prove(instant, target, paths[0], "", tell, given_up)

    return work


def _prove(instant: Instant, target: Target, main: Path, written: str, tell: Tell, given_up: Event) -> None:
    rows = sample_rows(instant.project)
    tell(Said(target.key, tr("Checking on {0}…").format(amounts.rows(len(rows))), "busy", written))
    tell(_outcome(prove(instant.project, target, main, rows, given_up=given_up), written))


def _outcome(proof: Proof, written: str) -> Said:
    tone = "good" if proof.proven else "bad" if proof.failed else ""
    return Said(proof.target, said(proof.said), tone, written, proof.details)


def is_expected(error: Exception) -> bool:
    """Whether it is about what people can mend, so that its sentence says all there is to say."""
    return isinstance(error, ExportError | OSError | MemoryError)


def problem(error: Exception) -> str:
    """Why an export could not be written, in a sentence."""
    if isinstance(error, ExportError):
        return as_sentence(str(error))
    if isinstance(error, OSError):
        return tr("{0} could not be written: {1}.").format(error.filename or tr("The export"), error.strerror or error)
    if isinstance(error, MemoryError):
        return tr("There is not enough free memory for this export.")
    return tr("Something went wrong while exporting ({0}: {1}). Your work is unharmed.").format(
        type(error).__name__, error
    )
