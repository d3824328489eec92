"""Schedules: a factor on the learning rate as a function of the time, so that it can be drawn beforehand.

Time is counted in epochs, with fractions: step / steps per epoch. So a schedule means the same for every
batch size. A schedule changes the one rate of all weights over time; that is something else than an adaptive
optimizer, which gives every weight a step of its own.
"""

from __future__ import annotations

from abc import abstractmethod
from math import cos, expm1, floor, inf, log1p, pi
from typing import Annotated, ClassVar, Literal, NamedTuple

from engine.spec import Setting, Spec

_FLOOR = Setting("Floor", "The factor never falls below this.", low=0.0, high=1.0, step=0.01)


class Plateau(NamedTuple):
    """What reducing on a plateau remembers: the best loss, the epochs since, the pause left, and the factor."""

    best: float = inf
    waited: int = 0
    pause: int = 0
    factor: float = 1.0


class Schedule(Spec):
    """What all schedules share; one is chosen by its ``kind``."""

    kind: str
    label: ClassVar[str]
    formula: ClassVar[str]
    about: ClassVar[str]
    watches: ClassVar[bool] = False
    warmup: Annotated[
        float, Setting("Warm-up", "Epochs in which the rate first rises from zero.", low=0.0, high=1e6, step=1.0)
    ] = 0.0

    def factor(self, epoch: float, epochs: float, reached: Plateau = Plateau()) -> float:  # noqa: B008 - immutable
        """The factor, in [0, 1], ``epoch`` epochs (>= 0, with fractions) into a run of ``epochs``.

        ``reached`` is what a schedule that watches the loss remembers; the others ignore it.
        """
        if not self.warmup:
            return self.after_warmup(epoch, epochs, reached)
        if epoch < self.warmup:
            # Goyal et al. (2017): linear, and complete when the schedule proper begins at its start.
            return epoch / self.warmup * self.after_warmup(0.0, 1.0, reached)
        return self.after_warmup(epoch - self.warmup, max(epochs - self.warmup, 0.0), reached)

    @abstractmethod
    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """The factor ``t`` epochs after the warm-up of a schedule that has ``end`` epochs."""


class Constant(Schedule):
    """The learning rate as it is set, for the whole run."""

    kind: Literal["constant"] = "constant"
    label: ClassVar[str] = "Constant"
    formula: ClassVar[str] = "1"
    about: ClassVar[str] = "The learning rate stays as it is set."

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """Always 1."""
        return 1.0


class StepDecay(Schedule):
    """decay ^ floor(t / every): falls in steps, as PyTorch's StepLR."""

    kind: Literal["step"] = "step"
    label: ClassVar[str] = "Step decay"
    formula: ClassVar[str] = "decay ^ ⌊epoch / every⌋"
    about: ClassVar[str] = "Falls by a factor every so many epochs."
    decay: Annotated[float, Setting("Decay", "The factor at every step down.", low=0.0, high=1.0, step=0.05)] = 0.5
    every: Annotated[
        float, Setting("Every", "Epochs between two steps down.", low=0.01, high=1e6, step=1.25, scale="log")
    ] = 25.0

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """See the class."""
        return float(self.decay ** (t // self.every))


class Exponential(Schedule):
    """decay ^ t: the same share of the rate is left after every epoch, as PyTorch's ExponentialLR."""

    kind: Literal["exponential"] = "exponential"
    label: ClassVar[str] = "Exponential"
    formula: ClassVar[str] = "decay ^ epoch"
    about: ClassVar[str] = "Falls by the same share in every epoch, smoothly."
    decay: Annotated[
        float, Setting("Decay", "The share of the rate that is left after an epoch.", low=0.0, high=1.0, step=0.01)
    ] = 0.97

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """See the class."""
        return float(self.decay**t)


class Polynomial(Schedule):
    """floor + (1 - floor) (1 - t / end) ^ power; power 1 is a straight line. PyTorch's PolynomialLR has floor 0."""

    kind: Literal["polynomial"] = "polynomial"
    label: ClassVar[str] = "Polynomial"
    formula: ClassVar[str] = "floor + (1 − floor) (1 − epoch / epochs) ^ power"
    about: ClassVar[str] = "Falls to the floor by the end of the run; power 1 is a straight line."
    power: Annotated[float, Setting("Power", "1 is a straight line.", low=0.1, high=10.0, step=0.5)] = 1.0
    floor: Annotated[float, _FLOOR] = 0.0

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """See the class."""
        left = max(1.0 - t / end, 0.0) if end > 0 else 0.0
        return float(self.floor + (1.0 - self.floor) * left**self.power)


class Cosine(Schedule):
    """floor + (1 - floor) (1 + cos(pi t / period)) / 2, with warm restarts (Loshchilov & Hutter, 2017, SGDR).

    A period of 0 is the whole run. After every period the factor jumps back to 1, and the next period is
    ``longer`` times as long. PyTorch's CosineAnnealingLR and CosineAnnealingWarmRestarts.
    """

    kind: Literal["cosine"] = "cosine"
    label: ClassVar[str] = "Cosine"
    formula: ClassVar[str] = "floor + (1 − floor) (1 + cos(π · epoch / period)) / 2"
    about: ClassVar[str] = "Falls along half a wave, slowly at both ends; with restarts when a period is set."
    period: Annotated[
        float, Setting("Period", "Epochs until a restart; 0: one fall over the run.", low=0.0, high=1e6, step=5.0)
    ] = 0.0
    longer: Annotated[
        float, Setting("Longer", "How much longer each period is than the last.", low=1.0, high=10.0, step=0.5)
    ] = 1.0
    floor: Annotated[float, _FLOOR] = 0.0

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """See the class."""
        if not self.period:
            return self._fall(min(t / end, 1.0) if end > 0 else 1.0)
        # Shorter than a thousandth of an epoch is less than a step.
        period, growth = max(self.period, 1e-3), self.longer - 1.0
        if growth < 1e-9:
            return self._fall(t % period / period)
        # The periods are a geometric series: restart n comes after period · (longer^n − 1) / growth epochs.
        # A grain more, so that rounding does not put a restart just before itself.
        n = floor(log1p(t / period * growth) / log1p(growth) + 1e-9)
        begun = period * expm1(n * log1p(growth)) / growth
        return self._fall(min(max((t - begun) / (period * self.longer**n), 0.0), 1.0))

    def _fall(self, share: float) -> float:
        return self.floor + (1.0 - self.floor) * 0.5 * (1.0 + cos(pi * share))


class OneCycle(Schedule):
    """Up along half a cosine, then down along another, far below the start (Smith & Topin, 2018).

    From 1 / ``start`` at the beginning to 1 after the share ``rise`` of the run, then to 1 / (``start`` ·
    ``end_ratio``): PyTorch's OneCycleLR with its cosine and without its cycle of the momentum.
    """

    kind: Literal["one_cycle"] = "one_cycle"
    label: ClassVar[str] = "One cycle"
    formula: ClassVar[str] = "1/start → 1 → 1/(start · end), along half cosines"
    about: ClassVar[str] = "Rises to the learning rate, then falls far below where it began."
    rise: Annotated[
        float, Setting("Rise", "The share of the run in which the rate rises.", low=0.01, high=0.99, step=0.05)
    ] = 0.3
    start: Annotated[
        float,
        Setting("Start", "The rate begins at this fraction: 1 / start.", low=1.0, high=1e6, step=1.25, scale="log"),
    ] = 25.0
    end_ratio: Annotated[
        float,
        Setting("End", "The rate ends this many times below its start.", low=1.0, high=1e9, step=2.0, scale="log"),
    ] = 1e4

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """See the class."""
        peak = self.rise * end
        low, lowest = 1.0 / self.start, 1.0 / (self.start * self.end_ratio)
        if t < peak:
            return _half_cosine(low, 1.0, t / peak)
        return _half_cosine(1.0, lowest, min((t - peak) / max(end - peak, 1e-12), 1.0))


def _half_cosine(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * 0.5 * (1.0 + cos(pi * share))


class ReduceOnPlateau(Schedule):
    """Falls by ``decay`` when the loss has not improved for ``patience`` epochs: a function of the history.

    As PyTorch's ReduceLROnPlateau in its mode "min": an epoch counts as better when its loss is below
    best - ``threshold`` · |best|; the rate falls after more than ``patience`` epochs that are not, and then
    ``pause`` epochs do not count. (PyTorch has best without the bars, which turns round for negative losses.)
    """

    kind: Literal["plateau"] = "plateau"
    label: ClassVar[str] = "Reduce on plateau"
    formula: ClassVar[str] = "factor ← max(decay · factor, floor) after patience epochs without a better loss"
    about: ClassVar[str] = "Falls when the loss of the test rows (without any: of the training rows) stands still."
    watches: ClassVar[bool] = True
    decay: Annotated[float, Setting("Decay", "The factor when it falls.", low=0.0, high=0.99, step=0.05)] = 0.5
    patience: Annotated[
        int, Setting("Patience", "Epochs without a better loss before it falls.", low=0, high=100_000)
    ] = 10
    threshold: Annotated[
        float, Setting("Threshold", "By what share a loss must be lower to count.", low=0.0, high=0.5, step=0.0001)
    ] = 1e-4
    pause: Annotated[int, Setting("Pause", "Epochs after a fall that do not count.", low=0, high=100_000)] = 0
    floor: Annotated[float, _FLOOR] = 0.0

    def after_warmup(self, t: float, end: float, reached: Plateau) -> float:
        """The factor that the history has led to."""
        return reached.factor

    def watched(self, reached: Plateau, loss: float) -> Plateau:
        """What is remembered after one more epoch with that loss."""
        better = loss < reached.best - self.threshold * (abs(reached.best) if reached.best < inf else 0.0)
        best = loss if better else reached.best
        pause = max(reached.pause - 1, 0)
        waited = 0 if better or reached.pause > 0 else reached.waited + 1
        if waited <= self.patience:
            return Plateau(best, waited, pause, reached.factor)
        return Plateau(best, 0, self.pause, max(self.decay * reached.factor, self.floor))


SCHEDULES: dict[str, type[Schedule]] = {
    str(cls.model_fields["kind"].default): cls
    for cls in (Constant, StepDecay, Exponential, Polynomial, Cosine, OneCycle, ReduceOnPlateau)
}
