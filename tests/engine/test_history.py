"""What is remembered of a run: bounded, true, and never written again once it is handed out."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Experiment, Trainer
from engine.history import BatchLosses, History, LossBand

losses = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=300)


def recorded(values: list[float], size: int = 8, looks: frozenset[int] = frozenset()) -> LossBand:
    """The record of some losses, looked at after the steps in ``looks``."""
    record = BatchLosses(size)
    for step, value in enumerate(values):
        record.append(value)
        if step in looks:
            record.view()
    return record.view()


# -- the loss of every batch -------------------------------------------------------------------------


@given(losses, st.frozensets(st.integers(0, 300)))
def test_the_record_does_not_depend_on_when_it_is_looked_at(values: list[float], looks: frozenset[int]) -> None:
    looked, unseen = recorded(values, looks=looks), recorded(values)
    assert all(
        np.array_equal(getattr(looked, name), getattr(unseen, name)) for name in ("steps", "low", "high", "mean")
    )


@given(losses)
def test_the_record_never_has_more_buckets_than_it_may(values: list[float]) -> None:
    assert len(recorded(values).mean) <= 16


@given(losses)
def test_the_lowest_and_the_highest_loss_are_kept(values: list[float]) -> None:
    band = recorded(values)
    assert (band.low.min(), band.high.max()) == (min(values), max(values))


@given(losses)
def test_every_bucket_holds_the_losses_of_its_steps(values: list[float]) -> None:
    band = recorded(values)
    parts = np.split(np.array(values), band.steps[1:].astype(int) - 1)
    expected = [(part.min(), part.max(), part.mean()) for part in parts]
    np.testing.assert_allclose(np.stack([band.low, band.high, band.mean], axis=1), expected, rtol=1e-12)


def test_few_losses_are_kept_one_by_one() -> None:
    band = recorded([3.0, 1.0, 2.0])
    assert (band.steps.tolist(), band.mean.tolist()) == ([1.0, 2.0, 3.0], [3.0, 1.0, 2.0])


def test_no_loss_gives_an_empty_record() -> None:
    assert len(BatchLosses().view().mean) == 0


def test_a_record_that_is_looked_at_stays_small() -> None:
    record = BatchLosses(64)
    tracemalloc.start()
    for step in range(100_000):
        record.append(step * 0.5)
        if step % 100 == 0:
            record.view()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert left < 200_000


def test_the_record_of_a_run_that_nobody_looks_at_stays_small() -> None:
    trainer = Trainer(Experiment.model_validate({"network": {"layers": []}}))
    trainer.run(epochs=2500)  # 10,000 steps
    assert trainer.batch_losses.kept.nbytes < 150_000


def test_a_view_of_the_losses_never_changes() -> None:
    record = BatchLosses(8)
    for step in range(10):
        record.append(float(step))
    band = record.view()
    before = band.mean.copy()
    for step in range(100):
        record.append(float(step))
    record.view()
    np.testing.assert_array_equal(band.mean, before)


def kept_of(count: int) -> tuple[BatchLosses, np.ndarray[Any, Any]]:
    """A record of so many losses, with its extremes at odd places, and the losses."""
    values = np.random.default_rng(0).exponential(size=count)
    values[[0, count // 3, 2 * count // 3, -1]] = 0.25, -7.5, 912.0, 0.125
    record = BatchLosses()
    for value in values.tolist():
        record.append(value)
    return record, values


@pytest.mark.parametrize("count", [1, 1000, 131_071, 131_072])
def test_every_single_loss_is_kept_up_to_131072_steps(count: int) -> None:
    record, values = kept_of(count)
    band = record.view()
    assert band.width == 1
    for kept in (band.low, band.high, band.mean):
        np.testing.assert_array_equal(kept, values)
    np.testing.assert_array_equal(band.steps, np.arange(1, count + 1))


def test_one_loss_more_makes_pairs() -> None:
    record, values = kept_of(131_073)
    band = record.view()
    assert (band.width, len(band), len(band.mean)) == (2, 65_537, 65_537)
    assert (band.low[-1], band.high[-1], band.mean[-1], band.steps[-1]) == (0.125, 0.125, 0.125, 131_073)
    np.testing.assert_array_equal(band.low[:-1], values[:-1].reshape(-1, 2).min(axis=1))


def test_a_million_losses_take_three_megabytes_and_lose_neither_ends_nor_extremes() -> None:
    record, values = kept_of(1_000_003)
    band = record.view()
    assert record.kept.nbytes <= 131_072 * 3 * 8
    assert (band.width, len(band)) == (8, 125_001)
    assert (band.low.min(), band.high.max()) == (-7.5, 912.0)
    assert (band.low[0] <= 0.25 <= band.high[0], band.steps[0]) == (True, 1.0)
    assert (band.mean[-1], band.steps[-1]) == (pytest.approx(values[-3:].mean()), 1_000_001.0)
    whole = values[:1_000_000].reshape(-1, 8)
    np.testing.assert_allclose(band.mean[:-1], whole.mean(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(band.high[:-1], whole.max(axis=1))


def test_to_look_at_many_losses_takes_no_copy() -> None:
    record, _ = kept_of(300_000)
    record.view()
    tracemalloc.start()
    for _ in range(100):
        record.view()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000


@pytest.mark.parametrize("count", [500, 131_072, 140_001, 400_003])
def test_copies_share_the_array_and_go_on_apart(count: int) -> None:
    record, _ = kept_of(count)
    twin = record.copy()
    assert twin.kept is record.kept
    before = record.view().mean.copy()
    for _ in range(20):
        record.append(1.0)
        twin.append(2.0)
    third = twin.copy()
    third.append(3.0)
    views = record.view(), twin.view()
    full = before[: len(before) - (count % views[0].width > 0)]
    for band, value in zip(views, (1.0, 2.0), strict=True):
        merged = full.reshape(-1, 2).mean(axis=1) if count == 131_072 else full
        np.testing.assert_array_equal(band.mean[: len(merged)], merged)
        assert (band.mean[1 - 20 // band.width :] == value).all()


@pytest.mark.parametrize("count", [0, 1, 700, 131_072, 131_073, 300_001])
def test_a_record_goes_on_from_its_state_as_if_nothing_had_been(count: int) -> None:
    record = BatchLosses(start=5)
    values = np.random.default_rng(1).normal(size=count + 900).tolist()
    for value in values[:count]:
        record.append(value)
    again = BatchLosses.of(*record.state())
    for value in values[count:]:
        record.append(value)
        again.append(value)
    for one, other in zip(record.state(), again.state(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("most", [1, 3, 16])
def test_a_bucket_that_is_filled_in_part_counts_as_much_as_it_holds(most: int) -> None:
    values = np.arange(1001.0) ** 2
    few = recorded(values.tolist(), size=64).thinned(most)
    parts = np.split(values, few.steps[1:].astype(int) - 1)
    np.testing.assert_allclose(few.mean, [part.mean() for part in parts], rtol=1e-12)


@given(losses, st.sampled_from([1, 2, 5, 16, 1000]))
def test_losses_thinned_for_a_drawing_keep_their_extremes(values: list[float], most: int) -> None:
    band = recorded(values, size=64)
    few = band.thinned(most)
    assert len(few.steps) == len(few.mean) <= most
    assert (few.low.min(), few.high.max(), few.steps[0]) == (min(values), max(values), 1.0)
    parts = np.split(np.array(values), few.steps[1:].astype(int) - 1)
    np.testing.assert_allclose(few.mean, [part.mean() for part in parts], rtol=1e-12)


# -- points ------------------------------------------------------------------------------------------


def filled(points: int) -> History:
    history = History(("step", "loss"))
    for step in range(points):
        history.append({"step": float(step), "loss": step / 2})
    return history


@pytest.mark.parametrize("points", [0, 1, 255, 256, 257, 1000])
def test_every_point_is_kept(points: int) -> None:
    assert filled(points).view()["loss"].tolist() == [step / 2 for step in range(points)]


@pytest.mark.parametrize("points", [1, 100, 256])
def test_a_view_never_changes(points: int) -> None:
    history = filled(points)
    view = history.view()
    before = view.values.copy()
    for _ in range(1000):
        history.append({"step": -1.0, "loss": -1.0})
    np.testing.assert_array_equal(view.values, before)


def test_a_view_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        filled(3).view().values[0, 0] = 7.0


def test_a_view_costs_no_copy() -> None:
    history = filled(3)
    assert np.shares_memory(history.view().values, history.view().values)


def test_what_was_not_measured_is_nan() -> None:
    history = History(("step", "test.loss"))
    history.append({"step": 1.0})
    assert np.isnan(history.view()["test.loss"]).all()


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        filled(3).view()["accuracy"]


def test_renaming_keeps_what_was_measured() -> None:
    renamed = filled(300).renamed(("step", "cost", "new"), {"step": "step", "cost": "loss"}).view()
    np.testing.assert_array_equal(renamed["cost"], filled(300).view()["loss"])


def test_renaming_leaves_new_columns_unmeasured() -> None:
    renamed = filled(300).renamed(("step", "cost", "new"), {"step": "step", "cost": "loss"}).view()
    assert np.isnan(renamed["new"]).all()


def test_the_points_of_a_long_run_are_few_and_its_steps_rise() -> None:
    trainer = Trainer(Experiment.model_validate({"network": {"layers": []}, "training": {"batch_size": 105}}))
    trainer.run(epochs=5000)
    steps = trainer.history.view()["step"]
    assert len(steps) < 500
    assert (np.diff(steps) > 0).all()


@pytest.mark.parametrize("layers", [[{}, {}], [{"bias": False}, {"kind": "batch_norm"}, {"units": 3}]])
def test_the_points_have_the_sizes_of_the_weights_without_their_biases(layers: list[dict[str, Any]]) -> None:
    trainer, again = (Trainer(Experiment.model_validate({"network": {"layers": layers}})) for _ in range(2))
    for b in (*trainer.network.biases, *again.network.biases):
        b[:] = 100.0
    trainer.run(epochs=20)
    history = trainer.history.view()
    again.train(steps=int(history["step"][-1]))
    for layer, w in zip(again.network.plan.layers, again.network.weights, strict=True):
        found = history[f"{layer.name}.mean"][-1], history[f"{layer.name}.norm"][-1]
        assert found == pytest.approx((np.abs(w).mean(), np.linalg.norm(w)), rel=1e-5)


def test_the_first_point_is_taken_before_the_first_step() -> None:
    assert Trainer(Experiment()).history.view()["step"].tolist() == [0.0]


# -- as a table --------------------------------------------------------------------------------------


@given(st.lists(st.floats(), min_size=1, max_size=20))
def test_a_history_as_csv_is_read_back_bit_for_bit(values: list[float]) -> None:
    history = History(("step", "train.loss"))
    for step, value in enumerate(values):
        history.append({"step": step, "train.loss": value})
    assert "nan" not in history.view().as_csv()
    cells = [line.split(",") for line in history.view().as_csv().splitlines()[1:]]
    read = np.array([[float(cell or "nan") for cell in line] for line in cells])
    np.testing.assert_array_equal(read, history.view().values)
    assert np.array_equal(np.signbit(read[read == 0.0]), np.signbit(history.view().values[read == 0.0]))


def test_the_table_names_its_columns_for_programs() -> None:
    trainer = Trainer(Experiment())
    trainer.train(steps=3)
    lines = trainer.history.view().as_csv().splitlines()
    assert lines[0].startswith(
        "step,epoch,train_loss,train_accuracy,test_loss,test_accuracy,train_penalty,rate,hidden_1_mean,"
    )
    assert [float(cell) for cell in lines[2].split(",")[:2]] == [1, 32 / 105]
    assert len(lines) == 1 + len(trainer.history)
