"""Training in the terminal, with a progress bar on standard error. Ctrl+C ends it between two steps."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.metrics import METRICS
from engine.project import Project, save
from engine.trainer import Trainer
from engine.wording import counted
from gui import threads
from gui.settings import read, settings_file

# How long training goes on before it is looked whether it is to end, in seconds.
_SLICE_S = 0.1
# More classes than this are not named one by one.
_MOST_CLASSES = 10


def obey_settings() -> None:
    """As many threads as the settings of the program say; what is wrong with their file is said."""
    settings, complaint = read(settings_file())
    if complaint:
        print(complaint, file=sys.stderr)
    threads.use(settings.threads)


@dataclass(frozen=True)
class Run:
    """A run that is over: its trainer, how long it took, how many steps that were, and if Ctrl+C ended it."""

    trainer: Trainer
    seconds: float
    steps: int
    interrupted: bool


def train(trainer: Trainer) -> Run:
    """Trains to the end, or until it diverges, or until Ctrl+C."""
    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TextColumn("{task.fields[rate]:,.0f} steps/s"),
        TimeRemainingColumn(),
    )
    begun, before = perf_counter(), trainer.steps_done
    with (
        _interruption() as interrupted,
        Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress,
    ):
        loss, total = trainer.last_evaluation.train["loss"], trainer.experiment.training.epochs
        task = progress.add_task("", total=total, completed=trainer.epochs_done, loss=loss, rate=0.0)
        while not (trainer.finished or trainer.diverged or interrupted()):
            trainer.train(seconds=_SLICE_S)
            rate = (trainer.steps_done - before) / (perf_counter() - begun)
            loss = trainer.last_evaluation.train["loss"]
            progress.update(task, completed=trainer.epochs_done, loss=loss, rate=rate, refresh=True)
        seconds = perf_counter() - begun
        # What is printed below the bar is that of the last step.
        progress.update(task, loss=trainer.evaluate("train")["loss"], refresh=True)
        return Run(trainer, seconds, trainer.steps_done - before, interrupted())


@contextmanager
def _interruption() -> Iterator[Callable[[], bool]]:
    """Within it Ctrl+C is only remembered, and what is given says whether there was one; a second one ends at once."""
    asked = False

    def remember(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.getsignal(signal.SIGINT)
    # Who is started in the background is not to be ended by a key; and only the main thread hears of keys.
    listens = before is not signal.SIG_IGN and threading.current_thread() is threading.main_thread()
    if listens:
        signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: asked
    finally:
        if listens:
            signal.signal(signal.SIGINT, before)


def keep(trainer: Trainer, path: Path) -> None:
    """Writes what was learned into a project file. Raises ``OSError`` with the reason in plain words."""
    save(path, Project.of(trainer.checkpoint()))


def endings(run: Run, saved: Path | None) -> list[str]:
    """What else there is to say at the end: why it ended early, and what was written."""
    trainer = run.trainer
    written = "" if saved is None else f"saved: {saved}"
    if run.interrupted:
        return [f"Interrupted at epoch {trainer.epochs_done:,}; {written or 'nothing was saved'}"]
    early = trainer.stopped, "" if trainer.diverged is None else trainer.diverged.message
    return [words for words in (written and f"written: {saved}", *early) if words]


def as_json(run: Run) -> dict[str, Any]:
    """What a run came to, for programs. ``diverged`` and ``interrupted`` are there only where it was so."""
    trainer = run.trainer
    result: dict[str, Any] = {
        "task": trainer.data.task,
        "inputs": trainer.network.plan.widths[0],
        "outputs": trainer.network.plan.widths[-1],
        "parameters": trainer.network.plan.parameters,
        "epochs": trainer.epochs_done,
        "steps": trainer.steps_done,
        "seconds": round(run.seconds, 4),
        "steps_per_second": round(run.steps / run.seconds, 1) if run.seconds > 0 else None,
        "train": _finite(trainer.evaluate("train")),
        "test": _finite(trainer.evaluate("test")) or None,
        "stopped": trainer.stopped or None,
    }
    if trainer.diverged is not None:
        result["diverged"] = trainer.diverged.message
    if run.interrupted:
        result["interrupted"] = True
    return result


def _finite(found: dict[str, float]) -> dict[str, float | None]:
    """JSON knows no infinity and no NaN."""
    return {key: value if isfinite(value) else None for key, value in found.items()}


def in_words(run: Run) -> str:
    """What a run came to, for people; the figure that matters most comes last."""
    trainer = run.trainer
    before = trainer.steps_done - run.steps
    lines = [
        _learned(trainer),
        f"{counted(trainer.steps_done, 'step')}, {counted(trainer.epochs_done, 'epoch')}"
        f"{f', {run.steps:,} of these steps' if before else ''} in {run.seconds:.2f} s; "
        f"{counted(trainer.network.plan.parameters, 'parameter')}",
    ]
    for part, words in (("train", "training"), ("test", "test")):
        found = trainer.evaluate(part)
        if found:
            lines.append(f"{words} loss {found['loss']:.4f}")
            for key, value in found.items():
                if key != "loss":
                    lines[-1] += f", {words} {_metric(key, value)}"
    return "\n".join(lines)


def _learned(trainer: Trainer) -> str:
    """What is learned, from how many rows; in a table of one's own nobody need have said it."""
    data = trainer.data
    classes = f" ({_listed(data.classes)})" if data.classes else ""
    held_out = f"; {len(data.x_test):,} held out" if len(data.x_test) else ""
    return f"learned {data.target}{classes} from {counted(len(data.x_train), 'row')}{held_out}"


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _MOST_CLASSES
    return ", ".join(words[:_MOST_CLASSES]) + (f" and {more:,} more" if more > 0 else "")


def _metric(key: str, value: float) -> str:
    label = METRICS[key].label
    label = label.lower() if label[1:].islower() else label  # R² and ROC-AUC are written so
    return f"{label} {100 * value:.1f} %" if key == "accuracy" else f"{label} {value:.4g}"
