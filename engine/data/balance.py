"""When classes are unbalanced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

UNBALANCED = 4.0


@dataclass(frozen=True)
class Imbalance:
    """Of some classes the one with the most rows, the one with the fewest, and how many times as many those are."""

    most: int
    least: int
    times: float

    @classmethod
    def of(cls, counts: NDArray[Any]) -> Imbalance:
        """That of the rows of each class, (classes,), one at least; infinitely many times where a class has none."""
        most, least = int(counts.argmax()), int(counts.argmin())
        return cls(most, least, float(counts[most] / counts[least]) if counts[least] else float("inf"))

    @property
    def unbalanced(self) -> bool:
        """Whether the classes are called unbalanced: the largest has four times the rows of the smallest, or more.

        From there on, of two classes, whoever always answers with the larger one is right in four of five rows and has
        learned nothing, so that the accuracy no longer says what it seems to. Below a fifth of the rows Google's course
        on machine learning ("Imbalanced data") speaks of a moderate imbalance, no longer of a mild one. Sets that are
        merely uneven, such as the bundled ones (up to 1.7 times), are left in peace.
        """
        return self.times >= UNBALANCED
