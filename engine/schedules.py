"""Schedules: a factor on the learning rate as a function of the step, so that it can be drawn beforehand."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from engine.spec import Spec


class Schedule(Spec):
    """What all schedules share; one is chosen by its ``kind``."""

    kind: str
    label: ClassVar[str]
    about: ClassVar[str]

    @abstractmethod
    def factor(self, step: int, steps: int) -> float:
        """The factor, in [0, 1], for update number ``step`` (from 0) of ``steps``."""


class Constant(Schedule):
    """The learning rate as it is set, for the whole run."""

    kind: Literal["constant"] = "constant"
    label: ClassVar[str] = "Constant"
    about: ClassVar[str] = "The learning rate stays as it is set."

    def factor(self, step: int, steps: int) -> float:
        """Always 1."""
        return 1.0


SCHEDULES: dict[str, type[Schedule]] = {str(cls.model_fields["kind"].default): cls for cls in (Constant,)}
