"""Training in the terminal, with a progress bar on standard error."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.experiment import Experiment
from engine.metrics import METRICS
from engine.project import Project, save
from engine.trainer import Trainer


def train(experiment: Experiment) -> tuple[Trainer, float]:
    """Trains to the end or until it diverges; returns the trainer and the seconds that training took."""
    trainer = Trainer(experiment)
    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TextColumn("{task.fields[rate]:,.0f} steps/s"),
        TimeRemainingColumn(),
    )
    begun = perf_counter()
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress:
        loss = trainer.last_evaluation.train["loss"]
        task = progress.add_task("", total=experiment.training.epochs, loss=loss, rate=0.0)
        drawn = begun

        def show(trainer: Trainer) -> None:
            nonlocal drawn
            now = perf_counter()
            if now - drawn > 0.1 or trainer.finished:
                drawn, rate = now, trainer.steps_done / (now - begun)
                loss = trainer.last_evaluation.train["loss"]
                progress.update(task, completed=trainer.epochs_done, loss=loss, rate=rate, refresh=True)

        trainer.run(on_epoch=show)
        seconds = perf_counter() - begun
    return trainer, seconds


def keep(trainer: Trainer, path: Path) -> None:
    """Writes what was learned into a project file. Raises ``OSError`` with the reason in plain words."""
    save(path, Project.of(trainer.checkpoint()))


def as_json(trainer: Trainer, seconds: float) -> dict[str, Any]:
    """What a run came to, for programs."""
    result: dict[str, Any] = {
        "task": trainer.data.task,
        "inputs": trainer.network.plan.widths[0],
        "outputs": trainer.network.plan.widths[-1],
        "parameters": trainer.network.plan.parameters,
        "epochs": trainer.epochs_done,
        "steps": trainer.steps_done,
        "seconds": round(seconds, 4),
        "steps_per_second": round(trainer.steps_done / seconds, 1) if seconds > 0 else None,
        "train": _finite(trainer.evaluate("train")),
        "test": _finite(trainer.evaluate("test")) or None,
        "stopped": trainer.stopped or None,
    }
    if trainer.diverged is not None:
        result["diverged"] = trainer.diverged.message
    return result


def _finite(found: dict[str, float]) -> dict[str, float | None]:
    """JSON knows no infinity and no NaN."""
    return {key: value if isfinite(value) else None for key, value in found.items()}


def in_words(trainer: Trainer, seconds: float) -> str:
    """What a run came to, for people; the figure that matters most comes last."""
    lines = [
        f"{trainer.steps_done:,} steps, {trainer.epochs_done:,} epochs in {seconds:.2f} s; "
        f"{trainer.network.plan.parameters:,} parameters"
    ]
    for part, words in (("train", "training"), ("test", "test")):
        found = trainer.evaluate(part)
        if found:
            lines.append(f"{words} loss {found['loss']:.4f}")
            for key, value in found.items():
                if key != "loss":
                    lines[-1] += f", {words} {_metric(key, value)}"
    return "\n".join(lines)


def _metric(key: str, value: float) -> str:
    label = METRICS[key].label
    label = label.lower() if label[1:].islower() else label  # R² and ROC-AUC are written so
    return f"{label} {100 * value:.1f} %" if key == "accuracy" else f"{label} {value:.4g}"
