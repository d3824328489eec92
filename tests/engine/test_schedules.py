"""Every schedule against PyTorch, and what holds for all of them."""

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Plateau,
    Polynomial,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)

EPOCHS = 200
Peer = Callable[[Any, Any, Any, int], Any]
# (torch.optim.lr_scheduler, optimizer, schedule, steps per epoch) -> the peer, which begins at 1
TORCH: dict[str, Peer] = {
    "constant": lambda lr, w, s, n: lr.ConstantLR(w, factor=1.0),
    "step": lambda lr, w, s, n: lr.StepLR(w, int(s.every * n), s.decay),
    "exponential": lambda lr, w, s, n: lr.ExponentialLR(w, s.decay ** (1 / n)),
    "polynomial": lambda lr, w, s, n: lr.PolynomialLR(w, EPOCHS * n, s.power),
    "cosine": lambda lr, w, s, n: (
        lr.CosineAnnealingWarmRestarts(w, int(s.period * n), int(s.longer), s.floor)
        if s.period
        else lr.CosineAnnealingLR(w, EPOCHS * n, s.floor)
    ),
    # PyTorch's run ends one step before its total, and its peak is one step before that share of the total.
    "one_cycle": lambda lr, w, s, n: lr.OneCycleLR(
        w,
        max_lr=1.0,
        total_steps=EPOCHS * n + 1,
        pct_start=(s.rise * EPOCHS * n + 1) / (EPOCHS * n + 1),
        div_factor=s.start,
        final_div_factor=s.end_ratio,
        cycle_momentum=False,
    ),
    "plateau": lambda lr, w, s, n: lr.ReduceLROnPlateau(
        w, "min", s.decay, s.patience, s.threshold, cooldown=s.pause, min_lr=s.floor, eps=0.0
    ),
}
TUNED = [
    StepDecay(decay=0.3, every=7),
    Exponential(decay=0.9),
    Exponential(decay=0.0),
    Polynomial(power=2.5),
    Polynomial(power=0.5),
    Cosine(floor=0.1),
    Cosine(period=30),
    Cosine(period=30, floor=0.1),
    Cosine(period=10, longer=2, floor=0.02),
    Cosine(period=3, longer=3),
    OneCycle(rise=0.1, start=4, end_ratio=10),
    OneCycle(rise=0.9, start=1, end_ratio=1),
]
FLOORED = [Polynomial(power=2.0, floor=floor) for floor in (0.25, 1.0)]
PLATEAUS = [
    ReduceOnPlateau(),
    ReduceOnPlateau(decay=0.3, patience=2, threshold=0.05, pause=3, floor=0.01),
    ReduceOnPlateau(patience=0, decay=0.9),
    ReduceOnPlateau(patience=0, pause=2, threshold=0.5),
    ReduceOnPlateau(decay=0.0, patience=1),
    ReduceOnPlateau(floor=0.4, patience=1),
    ReduceOnPlateau(threshold=0.0, patience=1),
]
CASES = [*(cls() for cls in SCHEDULES.values() if not cls.watches), *TUNED]


def named(schedule: Schedule) -> str:
    changed = [f"{name} {getattr(schedule, name):g}" for name in schedule.model_fields_set if name != "kind"]
    return ", ".join([schedule.kind, *sorted(changed)])


every_schedule = pytest.mark.parametrize("schedule", [cls() for cls in SCHEDULES.values()], ids=SCHEDULES.keys())
every_case = pytest.mark.parametrize("schedule", CASES, ids=named)
# PyTorch's schedulers are steps without fractions; a finer one shows what lies between two epochs.
fine_and_coarse = pytest.mark.parametrize("per_epoch", [1, 4])


def by_torch(torch: Any, make: Callable[[Any, Any], Any], steps: int) -> Any:
    """The factor that PyTorch has at every step, from 0 on."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler, rates = make(torch.optim.lr_scheduler, optimizer), []
    for step in range(steps + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        if step < steps:
            optimizer.step()
            scheduler.step()
    return np.array(rates)


def ours(schedule: Schedule, steps: int, per_epoch: int = 1, epochs: float = EPOCHS) -> Any:
    return np.array([schedule.factor(step / per_epoch, epochs) for step in range(steps + 1)])


# -- against PyTorch -----------------------------------------------------------------------------------


def test_every_schedule_and_every_setting_has_a_second_opinion() -> None:
    assert list(TORCH) == list(SCHEDULES)
    compared = {(s.kind, name) for s in (*TUNED, *FLOORED, *PLATEAUS) for name in s.model_fields_set}
    declared = {(kind, name) for kind, cls in SCHEDULES.items() for name in cls.settings() if name != "warmup"}
    assert declared - compared == set()


@every_case
@fine_and_coarse
def test_the_curve_is_that_of_pytorch(schedule: Schedule, per_epoch: int, torch: Any) -> None:
    steps = EPOCHS * per_epoch
    theirs = by_torch(torch, lambda lr, w: TORCH[schedule.kind](lr, w, schedule, per_epoch), steps)
    np.testing.assert_allclose(ours(schedule, steps, per_epoch), theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("schedule", FLOORED, ids=named)
def test_a_polynomial_falls_to_its_floor(schedule: Polynomial, torch: Any) -> None:
    # PyTorch's ends at zero.
    theirs = by_torch(torch, lambda lr, w: TORCH["polynomial"](lr, w, schedule, 1), EPOCHS)
    wanted = schedule.floor + (1.0 - schedule.floor) * theirs
    np.testing.assert_allclose(ours(schedule, EPOCHS), wanted, rtol=1e-10, atol=1e-12)


def test_periods_may_grow_by_any_factor() -> None:
    # PyTorch's grow by whole factors; here one wave stands after the other.
    waves = [0.5 * (1.0 + np.cos(np.pi * np.arange(length) / length)) for length in (40, 60, 90)]
    np.testing.assert_allclose(ours(Cosine(period=40, longer=1.5), 189), np.concatenate(waves), rtol=0, atol=1e-12)


@pytest.mark.parametrize("longer", [1.0, 1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 7.0, 10.0])
def test_the_rate_is_whole_again_at_every_restart(longer: float) -> None:
    for period in range(1, 21):
        schedule, restart, length = Cosine(period=period, longer=longer), 0.0, float(period)
        while restart + length < 2000:
            restart, length = restart + length, longer * length
            assert schedule.factor(restart, 2000) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step")
@pytest.mark.parametrize("schedule", [case for case in CASES if case.kind != "one_cycle"], ids=named)
@pytest.mark.parametrize("warmup", [2, 10])
def test_a_warm_up_is_that_of_pytorch(schedule: Schedule, warmup: int, torch: Any) -> None:
    # PyTorch's cannot begin at zero: it has our second step as its first.
    def make(lr: Any, w: Any) -> Any:
        rising = lr.LinearLR(w, start_factor=1 / warmup, total_iters=warmup - 1)
        return lr.SequentialLR(w, [rising, TORCH[schedule.kind](lr, w, schedule, 1)], [warmup - 1])

    theirs = by_torch(torch, make, EPOCHS)
    curve = ours(schedule.edited(warmup=warmup), EPOCHS + 1, epochs=EPOCHS + warmup)
    np.testing.assert_allclose(curve[1:], theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("schedule", PLATEAUS, ids=named)
@pytest.mark.parametrize("lowest", [1.0, 0.4])
def test_a_plateau_is_left_where_pytorch_leaves_it(schedule: ReduceOnPlateau, lowest: float, torch: Any) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        losses = lowest + np.exp(-np.arange(EPOCHS) / 30) + rng.normal(0.0, 0.05, EPOCHS)
        losses[EPOCHS // 2 :] = losses[EPOCHS // 2 :].round(1)  # the same again is not better
        losses[rng.integers(EPOCHS, size=4)] = [nan, inf, nan, inf]
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        peer = TORCH["plateau"](torch.optim.lr_scheduler, optimizer, schedule, 1)
        reached, curve, theirs = Plateau(), [], []
        for epoch, loss in enumerate(losses, start=1):
            reached = schedule.watched(reached, float(loss))
            curve.append(schedule.factor(epoch, EPOCHS, reached))
            peer.step(float(loss))
            theirs.append(optimizer.param_groups[0]["lr"])
        np.testing.assert_allclose(curve, theirs, rtol=1e-12)


def test_a_negative_loss_that_rises_is_no_better() -> None:
    # PyTorch takes -4.6 for better than -5, because it is below -5 (1 - 0.1).
    reached, schedule = Plateau(), ReduceOnPlateau(patience=2, decay=0.5, threshold=0.1)
    for loss in (-5.0, -4.6, -4.2, -3.8):
        reached = schedule.watched(reached, loss)
    assert (reached.best, reached.factor) == (-5.0, 0.5)


def test_a_negative_loss_that_falls_is_better() -> None:
    reached, schedule = Plateau(), ReduceOnPlateau(patience=0, decay=0.5, threshold=0.1)
    for loss in (-5.0, -5.6, -6.3):
        reached = schedule.watched(reached, loss)
    assert (reached.best, reached.factor) == (-6.3, 1.0)


def test_a_plateau_is_left_more_than_once() -> None:
    reached, schedule = Plateau(), ReduceOnPlateau(patience=3, decay=0.5)
    for _ in range(9):
        reached = schedule.watched(reached, 1.0)
    assert reached.factor == 0.25


# -- what holds for every schedule ---------------------------------------------------------------------


@st.composite
def any_schedule(draw: st.DrawFn) -> Schedule:
    cls = draw(st.sampled_from(list(SCHEDULES.values())))
    given_ = {}
    for name, setting in cls.settings().items():
        whole = cls.model_fields[name].annotation is int
        low, high = setting.low or 0.0, setting.high or 0.0
        given_[name] = draw(st.integers(int(low), int(high)) if whole else st.floats(low, high))
    return cls(**given_)


@pytest.mark.timeout(20)
@given(any_schedule(), st.floats(0.0, 1.5), st.integers(1, 10_000_000), st.floats(0.0, 1.0))
@settings(max_examples=1000, deadline=None)
def test_the_factor_is_between_nothing_and_the_whole_rate(
    schedule: Schedule, share: float, epochs: int, reached: float
) -> None:
    assert 0.0 <= schedule.factor(share * epochs, epochs, Plateau(factor=reached)) <= 1.0


@every_case
def test_every_step_of_a_run_lies_between_nothing_and_the_whole_rate(schedule: Schedule) -> None:
    for warm in (schedule, schedule.edited(warmup=12.5)):
        curve = ours(warm, 1000, per_epoch=4)  # on to epoch 250, beyond the end
        assert (curve.min() >= 0.0, curve.max() <= 1.0) == (True, True)


@every_case
def test_a_schedule_is_a_function_of_its_arguments_alone(schedule: Schedule) -> None:
    forward = ours(schedule, EPOCHS)
    shuffled = np.random.default_rng(0).permutation(EPOCHS + 1)
    np.testing.assert_array_equal([schedule.factor(int(t), EPOCHS) for t in shuffled], forward[shuffled])


@every_schedule
def test_watching_changes_nothing_that_was_remembered_before(schedule: Schedule) -> None:
    if isinstance(schedule, ReduceOnPlateau):
        before = Plateau(best=1.0, waited=10)
        schedule.watched(before, 2.0)
        assert before == Plateau(best=1.0, waited=10)
    assert isinstance(schedule, ReduceOnPlateau) == schedule.watches


@every_case
def test_a_warm_up_puts_the_whole_schedule_off(schedule: Schedule) -> None:
    warm = schedule.edited(warmup=7.0)
    later = [warm.factor(7.0 + t, EPOCHS + 7.0) for t in range(EPOCHS + 1)]
    np.testing.assert_array_equal(later, ours(schedule, EPOCHS))


@every_schedule
def test_a_warm_up_rises_from_zero_in_a_straight_line(schedule: Schedule) -> None:
    warm = schedule.edited(warmup=8.0)
    curve = [warm.factor(t, EPOCHS) for t in (0.0, 2.0, 4.0, 6.0)]
    np.testing.assert_allclose(curve, np.array([0.0, 0.25, 0.5, 0.75]) * warm.factor(8.0, EPOCHS), rtol=1e-12)


@every_schedule
@pytest.mark.parametrize("epochs", [1, 5, 10, 11])
def test_a_warm_up_does_not_depend_on_how_long_the_run_is(schedule: Schedule, epochs: int) -> None:
    warm = schedule.edited(warmup=10.0)
    short, long = ([warm.factor(t, run) for t in np.linspace(0.0, 9.9, 12)] for run in (epochs, EPOCHS))
    np.testing.assert_allclose(short, long, rtol=1e-12)


def test_a_schedule_whose_end_is_its_floor_stays_there() -> None:
    ending = [Polynomial(floor=0.2), Cosine(floor=0.2), OneCycle(start=5, end_ratio=1)]
    assert [schedule.factor(300, EPOCHS) for schedule in ending] == pytest.approx([0.2, 0.2, 0.2], rel=1e-12)


def test_a_constant_rate_stays_as_it_is_set() -> None:
    assert set(ours(Constant(), EPOCHS)) == {1.0}


@pytest.mark.timeout(5)
def test_even_the_shortest_period_is_answered_at_once() -> None:
    # Such a number may stand in a file; restart by restart it would take for ever.
    for longer in (1.0, 10.0, 1.001, 1.0 + 1e-7, 1.0 + 2**-52):
        for period in (1e-3, 1e-9, 1e-300, 5e-324):
            schedule = Cosine(period=period, longer=longer)
            assert all(0.0 <= schedule.factor(t, 1_000_000) <= 1.0 for t in range(0, 1_000_001, 10_000))
