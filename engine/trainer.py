"""The Trainer: live changes of what is trained, and going on where a run was, bit for bit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import DTypeLike

from engine.activations import Array
from engine.adoption import Graft, by_name, overlap, transplant
from engine.batches import Batches
from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.history import BatchLosses, History
from engine.lineage import Lineage
from engine.model import Evaluation
from engine.network import Network
from engine.operation import Operation
from engine.plan import Plan
from engine.project import Project, ProjectError
from engine.project import load as load_project
from engine.project import save as save_project
from engine.recording import Record
from engine.stopping import Divergence, Watch
from engine.training import Training, checked_plan, fresh_network
from engine.update import Update, decays
from engine.wording import counted


def same_question(a: Dataset, b: Dataset) -> bool:
    """Whether two data sets ask for the same, whatever their rows and inputs."""
    return (a.task, a.target, a.classes) == (b.task, b.target, b.classes)


def same_parts(a: Dataset, b: Dataset) -> bool:
    """Whether two data sets have the same rows of their table in both parts, in the same order."""
    return np.array_equal(a.rows_train, b.rows_train) and np.array_equal(a.rows_test, b.rows_test)


class Trainer(Training):
    """Trains the network of an experiment on a data set.

    The same experiment and data give the same run, bit for bit. ``data`` is loaded when it is not given.
    ``dtype`` is float32 for training; float64 serves proofs. Raises ``DataError`` when loss and data do
    not fit and ``TooLargeError`` when the network would not fit the memory.
    """

    def __init__(self, experiment: Experiment, data: Dataset | None = None, dtype: DTypeLike = np.float32) -> None:
        super().__init__(experiment, load_data(experiment.data) if data is None else data, dtype)

    @classmethod
    def at(cls, point: Checkpoint) -> Trainer:
        """A trainer that goes on, bit for bit, from an instant of a run. Raises like the constructor."""
        trainer = cls(point.experiment, point.data, point.state["parameters"].dtype)
        trainer.go_to(point)
        return trainer

    @classmethod
    def load(cls, path: Path | str) -> Trainer:
        """A trainer that goes on, bit for bit, from a project file.

        Raises like ``project.load``, and ``ProjectError`` where the file has no run to go on with.
        """
        project = load_project(Path(path))
        if project.checkpoint is None:
            raise ProjectError(project.problem)
        return cls.at(project.checkpoint)

    def save(self, path: Path | str) -> None:
        """Writes this instant into a project file, whole or not at all. Raises like ``project.save``."""
        save_project(Path(path), Project.of(self.checkpoint()))

    # -- state and live changes ------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that decides how the run goes on, as copies: arrays, numbers and generator states."""
        return {
            "parameters": self.network.parameters.copy(),
            "statistics": self.network.statistics.copy(),
            "noise": self.network.noise.bit_generator.state,
            "kind": self.experiment.training.optimizer.kind,
            "optimizer": self.update.memory.copy(),
            "updates": self.update.count,
            "step": self.steps_done,
            "edited": self._edited_by_hand,
            "first_loss": self._first_loss,
            "next_point": self.record.next_point,
            "batches": self.batches.state(),
            "watch": asdict(self.watch),
            "lineage": self.lineage.as_json(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on, bit for bit, from where ``state`` was taken in a trainer of the same experiment.

        Raises ValueError, before anything is changed, when the state belongs to another network.
        """
        network, update = self.network, self.update
        arrays = (network.parameters, network.statistics, update.memory)
        saved = (state["parameters"], state["statistics"], state["optimizer"])
        kind = self.experiment.training.optimizer.kind
        if state["kind"] != kind:
            raise ValueError(
                f"the state is one of the optimizer {state['kind']}, this trainer has {kind}; "
                "restore it into a trainer of the same experiment and data"
            )
        fits = all(ours.shape == theirs.shape for ours, theirs in zip(arrays, saved, strict=True))
        if not fits or len(state["batches"]["order"]) != self.batches.rows:
            raise ValueError(
                f"the state has {counted(state['parameters'].size, 'parameter')} and "
                f"{counted(len(state['batches']['order']), 'row')}, "
                f"this trainer {network.parameters.size:,} and {self.batches.rows:,}; "
                "restore it into a trainer of the same experiment and data"
            )
        for ours, theirs in zip(arrays, saved, strict=True):
            ours[...] = theirs
        network.noise.bit_generator.state = state["noise"]
        update.count, self.steps_done = state["updates"], state["step"]
        self.watch = Watch.of(state["watch"])
        self._first_loss, self.diverged, self._evaluation = state["first_loss"], None, None
        self._edited_by_hand = state.get("edited", False)
        written = state.get("lineage")
        self.lineage = Lineage.of(written) if written else Lineage.begun(self.experiment, "it was not recorded")
        self.batches.restore(state["batches"])
        self.record.rewind(self.steps_done, state["next_point"])
        self.batch_losses = BatchLosses(start=self.steps_done)

    def checkpoint(self) -> Checkpoint:
        """This instant, to come back to with ``go_to``."""
        history, losses = self.history.view(), self.batch_losses.copy()
        return Checkpoint(self.experiment, self.data, self.state(), history, losses, self.diverged)

    def go_to(self, point: Checkpoint) -> None:
        """Back to an instant of this run, whatever has changed since: experiment, data, weights, everything recorded.

        Goes on from there bit for bit. Raises ``TooLargeError``, before anything is changed, when it does not fit
        the memory any more.
        """
        planned = checked_plan(point.experiment, point.data, self.dtype)
        anew = planned != self.network.plan or point.data is not self.data
        self.experiment, self.data = point.experiment, point.data
        if anew:
            self._wear(Network(planned, None, self.dtype))
            self.batches = Batches(self.rows["train"], np.random.default_rng())
        self._decays = decays(point.experiment.training)
        self.update = Update(self.network, point.experiment.training.optimizer)
        self.restore(point.state)
        self.record = Record(planned, self.data.task)
        self.record.history, self.record.next_point = History.of(point.history), point.state["next_point"]
        self.batch_losses, self.diverged = point.losses.copy(), point.diverged

    @property
    def pristine(self) -> bool:
        """Whether the weights are still those that were drawn: no step is done, and no operation was."""
        return self.steps_done == 0 and not self._edited_by_hand

    def reset(self) -> None:
        """Back to the start: the same seed gives the same weights and the same order, bit for bit."""
        self._begin(self.experiment, self.data, self.dtype)

    def reconfigure(self, experiment: Experiment) -> None:
        """Takes over a changed experiment with the least loss of what was learned.

        Other data or another seed begin anew, but not what changes of the data live (``DataSpec.only_live``): other
        rows of the same kind, and other inputs, of which those still there keep what was learned. A changed network
        is adopted. Before the first step, with nothing edited by hand, data and network begin anew as well.
        Everything else changes live, and the optimizer keeps its memory unless it is another optimizer, or one that
        takes the full batch and is given another. Raises like the constructor, and ``DataError`` for other data than
        arrays of one's own; then nothing has changed.
        """
        old, data = self.experiment, self.data
        if experiment.data != old.data:
            if not data.source:
                raise DataError(
                    "This network learns from arrays of its own, so that no other data can be loaded for it; "
                    "leave the data of the experiment as they are, or begin with a new trainer"
                )
            data = load_data(experiment.data)
        planned = checked_plan(experiment, data, self.dtype)
        other = data is not self.data and not (experiment.data.only_live(old.data) and same_question(data, self.data))
        # A row that was learned from must not come among those that test what was learned.
        other = other or (experiment.data.table != old.data.table and not same_parts(data, self.data))
        fits = planned == self.network.plan and data.names == self.data.names
        changed = data is not self.data or not fits
        if other or experiment.training.seed != old.training.seed or (changed and self.pristine):
            self._begin(experiment, data, self.dtype)
            return
        pristine = self.pristine
        if changed and fits:
            self._feed(experiment, data)
        elif changed:
            graft = by_name(overlap(self.network.plan, planned), planned, self.data.names, data.names)
            self._install(experiment, data, graft, *self._grafted(experiment, planned, graft))
        else:
            self._take_over(experiment)
        self.lineage = self.lineage.reconfigured(self.steps_done, old, experiment, pristine=pristine)

    def adopt(self, experiment: Experiment) -> None:
        """Takes over an experiment with another network and keeps what fits of the one there is.

        Layers that are still there keep the weights of units and inputs that are still there, with the
        optimizer's memory of them; what is new starts as its initializer says. Raises like the constructor,
        and then nothing has changed.
        """
        if experiment.data != self.experiment.data:
            raise ValueError("a network is adopted on the same data; other data are taken over by reconfigure")
        planned, old = checked_plan(experiment, self.data, self.dtype), self.experiment
        graft = overlap(self.network.plan, planned)
        self._install(experiment, self.data, graft, *self._grafted(experiment, planned, graft))
        self.lineage = self.lineage.reconfigured(self.steps_done, old, experiment, kind="adopt")

    def operate(self, operation: Operation) -> str:
        """Carries out an edit of the numbers (see ``surgery``) and goes on from there, also before the first step.

        Returns what there is to say about it, for people, or "". Raises ``ValueError`` with one sentence, or
        ``DataError`` or ``TooLargeError``, and then nothing has changed.
        """
        operation = operation.fitted(self.network.plan)
        experiment = operation.after(self.experiment)
        planned = checked_plan(experiment, self.data, self.dtype)
        graft = operation.graft(self.network.plan, planned)
        if graft is None:
            network, memory = self.network.copy(self.dtype), self.update.memory.copy()
        else:
            # Other draws than those the layers began with, so that no new unit is the twin of one that is there.
            network, memory = self._grafted(experiment, planned, graft, crc32(self.network.parameters.tobytes()))
        with np.errstate(all="ignore"):
            said = operation.complete(self, network, memory)
        network.prune(network.parameters)
        if graft is None:
            self._overwrite(experiment, network, memory)
        else:
            self._install(experiment, self.data, graft, network, memory)
        self._edited_by_hand = True
        self.lineage = self.lineage.operated(self.steps_done, operation)
        if self.record.history.last_step == self.steps_done:
            self._take_point()
        return said

    def take_numbers(self, network: Network) -> None:
        """Goes on with the numbers of another network of the same layers, as if they had been set by hand.

        Raises ``ValueError`` when it has other layers.
        """
        if network.plan.layers != self.network.plan.layers:
            raise ValueError("the network has other layers than this trainer")
        self._overwrite(self.experiment, network, np.zeros_like(self.update.memory))
        self._edited_by_hand = True
        if self.record.history.last_step == self.steps_done:
            self._take_point()

    def _grafted(self, experiment: Experiment, planned: Plan, graft: Graft, *salt: int) -> tuple[Network, Array]:
        """A network for a plan, with what the graft keeps of the present one, and the optimizer's memory of it."""
        network = fresh_network(planned, experiment.training.seed, self.dtype, *salt)
        network.noise = self.network.noise
        memory = np.zeros((len(self.update.memory), network.parameters.size), self.dtype)
        # What a full-batch optimizer remembers belongs to the vector as a whole.
        rows = 0 if self.experiment.training.optimizer.full_batch else len(memory)
        transplant(graft, self.network, network, self.update.memory[:rows], memory[:rows])
        return network, memory

    def _overwrite(self, experiment: Experiment, network: Network, memory: Array) -> None:
        """Goes on with other numbers in the same network."""
        forgets = experiment.training.optimizer.full_batch
        self.network.parameters[:] = network.parameters
        self.update.memory[:] = 0.0 if forgets else memory
        self.update.count = 0 if forgets else self.update.count
        self.watch.begin_anew()
        self._take_over(experiment)
        self._first_loss = self.evaluation().train["loss"]

    def _install(self, experiment: Experiment, data: Dataset, graft: Graft, network: Network, memory: Array) -> None:
        """Goes on with another network, for the same rows."""
        old, count, optimizer = self.network.plan, self.update.count, self.experiment.training.optimizer
        self.data = data
        self._wear(network)
        self.update = Update(network, optimizer)
        self.update.memory, self.update.count = memory, 0 if optimizer.full_batch else count
        self.batches.retarget(self.rows["train"])
        self.watch.begin_anew()
        self.record.rename(old, network.plan, data.task, graft)
        self._take_over(experiment)
        self._first_loss = self.evaluation().train["loss"]

    def _feed(self, experiment: Experiment, data: Dataset) -> None:
        """Goes on with the same network, for other rows."""
        self.data = data
        self._wear(self.network)
        if self.experiment.training.optimizer.full_batch:
            # What it remembers of the slopes is that of another loss.
            self.update = Update(self.network, self.experiment.training.optimizer)
        self.batches.retarget(self.rows["train"])
        self.watch.begin_anew()
        self._take_over(experiment)
        self._first_loss = self.evaluation().train["loss"]

    def _take_over(self, experiment: Experiment) -> None:
        """The experiment, for a network that already fits it."""
        before, after = self.experiment.training, experiment.training
        self.experiment, self.diverged, self._evaluation = experiment, None, None
        self._decays = decays(after)
        if after.optimizer.rows != before.optimizer.rows or after.optimizer.kind != before.optimizer.kind:
            self.update = Update(self.network, after.optimizer)
            if after.optimizer.full_batch:
                self.batches.rewind()
        self.watch.judge_anew(before, after)


__all__ = ["Divergence", "Evaluation", "Trainer"]
