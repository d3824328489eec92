"""What ends a run before its epochs are done, and what a schedule that watches the loss remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

from engine.experiment import Experiment, TrainingSpec
from engine.metrics import METRICS
from engine.model import Evaluation
from engine.network import Network
from engine.schedules import Plateau, ReduceOnPlateau

# What the loss that is watched depends on.
_LOSS = ("loss", "huber_delta", "label_smoothing", "class_weights")


@dataclass(frozen=True)
class Divergence:
    """Training that ran away: at which step (counted from 1), in which layer, and how far."""

    step: int
    layer: str
    loss: float

    @property
    def what(self) -> str:
        """What happened, for people."""
        if not isfinite(self.loss):
            return "a number became infinite or NaN"
        return f"the loss grew to {self.loss:,.0f}" if 1e3 <= self.loss < 1e9 else f"the loss grew to {self.loss:.3g}"

    @property
    def message(self) -> str:
        """What happened and what to try, for people."""
        return (
            f"Training diverged at step {self.step:,}: {self.what} ({self.layer}). "
            "Try a learning rate ten times smaller, then reset."
        )


@dataclass
class Watch:
    """Looks at a run after every epoch. ``stopped`` says, for people, why the run has ended; "" while it goes on.

    ``best`` is the lowest loss so far, ``waited`` the epochs since, ``kept`` the parameters and statistics
    of that epoch when they are to be restored. ``seconds`` is the time spent in training.
    """

    plateau: Plateau = field(default_factory=Plateau)
    best: float = inf
    best_epoch: int = 0
    waited: int = 0
    kept: tuple[Any, Any] | None = None
    seconds: float = 0.0
    stopped: str = ""

    def after_epoch(
        self, experiment: Experiment, network: Network, epoch: int, evaluation: Callable[[], Evaluation]
    ) -> None:
        """Takes notice of a finished epoch; ``evaluation()`` measures both parts, when something watches them."""
        training = experiment.training
        if isinstance(training.schedule, ReduceOnPlateau):
            self.plateau = training.schedule.watched(self.plateau, _measured_on("test", evaluation())["loss"])
        if training.early_stopping.patience:
            self._watch_loss(experiment, network, epoch, evaluation())
        goal = training.stop_at
        if goal.metric != "none":
            found = _measured_on(goal.part, evaluation())[goal.metric]
            lower = goal.metric == "loss" or METRICS[goal.metric].best == 0.0
            if found <= goal.value if lower else found >= goal.value:
                name = "loss" if goal.metric == "loss" else METRICS[goal.metric].label
                self.stopped = f"The goal is reached after epoch {epoch:,}: {name} {found:.4g}."
                self.kept = None  # the best is what is there now

    def _watch_loss(self, experiment: Experiment, network: Network, epoch: int, evaluation: Evaluation) -> None:
        rule = experiment.training.early_stopping
        loss = _measured_on(rule.part, evaluation)["loss"]
        if loss < self.best - rule.min_change:
            self.best, self.best_epoch, self.waited = loss, epoch, 0
            if rule.restore_best:
                self.kept = (network.parameters.copy(), network.statistics.copy())
            return
        self.waited += 1
        if self.waited >= rule.patience:
            self.stopped = (
                f"Stopped early after epoch {epoch:,}: the loss was lowest ({self.best:.4g}) "
                f"after epoch {self.best_epoch:,}."
            )

    def judge_anew(self, before: TrainingSpec, after: TrainingSpec) -> None:
        """Follows changed settings: a run that was stopped may go on, and changed rules begin anew."""
        other_loss = any(getattr(before, name) != getattr(after, name) for name in _LOSS)
        if other_loss or before.schedule != after.schedule:
            self.plateau = Plateau()
        if other_loss or before.early_stopping != after.early_stopping or (self.stopped and before != after):
            self._forget_best()
        if before != after:
            self.stopped = ""

    def _forget_best(self) -> None:
        self.best, self.best_epoch, self.waited, self.kept = inf, 0, 0, None

    def begin_anew(self) -> None:
        """For another network: only the time spent stays."""
        self._forget_best()
        self.plateau, self.stopped = Plateau(), ""

    def restore_best(self, network: Network) -> bool:
        """Puts back the parameters of the best epoch, if they were kept; says whether it did."""
        if self.kept is None:
            return False
        network.parameters[:], network.statistics[:] = self.kept
        return True

    @classmethod
    def of(cls, state: dict[str, Any]) -> Watch:
        """A watch from its state as a dictionary, with copies of the arrays."""
        kept = state["kept"]
        copied = None if kept is None else (kept[0].copy(), kept[1].copy())
        return cls(**{**state, "plateau": Plateau(*state["plateau"]), "kept": copied})


def _measured_on(part: str, evaluation: Evaluation) -> dict[str, float]:
    """Loss and metrics of a part, or of the training rows where it has none."""
    return evaluation.train if part == "train" else evaluation.test or evaluation.train
