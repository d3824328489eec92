"""The optimizers for batches of all rows: resilient steps, and a Newton step from the last changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.activations import Array
from engine.optimizer import RATE, Optimizer
from engine.spec import Setting


class Rprop(Optimizer):
    """A step size for every weight that grows while the gradient keeps its sign (Riedmiller & Braun, 1993).

    s ← s · grow if g keeps its sign, s · shrink if it turns (and then the weight rests once: iRprop−,
    Igel & Hüsken, 2000, as in PyTorch);  w ← w − s · sign(g). The learning rate is the first step size.
    """

    kind: Literal["rprop"] = "rprop"
    label: ClassVar[str] = "Rprop"
    formula: ClassVar[str] = "s ← s · (grow or shrink);  w ← w − s · sign(g)"
    about: ClassVar[str] = "Only the signs of the gradient count; for batches of all rows, and without a schedule."
    row_names: ClassVar[tuple[str, ...]] = ("last g", "s")
    learning_rate: Annotated[float, RATE] = 0.01
    grow: Annotated[float, Setting("Grow", "While the gradient keeps its sign.", low=1.0, high=5.0, step=0.05)] = 1.2
    shrink: Annotated[float, Setting("Shrink", "When its sign turns.", low=0.01, high=1.0, step=0.05)] = 0.5
    smallest: Annotated[
        float, Setting("Smallest step", "No step gets smaller.", low=1e-16, high=1.0, step=10.0, scale="log")
    ] = 1e-6
    largest: Annotated[
        float, Setting("Largest step", "No step gets larger.", low=1e-6, high=1e4, step=2.0, scale="log")
    ] = 50.0

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        last, size = rows
        size[size == 0.0] = rate
        turn = np.sign(g * last)
        size *= np.where(turn > 0.0, self.grow, np.where(turn < 0.0, self.shrink, 1.0)).astype(size.dtype)
        np.clip(size, self.smallest, self.largest, out=size)
        np.multiply(g, turn >= 0.0, out=last)
        w -= size * np.sign(last)

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """s, on the sign of g."""
        sizes: Array = rows[1].copy()
        return sizes


class LBFGS(Optimizer):
    """Limited-memory BFGS: a Newton step from the last few changes (Liu & Nocedal, 1989; Nocedal & Wright, 7.4).

    Takes all training rows in every step. The direction comes from the two-loop recursion over the last
    ``memory`` pairs s = Δw, y = Δg with s·y > 0; the first step has the length rate · min(1, 1/|g|₁). With
    the line search the step is halved until the loss falls enough (Armijo, 1966); without it this is
    PyTorch's LBFGS with one iteration a step.
    """

    kind: Literal["lbfgs"] = "lbfgs"
    label: ClassVar[str] = "L-BFGS"
    formula: ClassVar[str] = "w ← w − rate · H g, H from the last changes of w and g"
    about: ClassVar[str] = "Learns the curvature from its steps; few, good steps for small problems. Full batch."
    full_batch: ClassVar[bool] = True
    learning_rate: Annotated[float, RATE] = 1.0
    memory: Annotated[int, Setting("Memory", "How many changes of w and g are remembered.", low=1, high=50)] = 10
    line_search: Annotated[
        bool, Setting("Line search", "Halve a step until it lowers the loss enough; without it a step may go wrong.")
    ] = True

    @property
    def rows(self) -> tuple[str, ...]:
        """The last w and g, and the last changes of both, the newest first."""
        changes = range(1, self.memory + 1)
        return ("last w", "last g", *(f"s {i}" for i in changes), *(f"y {i}" for i in changes))

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        w += self._reach(w, g, rows, t, rate) * self._direction(g, rows)

    def search(self, w: Array, g: Array, rows: Array, t: int, rate: float, loss: Callable[[], float]) -> None:
        """See the class; when no length lowers the loss, w stays and the memory begins anew."""
        if not self.line_search:
            self.move(w, g, rows, t, rate)
            return
        reach = self._reach(w, g, rows, t, rate)
        d = self._direction(g, rows)
        if not _fall(w, rows[0], d, reach, float(np.dot(g, d)), loss):
            rows[2:] = 0.0

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """None: H mixes the gradients of all parameters, so that none has a rate of its own."""
        return None

    def _pairs(self, rows: Array) -> Array:
        return rows[2:].reshape(2, self.memory, -1)

    def _reach(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> float:
        """Remembers where the last step led, and says how far this one goes."""
        last_w, last_g, pairs = rows[0], rows[1], self._pairs(rows)
        if t > 1:
            self._remember(pairs, w - last_w, g - last_g)
        last_w[:], last_g[:] = w, g
        if pairs[0, 0].any():
            return rate
        return rate * min(1.0, 1.0 / max(float(np.abs(g).sum()), 1e-30))

    def _direction(self, g: Array, rows: Array) -> Array:
        """-H g by the two-loop recursion (Nocedal & Wright, 2006, Algorithm 7.4); -g without pairs."""
        known = [(s, y, 1.0 / float(np.dot(s, y))) for s, y in zip(*self._pairs(rows), strict=True) if s.any()]
        q, shares = -g, []
        for s, y, rho in known:
            shares.append(rho * float(np.dot(s, q)))
            q -= shares[-1] * y
        if known:
            _, y, rho = known[0]
            q *= 1.0 / (rho * float(np.dot(y, y)))
        for (s, y, rho), share in zip(known[::-1], shares[::-1], strict=True):
            q += (share - rho * float(np.dot(y, q))) * s
        return q

    def _remember(self, pairs: Array, s: Array, y: Array) -> None:
        if float(np.dot(s, y)) > 1e-10:
            pairs[:, 1:] = pairs[:, :-1].copy()
            pairs[0, 0], pairs[1, 0] = s, y


def _fall(w: Array, start: Array, d: Array, rate: float, slope: float, loss: Callable[[], float]) -> bool:
    """Halves the step until the loss falls by a ten-thousandth of what its slope promises; False: it never does."""
    before = loss()
    for _ in range(25):
        np.add(start, rate * d, out=w)
        if loss() <= before + 1e-4 * rate * slope:
            return True
        rate *= 0.5
    w[:] = start
    return False
