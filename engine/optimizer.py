"""What all optimizers have in common: the class they are made from, and the settings that several of them have."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, ClassVar

import numpy as np

from engine.activations import Array
from engine.spec import Setting, Spec

RATE = Setting(
    "Learning rate", "How far each step goes along the gradient.", low=1e-8, high=1e4, step=1.25, scale="log"
)
MOMENTUM = Setting("Momentum", "Share of the last step that is kept.", low=0.0, high=0.9999, step=0.05)
BETA1 = Setting("β₁", "Memory of the mean gradient m.", low=0.0, high=0.9999, step=0.01)
BETA2 = Setting("β₂", "Memory of the squared gradient v.", low=0.0, high=0.999999, step=0.001)
RHO = Setting("ρ", "Memory of the squared gradient v.", low=0.0, high=0.999999, step=0.01)
EPSILON = Setting("ε", "Keeps the division finite.", low=1e-16, high=1.0, step=10.0, scale="log")
DECAY = Setting("Weight decay", "Share of every parameter lost per unit of rate.", low=0.0, high=10.0, step=0.01)


class Optimizer(Spec):
    """What all optimizers share; one is chosen by its ``kind``.

    ``full_batch``: every step takes all training rows at once, and the whole vector in one block.
    ``first_moment`` and ``second_moment`` name the rows that remember the gradient and its size; "": none does.
    """

    kind: str
    label: ClassVar[str]
    formula: ClassVar[str]
    about: ClassVar[str]
    row_names: ClassVar[tuple[str, ...]] = ()
    first_moment: ClassVar[str] = ""
    second_moment: ClassVar[str] = ""
    full_batch: ClassVar[bool] = False
    learning_rate: Annotated[float, RATE]

    @property
    def rows(self) -> tuple[str, ...]:
        """What is remembered of each parameter."""
        return self.row_names

    @abstractmethod
    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """Updates ``w`` (n,) and ``rows`` (len(self.rows), n) in place from the gradient ``g`` (n,)."""

    def search(self, w: Array, g: Array, rows: Array, t: int, rate: float, loss: Callable[[], float]) -> None:
        """Like ``move``, for optimizers that try several lengths: ``loss()`` is the loss at the ``w`` of the moment."""
        self.move(w, g, rows, t, rate)

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """The rate that each parameter had in update ``t``: w has moved by −(effective rate) · direction.

        ``g`` (n,) is the gradient of that update, and ``rows`` (len(self.rows), n) are as ``move`` has left them.
        Returns (n,) or one number for all; NaN where no gradient has ever come, None when there is no such rate. The
        direction is that of the formula: g, or its memory. A weight decay beside the direction is not counted.
        """
        return rate


def divided(rate: float, size: Array, epsilon: float) -> Array:
    """rate / (size + ε); NaN where the size of the gradient has always been 0 and ε alone would make up the rate."""
    result: Array = np.where(size == 0.0, np.nan, rate / (size + epsilon))
    return result
