"""Project files to open, windows that ask, and the hands that save."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import hands
import numpy as np
from PySide6.QtWidgets import QFileDialog
from tables import until

from engine.experiment import Experiment
from engine.project import Project, load, save
from engine.trainer import Trainer
from gui.folders import config_folder
from gui.projects.questions import Question
from gui.training import FULL_SPEED
from gui.window import Window


class Asked(list[Question]):
    """The questions that were put, all of them answered alike."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer

    def __call__(self, question: Question) -> str:
        self.append(question)
        return self.answer


def unexpected(question: Question) -> str:
    """An answer where no question should be."""
    raise AssertionError(f"asked: {question.text}")


def careful(open_window: Callable[..., Window], **rest: object) -> Window:
    """A window that remembers, and so asks; it begins without settings, and no question is expected."""
    shutil.rmtree(config_folder(), ignore_errors=True)
    window = open_window(remember=True, **rest)
    window.toolbar.speed.setValue(FULL_SPEED)
    window.files.ask = unexpected
    return window


def edit(window: Window, rate: float = 0.5) -> None:
    """Another learning rate."""
    experiment = window.document.experiment.with_value("training.optimizer.learning_rate", rate)
    window.document.change(experiment, "Learning rate")
    hands.settle(window)


def train(window: Window, steps: int = 3) -> None:
    """So many steps, one by one."""
    for _ in range(steps):
        hands.trigger(window, "train.step")
        hands.settle(window)


def wait(window: Window) -> None:
    """Until all files are written and read, and all edits carried out."""
    until(lambda: not window.files.busy and window.training.settled)
    hands.settle(window)


def save_to(window: Window, path: Path) -> Path:
    """Saves what is open into a file."""
    window.files.save_to(path)
    wait(window)
    return path


def open_project(window: Window, path: Path) -> None:
    """Opens a file."""
    window.files.open_file(str(path))
    wait(window)


def trained(path: Path, epochs: int = 2, source: str = "iris") -> Project:
    """A project file of a run of its own."""
    trainer = Trainer(Experiment().with_value("data.source", source))
    trainer.train(until_epoch=epochs)
    project = Project.of(trainer.checkpoint())
    save(path, project)
    return project


def is_shown(window: Window, project: Project) -> bool:
    """Whether the window has the very weights of a project, at the same step."""
    snapshot = hands.snapshot_of(window)
    same_step = project.checkpoint is None or snapshot.step == project.checkpoint.state["step"]
    return same_step and np.array_equal(snapshot.parameters, project.network.parameters)


def step_in(path: Path) -> int:
    """How far the run in a file is."""
    point = load(path).checkpoint
    assert point is not None
    return int(point.state["step"])


def dialog_of(window: Window) -> QFileDialog:
    """The dialog that asks for a file."""
    dialog = window.findChildren(QFileDialog)[-1]
    assert dialog.isVisible()
    hands.events(20)  # the folder is read
    return dialog
