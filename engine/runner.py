"""The training thread: one job in, one report out.

A thread that trains without pause starves the window whenever the network is small, because NumPy's tiny
calls drop and retake the interpreter's lock tens of thousands of times a second. So the thread works in
slices: it is asked for a bounded piece of work, answers with a Snapshot, and then sleeps until it is asked
again. There is nothing to lock, since only this thread ever touches the Trainer.
"""

from __future__ import annotations

import threading
import traceback
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from time import perf_counter

from engine.checkpoint import Checkpoint, Moments
from engine.data.table import DataError
from engine.edge_views import edge_values
from engine.experiment import Experiment
from engine.looking import Look
from engine.plan import TooLargeError
from engine.probes import TYPED, Question, Wants, trace, trace_typed
from engine.snapshot import Failure, Snapshot
from engine.surgery import Operation, RefusedError, least_important
from engine.trainer import Trainer


@dataclass(frozen=True)
class Job:
    """A piece of work. ``generation`` comes back in the report; ``wants`` is what the report should hold.

    ``keep``: the number under which the instant before the work is kept, to come back to; 0: it is not.
    ``checkpoint``: the report holds the instant after the work, to be saved.
    """

    generation: int = 0
    wants: Wants = field(default=Wants(), kw_only=True)
    keep: int = field(default=0, kw_only=True)
    checkpoint: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Train(Job):
    """Trains for ``seconds`` at most, ``steps`` at most, and not beyond ``until_epoch`` (None: no such limit)."""

    seconds: float | None = None
    steps: int | None = None
    until_epoch: int | None = None


@dataclass(frozen=True)
class Apply(Job):
    """Takes over a changed experiment, with the least loss of what was learned; ``fresh`` begins anew.

    ``operation``: what led to the experiment, when it was an edit of the numbers. ``back_to``: the number of a
    kept instant from which the experiment is taken over; where it has this very experiment, everything is as it was
    then. It is refused when the instant is kept no longer. ``start``: an instant of another run that is gone on with,
    such as one from a file.
    """

    experiment: Experiment = field(kw_only=True)
    start: Checkpoint | None = None
    operation: Operation | None = None
    back_to: int = 0
    fresh: bool = False


@dataclass(frozen=True)
class Weigh(Job):
    """Finds the unit of a hidden layer (of the plan) that the network would miss least."""

    layer: int = field(kw_only=True)


@dataclass(frozen=True)
class Prove(Job):
    """Compares some more gradients, by the probe "proof", at the instant of the last report, which else is repeated."""


class Runner:
    """Owns the training thread. Post a job only when ``idle``; poll for its report; close at the end."""

    def __init__(self, trainer: Trainer | None = None) -> None:
        self._trainer = trainer
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._reports: SimpleQueue[Snapshot | Failure] = SimpleQueue()
        self._outstanding = 0
        self._moments = Moments()
        self._said = ""
        self._look, self._question = Look(), Question()
        # What was reported of the present instant, None where nothing was.
        self._reported: Snapshot | None = None
        self._ran_s = self._looked_s = 0.0
        # When the last slice ended, None when something else was done since.
        self._slice_ended: float | None = None
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether every job posted has been answered and the answer taken."""
        return self._outstanding == 0

    def post(self, job: Job) -> None:
        """Hands a job to the thread."""
        self._outstanding += 1
        self._jobs.put(job)

    def poll(self) -> Snapshot | Failure | None:
        """The next report, or None when none is ready; never waits."""
        try:
            return self._taken(self._reports.get_nowait())
        except Empty:
            return None

    def wait(self, timeout: float | None = None) -> Snapshot | Failure:
        """The next report, waiting for it; raises ``queue.Empty`` after the timeout (seconds)."""
        return self._taken(self._reports.get(timeout=timeout))

    def _taken(self, report: Snapshot | Failure) -> Snapshot | Failure:
        self._outstanding -= 1
        return report

    def close(self) -> None:
        """Ends the thread after the job it is at."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._reports.put(self._report(job))

    def _report(self, job: Job) -> Snapshot | Failure:
        try:
            if isinstance(job, Prove) and self._trainer is not None and self._reported is not None:
                return self._proven(self._trainer, job, self._reported)
            self._reported = None
            started, before = perf_counter(), self._trainer.steps_done if self._trainer else 0
            trainer = self._done(job)
            elapsed = perf_counter() - started
            rate = (trainer.steps_done - before) / elapsed if isinstance(job, Train) and elapsed > 0 else 0.0
            goes_on = isinstance(job, Train) and job.seconds is not None
            over = trainer.finished or trainer.diverged or (isinstance(job, Train) and _reached(trainer, job))
            # An instant that is fetched costs no look: nothing has happened since the last one.
            begun = perf_counter()
            if not job.checkpoint or self._look.evaluation is None:
                self._look.update(trainer, job.wants, now=bool(over) or not goes_on)
            ended = perf_counter()
            if goes_on:
                self._looked_s += ended - begun
                self._ran_s += ended - (self._slice_ended or started)
            self._slice_ended = ended if goes_on else None
            self._reported = replace(
                _snapshot(trainer, job, self._look, self._question, rate),
                said=self._said,
                looking=self._looked_s / self._ran_s if self._ran_s else 0.0,
                oldest_moment=self._moments.oldest,
            )
            return replace(
                self._reported,
                least_important=(job.layer, least_important(trainer, job.layer)) if isinstance(job, Weigh) else None,
                checkpoint=trainer.checkpoint() if job.checkpoint else None,
            )
        except (DataError, TooLargeError, RefusedError) as refusal:
            return _failure(job, str(refusal))
        except MemoryError:
            return _failure(job, "There is not enough free memory for this network; make it smaller")
        except Exception as error:  # noqa: BLE001 - whatever it is must reach the window, not kill the thread
            return _failure(job, f"{type(error).__name__}: {error}", traceback.format_exc())

    def _proven(self, trainer: Trainer, job: Prove, reported: Snapshot) -> Snapshot:
        """The last report, in which more is known of the gradients."""
        rounds = self._look.probing
        rounds.update(trainer, replace(job.wants, probes=("proof",)), now=True)
        probes = {**reported.probes, "proof": rounds.answers["proof"]}
        self._reported = replace(reported, generation=job.generation, probes=probes)
        return self._reported

    def _done(self, job: Job) -> Trainer:
        """Does the job and returns the trainer, which only this thread touches."""
        # Found before this instant is kept, for which the oldest may have to go.
        point = self._moments.find(job.back_to) if isinstance(job, Apply) else None
        if self._trainer is not None and job.keep:
            self._moments.keep(job.keep, self._trainer.checkpoint())
        if isinstance(job, Apply):
            self._said = ""
            if job.start is not None:
                self._trainer = Trainer.at(job.start)
                # No instant of the run before can be asked for any more.
                self._moments = Moments()
            elif self._trainer is None:
                self._trainer = Trainer(job.experiment)
            else:
                self._said = self._applied(self._trainer, job, point)
            self._look = Look(self._look if job.start is None else None)
        assert self._trainer is not None, "the first job must be Apply"
        if isinstance(job, Train):
            epochs = self._trainer.experiment.training.epochs
            goal = epochs if job.until_epoch is None else min(job.until_epoch, epochs)
            self._trainer.update.watched = job.wants.edges == "update"
            self._trainer.train(job.seconds, job.steps, goal)
        return self._trainer

    def _applied(self, trainer: Trainer, job: Apply, point: Checkpoint | None) -> str:
        """Carries an edit out, from an instant gone back to if there is one; returns what it has to tell."""
        if job.operation is not None:
            return trainer.operate(job.operation)
        if point is not None:
            _change_from(trainer, point, job.experiment)
        elif job.back_to:
            raise RefusedError("What the network was then is no longer kept: the memory for it is used up")
        else:
            trainer.reconfigure(job.experiment)
        if job.fresh:
            trainer.reset()
        return ""


def _change_from(trainer: Trainer, point: Checkpoint, experiment: Experiment) -> None:
    """Takes over an experiment as if nothing had happened since an instant; where it is refused, nothing changes."""
    present = trainer.checkpoint()
    trainer.go_to(point)
    if experiment != point.experiment:
        try:
            trainer.reconfigure(experiment)
        except BaseException:
            trainer.go_to(present)
            raise


def _reached(trainer: Trainer, job: Train) -> bool:
    return job.until_epoch is not None and trainer.epochs_done >= job.until_epoch


def _failure(job: Job, message: str, details: str = "") -> Failure:
    return Failure(job.generation, message, details)


def _snapshot(trainer: Trainer, job: Job, look: Look, question: Question, rate: float) -> Snapshot:
    assert look.evaluation is not None
    wants = job.wants
    network, data = trainer.network, trainer.data
    answered = question.answer(network, data, wants.typed) if wants.typed is not None else None
    if wants.row == TYPED:
        traced = trace_typed(network, data, answered)
    else:
        traced = trace(network, data, wants.row) if wants.row is not None else None
    return Snapshot(
        generation=job.generation,
        experiment=trainer.experiment,
        data=data,
        plan=network.plan,
        step=trainer.steps_done,
        epoch=trainer.epochs_done,
        steps_per_epoch=trainer.steps_per_epoch,
        finished=trainer.finished,
        stopped=trainer.stopped,
        diverged=trainer.diverged,
        parameters=network.parameters.copy(),
        statistics=network.statistics.copy(),
        answered=answered,
        evaluation=look.evaluation,
        history=trainer.history.view(),
        batch_losses=trainer.batch_losses.view(),
        maps=look.maps,
        trace=traced,
        steps_per_second=rate,
        pristine=trainer.pristine,
        units=look.units,
        probes={key: look.probing.answers[key] for key in wants.probes if key in look.probing.answers},
        lineage=trainer.lineage,
        edges=None if wants.edges == "weight" else edge_values(trainer, wants.edges, traced),
    )
