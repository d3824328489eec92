"""Training, seen from the window: posts slices of work, takes the snapshots, keeps the frames coming.

One frame is: take the snapshot of the slice that is done, draw it, post the next slice. A slice lasts as
long as drawing leaves room for in a frame, so that frames keep coming and training still gets most of the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.checkpoint import Checkpoint
from engine.experiment import Experiment
from engine.probes import Wants
from engine.runner import Apply, Job, Prove, Runner, Train, Weigh
from engine.snapshot import Failure, Snapshot
from engine.trainer import Trainer
from gui.document import Change
from gui.speeds import FULL_SPEED, SPEEDS
from gui.stretches import Stretches

# How often the window looks whether a job is done. A slice of known length is left alone until it should be
# over, because each look takes the interpreter away from training.
_POLL_MS = 2
# At full speed one frame, drawing and training together, is to take this long: some 30 frames a second, and the
# rest for training. When drawing takes most of it, training still gets the shortest slice.
_FULL_SPEED_FRAME_S, _SHORTEST_SLICE_S, _LONGEST_SLICE_S = 0.027, 0.012, 0.022
# At a limited speed no more frames than a screen shows.
_FRAME_S = 0.016
# Steps longer than this spend their time inside the matrix products, where the window can draw beside them.
_LONG_STEP_S = 0.001


class _Takers(list[Callable[[Checkpoint | None], None]]):
    """Those who wait for an instant of the run."""

    def hand_out(self, point: Checkpoint | None, still: Callable[[], bool] = lambda: True) -> None:
        """Gives it to all of them, once, as long as it is ``still`` the present one."""
        for _ in range(len(self)):
            if still():
                self.pop(0)(point)


class Training(QObject):
    """Owns the runner. ``shown(snapshot)`` for each new one, ``failed(failure)``, ``toggled(running)``.

    The window says what its views want (``wants``) and asks for work; everything is done one job at a
    time, and the notches of one gesture that come faster than that are merged. ``ran(moment, steps, over)``: a
    stretch of training, which began at the instant kept under that number, has come so far. ``proven(snapshot)``: of
    the instant that is shown more is known of the gradients, and nothing else is new. ``refused(change)``,
    before ``failed``: the change could not be carried out, and those that were waiting behind it are not done either.
    """

    shown = Signal(object)
    proven = Signal(object)
    failed = Signal(object)
    refused = Signal(object)
    toggled = Signal(bool)
    ran = Signal(int, int, bool)

    def __init__(self, experiment: Experiment, trainer: Trainer | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runner = Runner(trainer)
        self.snapshot: Snapshot | None = None
        self.running = False
        self.speed = FULL_SPEED
        self.wants = Wants()
        self.frame_times: deque[float] = deque(maxlen=120)
        self._generation = 0
        self._pending: deque[Change] = deque()
        self._under_way: Change | None = None
        self._weighed: int | None = None
        self._posted: Job | None = None
        self._stretches = Stretches(self.ran.emit)
        self._goal: int | None = None
        self._epochs_wished = 0
        self._chores: deque[Job] = deque()
        self._takers = _Takers()
        self._credit = self._posted_at = 0.0
        self._last_tick = perf_counter()
        self._drawing_s = 0.008
        self._timer = QTimer(self, interval=_POLL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._after_paint = QTimer(self, interval=0, singleShot=True)
        self._after_paint.timeout.connect(self._post_next)
        self.apply(Change(experiment))

    # -- wishes ----------------------------------------------------------------------------------

    @Slot()
    def toggle(self) -> None:
        """Trains, or pauses."""
        self.set_running(not self.running)

    def set_running(self, running: bool) -> None:
        """Trains until it is paused, done or diverged."""
        self._goal, self._epochs_wished = None, 0
        if running != self.running:
            self.running = running
            self._credit = 0.0
            if not running:
                self._stretches.end(self.runner.idle)
                # The last slice may have been too busy to look.
                self._chores.append(Job())
            self.toggled.emit(running)
        self._wake()

    @Slot()
    def step_once(self) -> None:
        """One mini-batch."""
        self.set_running(False)
        self._chores.append(Train(steps=1))
        self._wake()

    @Slot()
    def step_epoch(self) -> None:
        """To the end of one epoch, in slices like any training; pressed again, one epoch further."""
        under_way = self._goal - self.snapshot.epoch if self._goal is not None and self.snapshot else 0
        wished = self._epochs_wished + under_way + 1
        self.set_running(False)
        self._epochs_wished = wished
        self._wake()

    def weigh(self, layer: int | None) -> None:
        """Finds the unit of a layer that matters least, once all else is done; a snapshot says it. None: no longer."""
        self._weighed = layer
        self._wake()

    def fetch(self, take: Callable[[Checkpoint | None], None]) -> None:
        """Calls back, in the window's thread, with the instant at which all edits asked for so far are carried out.

        With None where that cannot be had, because a job has failed.
        """
        self._takers.append(take)
        self._wake()

    def forget_last(self) -> bool:
        """The step or epoch that was asked for last is not done, if it is not begun; says whether there was one."""
        steps = [chore for chore in self._chores if isinstance(chore, Train)]
        if steps:
            self._chores.remove(steps[-1])
        elif self._epochs_wished:
            self._epochs_wished -= 1
        else:
            return False
        return True

    def forget_waiting(self) -> None:
        """Nothing that was asked for and not begun is done."""
        while self.forget_last():
            pass

    @Slot(object)
    def apply(self, change: Change) -> None:
        """Carries out a change. Snapshots from before it are dropped."""
        self._generation += 1
        self._stretches.end(self.runner.idle)
        if change.begins_elsewhere:
            self._goal = None
            self.forget_waiting()
        merged = change.after(self._pending[-1]) if self._pending else None
        if merged is not None:
            self._pending[-1] = merged
        else:
            self._pending.append(change)
        self._wake()

    def want(self, wants: Wants) -> None:
        """What the views need from now on; looks again when nothing is running."""
        if wants != self.wants:
            self.wants = wants
            if not self.running:
                self.look()

    def look(self, job: Job | None = None) -> None:
        """Looks again at the network as it is, or has a job of that kind done, such as ``Prove``."""
        self._chores.append(job or Job())
        self._wake()

    def finish(self, timeout_s: float = 600.0) -> None:
        """Trains to the end at once, without frames, for pictures and scripts."""
        self.wait_idle(timeout_s)
        self._under_way = None
        self.runner.post(Train(self._generation, wants=self.wants, keep=self._stretches.begin(self.snapshot)))
        self._take(self.runner.wait(timeout_s))

    def wait_idle(self, timeout_s: float = 60.0) -> None:
        """Does everything that has been asked for, without waiting for frames."""
        while self._has_work or self._chores or not self.runner.idle:
            if self.runner.idle:
                self._post_next()
            self._take(self.runner.wait(timeout_s))

    def close(self) -> None:
        """Ends the thread, after at most the slice it is at."""
        self._timer.stop()
        self._after_paint.stop()
        self.runner.close()

    # -- one frame -------------------------------------------------------------------------------

    def _wake(self) -> None:
        if not self._timer.isActive():
            self._last_tick = perf_counter()
            self._timer.start()
            self._tick()

    @Slot()
    def _tick(self) -> None:
        """Takes a report if there is one; then, when drawn, posts the next job."""
        report = self.runner.poll()
        if report is None:
            self._timer.setInterval(_POLL_MS)
            if self.runner.idle and not self._after_paint.isActive():
                self._post_next()
            return
        goes_on = self.running and isinstance(report, Snapshot) and not self._stretches.is_over
        if goes_on and _step_seconds(self.snapshot) > _LONG_STEP_S:
            self._post_next()
        self._take(report)
        # Timers of zero length fire when the paint events are done: the drawing and the training of a
        # small network never compete for the interpreter.
        self._after_paint.start()

    def _take(self, report: Snapshot | Failure) -> None:
        self._stretches.follow(report)
        if isinstance(report, Failure):
            self._fail(report)
            return
        if report.generation < self._generation:
            return
        if self._goal is not None and self.snapshot is not None:
            # An edit that begins anew leaves as many epochs to do as there were.
            self._goal -= max(self.snapshot.epoch - report.epoch, 0)
        if report.checkpoint is not None:
            self._takers.hand_out(report.checkpoint, lambda: not self._pending)
        known, self.snapshot = self.snapshot, report
        if known is not None and report.parameters is known.parameters:
            self.proven.emit(report)
            return
        self.frame_times.append(perf_counter())
        over = report.finished or report.diverged is not None
        if self._goal is not None and (over or report.epoch >= self._goal):
            self._goal = None
        if self.running and over:
            self.set_running(False)
        if not self.running and self._goal is None:
            self._stretches.end(self.runner.idle)
        self.shown.emit(report)

    def _fail(self, failure: Failure) -> None:
        """Nothing that was asked for after what has failed is done, for it was meant for another network."""
        change, self._under_way = self._under_way, None
        if change is not None:
            self._pending.clear()
        self._weighed = None
        self.set_running(False)
        self._chores.clear()
        self._stretches.end(self.runner.idle)
        if change is not None:
            self.refused.emit(change)
        self.failed.emit(failure)
        self._takers.hand_out(None)

    @Slot()
    def _post_next(self) -> None:
        if not self.runner.idle:
            return
        now = perf_counter()
        if self.running and self.snapshot is not None and self.frame_times:
            drawing = min(now - self.frame_times[-1], 0.05)
            self._drawing_s += 0.2 * (drawing - self._drawing_s)
        self._under_way = self._pending[0] if self._pending else None
        job = self._next_job(now - self._last_tick)
        self._last_tick = now
        if job is not None:
            self.runner.post(job)
            self._posted = job
            self._posted_at = now
            known_s = job.seconds if isinstance(job, Train) and job.seconds and job.steps is None else 0.0
            self._timer.start(max(round(1000 * known_s), _POLL_MS))
        elif not self.running:
            self._timer.stop()

    def _next_job(self, elapsed_s: float) -> Job | None:
        if self._pending:
            change = self._pending.popleft()
            # All that are waiting lead to the newest generation; only the last one's snapshot is for the views.
            return _apply_job(change, self._generation - len(self._pending), self.wants)
        if self._takers:
            return Job(self._generation, wants=self.wants, checkpoint=True)
        if self._chores:
            chore = self._chores.popleft()
            keep = self._stretches.begin(self.snapshot) if isinstance(chore, Train) else 0
            return replace(chore, generation=self._generation, wants=self.wants, keep=keep)
        if self._weighed is not None:
            layer, self._weighed = self._weighed, None
            return Weigh(self._generation, wants=self.wants, layer=layer)
        if self._epochs_wished and self.snapshot is not None:
            # Counted from the snapshot that all edits and resets before it have led to.
            self._goal, self._epochs_wished = self.snapshot.epoch + self._epochs_wished, 0
        if self._goal is not None:
            return Train(
                self._generation,
                seconds=_LONGEST_SLICE_S,
                until_epoch=self._goal,
                wants=self.wants,
                keep=self._stretches.begin(self.snapshot),
            )
        if not self.running:
            return None
        beside = _step_seconds(self.snapshot) > _LONG_STEP_S  # drawn at the same time, see _tick
        drawing_s = 0.0 if beside else self._drawing_s
        slice_s = min(max(_FULL_SPEED_FRAME_S - drawing_s, _SHORTEST_SLICE_S), _LONGEST_SLICE_S)
        speed = SPEEDS[self.speed]
        if speed is None:
            return Train(self._generation, seconds=slice_s, wants=self.wants, keep=self._stretches.begin(self.snapshot))
        self._credit = min(self._credit + speed * elapsed_s, max(1.0, speed * 0.1))
        steps = int(self._credit)
        if steps == 0 or perf_counter() - self._posted_at < _FRAME_S:
            return None
        self._credit -= steps
        return Train(
            self._generation, seconds=slice_s, steps=steps, wants=self.wants, keep=self._stretches.begin(self.snapshot)
        )

    @property
    def settled(self) -> bool:
        """Whether all that was asked for is done, so that ``snapshot`` shows how things are."""
        return not (self.running or self._has_work)

    @property
    def _has_work(self) -> bool:
        """Whether anything is to be done by which what is shown becomes another; a proof does not count."""
        asked = self._pending or self._takers or self._epochs_wished
        asked = asked or self._goal is not None or self._weighed is not None
        jobs = [*self._chores] if self.runner.idle else [self._posted, *self._chores]
        return bool(asked) or not all(isinstance(job, Prove) for job in jobs)

    @property
    def generation(self) -> int:
        """Counts the experiments applied; snapshots of older ones are dropped."""
        return self._generation

    @property
    def frames_per_second(self) -> float:
        """Snapshots shown per second, over the last half second."""
        now = perf_counter()
        recent = [t for t in self.frame_times if now - t <= 0.5]
        return len(recent) / 0.5


def _step_seconds(snapshot: Snapshot | None) -> float:
    rate = snapshot.steps_per_second if snapshot else 0.0
    return 1.0 / rate if rate > 0 else 0.0


def _apply_job(change: Change, generation: int, wants: Wants) -> Apply:
    return Apply(
        generation,
        experiment=change.experiment,
        operation=change.operation,
        back_to=change.back_to,
        fresh=change.fresh,
        start=change.start,
        keep=change.keep,
        wants=wants,
    )
