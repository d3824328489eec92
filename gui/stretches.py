"""Stretches of training: from a beginning to an edit or a pause, each an entry of the undo stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.snapshot import Failure, Snapshot
from gui.document import next_moment


@dataclass
class Stretch:
    """One without an edit or a pause: the number of the instant before it, and how far it has come."""

    moment: int
    first_step: int
    steps: int = 0
    over: bool = False


class Stretches:
    """Follows the stretch under way. ``say(moment, steps, over)``: the one that began there has come so far."""

    def __init__(self, say: Callable[[int, int, bool], object]) -> None:
        self._say = say
        self._stretch: Stretch | None = None

    @property
    def is_over(self) -> bool:
        """Whether the slice that is still being worked at is the last of its stretch."""
        return self._stretch is not None and self._stretch.over

    def begin(self, snapshot: Snapshot | None) -> int:
        """The number under which the instant before the next slice is kept; 0 within a stretch that has begun."""
        if self._stretch is not None or snapshot is None:
            return 0
        self._stretch = Stretch(next_moment(), snapshot.step)
        self._say(self._stretch.moment, 0, False)
        return self._stretch.moment

    def follow(self, report: Snapshot | Failure) -> None:
        """Takes note of how far the stretch has come."""
        stretch = self._stretch
        if stretch is not None:
            if isinstance(report, Snapshot) and report.step >= stretch.first_step:
                stretch.steps = report.step - stretch.first_step
            self._say_so(stretch)

    def end(self, idle: bool) -> None:
        """What comes next is not part of the stretch; the slice that is still being worked at is, unless ``idle``."""
        if self._stretch is not None:
            self._stretch.over = True
            if idle:
                self._say_so(self._stretch)

    def _say_so(self, stretch: Stretch) -> None:
        if stretch.over:
            self._stretch = None
        self._say(stretch.moment, stretch.steps, stretch.over)
