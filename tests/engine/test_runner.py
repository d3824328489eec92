"""The training thread: one job in, one report out."""

import threading
import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

import numpy as np
import pytest

from engine import Dense, Experiment, Trainer, probes
from engine.probes import Wants
from engine.probing import proof
from engine.runner import Apply, Job, Prove, Runner, Train
from engine.snapshot import Failure, Snapshot
from engine.surgery import SetWeight

LONG = Experiment().with_value("training.epochs", 1_000_000)


@pytest.fixture
def runner() -> Iterator[Runner]:
    """A runner that has taken over an experiment without an end."""
    made = Runner()
    made.post(Apply(experiment=LONG))
    made.wait(30.0)
    yield made
    made.close()


def snapshot(runner: Runner, job: Job) -> Snapshot:
    runner.post(job)
    report = runner.wait(30.0)
    assert isinstance(report, Snapshot), report
    return report


def failure(runner: Runner, job: Job) -> Failure:
    runner.post(job)
    report = runner.wait(30.0)
    assert isinstance(report, Failure)
    return report


# -- one job, one report -----------------------------------------------------------------------------


def test_a_job_gets_one_report(runner: Runner) -> None:
    snapshot(runner, Train(steps=1))
    with pytest.raises(Empty):
        runner.wait(0.05)


def test_jobs_are_answered_in_their_order(runner: Runner) -> None:
    for generation in range(5):
        runner.post(Train(generation, steps=1))
    assert [runner.wait(30.0).generation for _ in range(5)] == [0, 1, 2, 3, 4]


def test_a_runner_is_idle_until_a_job_is_posted_and_after_its_report_is_taken(runner: Runner) -> None:
    seen = [runner.idle]
    runner.post(Train(steps=1))
    seen.append(runner.idle)
    runner.wait(30.0)
    assert [*seen, runner.idle] == [True, False, True]


def test_polling_never_waits(runner: Runner) -> None:
    runner.post(Train(seconds=0.3))
    started = time.perf_counter()
    report = runner.poll()
    assert (report, time.perf_counter() - started < 0.1) == (None, True)


def test_polling_takes_the_report_when_it_is_there(runner: Runner) -> None:
    runner.post(Train(steps=1))
    deadline = time.monotonic() + 30.0
    while (report := runner.poll()) is None and time.monotonic() < deadline:
        time.sleep(0.001)
    assert (isinstance(report, Snapshot), runner.idle) == (True, True)


@pytest.mark.parametrize("job", [Train(7, steps=1), Apply(7, experiment=LONG), Job(7)], ids=["train", "apply", "look"])
def test_a_report_carries_the_generation_of_its_job(runner: Runner, job: Job) -> None:
    assert snapshot(runner, job).generation == 7


# -- slices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.02, 0.1])
def test_a_slice_takes_as_long_as_it_may(runner: Runner, seconds: float) -> None:
    started = time.perf_counter()
    snapshot(runner, Train(seconds=seconds))
    assert seconds <= time.perf_counter() - started < seconds + 0.5


def test_a_slice_of_no_time_is_one_step(runner: Runner) -> None:
    assert snapshot(runner, Train(seconds=0.0)).step == 1


def test_a_slice_of_steps_has_so_many(runner: Runner) -> None:
    assert [snapshot(runner, Train(steps=n)).step for n in (3, 0, 4)] == [3, 3, 7]


def test_a_slice_of_an_epoch_ends_with_the_current_one(runner: Runner) -> None:
    snapshot(runner, Train(steps=2))
    report = snapshot(runner, Train(until_epoch=1))
    assert (report.step, report.epoch) == (4, 1)


def test_training_ends_with_the_experiment() -> None:
    runner = Runner(Trainer(Experiment().with_value("training.epochs", 3)))
    report = snapshot(runner, Train(seconds=30.0))
    runner.close()
    assert (report.finished, report.epoch, report.step) == (True, 3, 12)


GOAL = Experiment().with_value("training.stop_at", {"metric": "accuracy", "value": 0.5})


@pytest.mark.parametrize("job", [Train(), Train(seconds=30.0), Train(steps=10_000)], ids=["all", "time", "steps"])
def test_a_run_that_reaches_its_goal_is_finished_and_says_why(job: Train) -> None:
    runner = Runner(Trainer(GOAL))
    report = snapshot(runner, job)
    again = snapshot(runner, job)
    runner.close()
    assert (report.finished, report.stopped.startswith("The goal is reached after epoch")) == (True, True)
    assert (again.step, again.stopped) == (report.step, report.stopped)


def test_a_run_that_comes_to_its_end_has_nothing_to_say() -> None:
    runner = Runner(Trainer(Experiment().with_value("training.epochs", 3)))
    report = snapshot(runner, Train())
    runner.close()
    assert (report.finished, report.stopped) == (True, "")


def test_the_rate_is_that_of_the_slice(runner: Runner) -> None:
    started = time.perf_counter()
    report = snapshot(runner, Train(seconds=0.1))
    slowest = report.step / (time.perf_counter() - started)
    assert slowest <= report.steps_per_second <= report.step / 0.1


def test_looking_takes_a_bounded_share_of_the_time(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, cost = [], 0.03

    def slow(*arguments: Any) -> Any:
        looks.append(time.sleep(cost))
        return probes.maps(*arguments)

    monkeypatch.setattr("engine.looking.maps", slow)
    started = time.perf_counter()
    for _ in range(40):
        snapshot(runner, Train(seconds=0.01, wants=Wants(maps=True)))
    trained = time.perf_counter() - started - len(looks) * cost
    # The first look is free; the share is that of training, with room for the last look.
    assert 2 <= len(looks) <= 2 + 0.2 * trained / cost


# -- what a snapshot holds ---------------------------------------------------------------------------


def test_a_snapshot_is_not_touched_by_further_training(runner: Runner) -> None:
    report = snapshot(runner, Train(steps=5))
    before = report.parameters.copy(), report.history.values.copy(), report.batch_losses.mean.copy()
    snapshot(runner, Train(steps=500))
    after = report.parameters, report.history.values, report.batch_losses.mean
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True))


def test_a_snapshot_says_where_training_stands(runner: Runner) -> None:
    report = snapshot(runner, Train(steps=6))
    assert (report.step, report.epoch, report.steps_per_epoch, report.experiment) == (6, 1, 4, LONG)


def test_a_snapshot_has_the_weights_and_biases_of_the_network() -> None:
    trainer = Trainer(LONG)
    runner = Runner(trainer)
    report = snapshot(runner, Train(steps=6))
    runner.close()
    theirs = [*trainer.network.weights, *trainer.network.biases]
    ours = [*(report.weights(i) for i in range(3)), *(report.biases(i) for i in range(3))]
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize(("parameters", "largest"), [(-3.0, 3.0), (np.nan, 0.0), (np.inf, 0.0)])
def test_the_largest_weight_is_that_of_the_finite_ones(runner: Runner, parameters: float, largest: float) -> None:
    report = snapshot(runner, Job())
    report.parameters[:] = parameters
    assert report.largest_edge() == largest


def test_one_layer_of_huge_weights_does_not_decide_what_is_drawn_widest(runner: Runner) -> None:
    report = snapshot(runner, Job())
    for layer, size in enumerate((0.5, 1.0, 160.0)):
        report.weights(layer)[...] = size
    assert (report.widest_edge(), report.largest_edge()) == (4.0, 160.0)


def test_the_largest_weight_leaves_the_biases_out(runner: Runner) -> None:
    report = snapshot(runner, Job())
    report.parameters[:] = 1.0
    report.biases(1)[...] = 50.0
    assert report.largest_edge() == 1.0


@pytest.mark.parametrize(("wants", "held"), [(Wants(), (False, False)), (Wants(maps=True, row=3), (True, True))])
def test_a_snapshot_holds_only_what_is_wanted(runner: Runner, wants: Wants, held: tuple[bool, bool]) -> None:
    report = snapshot(runner, Train(steps=1, wants=wants))
    assert (report.maps is not None, report.trace is not None) == held


def test_what_is_newly_wanted_comes_with_the_next_snapshot(runner: Runner) -> None:
    snapshot(runner, Train(seconds=0.01))
    report = snapshot(runner, Train(seconds=0.01, wants=Wants(maps=True, row=3)))
    assert report.maps is not None
    assert report.maps.step == report.step


def test_after_steps_the_evaluation_is_that_of_the_weights(runner: Runner) -> None:
    snapshot(runner, Train(seconds=0.01))
    report = snapshot(runner, Train(steps=1))
    assert report.evaluation.step == report.step


# -- changes -----------------------------------------------------------------------------------------


def test_a_changed_experiment_is_taken_over(runner: Runner) -> None:
    snapshot(runner, Train(steps=3))
    report = snapshot(runner, Apply(experiment=LONG.with_layers((Dense(units=5),))))
    assert (report.plan.widths, report.step) == ((2, 5, 3), 3)


def test_applying_afresh_begins_anew(runner: Runner) -> None:
    first = snapshot(runner, Job())
    snapshot(runner, Train(steps=3))
    again = snapshot(runner, Apply(experiment=LONG, fresh=True))
    assert (again.step, again.parameters.tobytes()) == (0, first.parameters.tobytes())


def test_maps_are_those_of_the_changed_network(runner: Runner) -> None:
    wants = Wants(maps=True)
    snapshot(runner, Train(steps=3, wants=wants))
    report = snapshot(runner, Apply(experiment=LONG.with_layers((Dense(units=5),)), wants=wants))
    assert report.maps is not None
    assert [len(layer) for layer in report.maps.layers] == [5, 3]


# -- failures ----------------------------------------------------------------------------------------

IMPOSSIBLE = LONG.with_value("data.features", ("nonsense",))


def test_a_refusal_comes_back_as_one_sentence_without_a_traceback(runner: Runner) -> None:
    report = failure(runner, Apply(4, experiment=IMPOSSIBLE))
    assert (report.generation, "no column 'nonsense'" in report.message, report.details) == (4, True, "")


def test_after_a_refusal_training_goes_on_where_it_was(runner: Runner) -> None:
    before = snapshot(runner, Train(steps=3))
    failure(runner, Apply(experiment=IMPOSSIBLE))
    after = snapshot(runner, Job())
    assert (after.step, after.experiment, after.parameters.tobytes()) == (3, LONG, before.parameters.tobytes())


def test_an_error_of_the_program_comes_back_with_its_traceback(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a slip")

    monkeypatch.setattr("engine.looking.maps", broken)
    report = failure(runner, Train(steps=1, wants=Wants(maps=True)))
    assert "a slip" in report.message
    assert "Traceback" in report.details


def test_too_little_memory_comes_back_as_a_sentence(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("engine.training.Network", too_much)
    assert "memory" in failure(runner, Apply(experiment=LONG, fresh=True)).message


def test_the_thread_survives_an_error(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a slip")

    with monkeypatch.context() as patch:
        patch.setattr("engine.trainer.Trainer.train", broken)
        failure(runner, Train(steps=1))
    assert snapshot(runner, Train(steps=1)).step == 1


def test_training_without_an_experiment_is_a_failure() -> None:
    runner = Runner()
    report = failure(runner, Train(steps=1))
    runner.close()
    assert "Apply" in report.message


# -- closing -----------------------------------------------------------------------------------------


def training_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "training"]


def test_closing_leaves_no_thread() -> None:
    runner = Runner(Trainer(LONG))
    runner.close()
    assert training_threads() == []


def test_closing_waits_for_the_slice_at_work() -> None:
    trainer = Trainer(LONG)
    runner = Runner(trainer)
    runner.post(Train(seconds=0.1))
    runner.close()
    steps = trainer.steps_done
    time.sleep(0.05)
    assert (training_threads(), trainer.steps_done) == ([], steps)


def test_closing_takes_at_most_a_slice() -> None:
    runner = Runner(Trainer(LONG))
    runner.post(Train(seconds=0.1))
    started = time.perf_counter()
    runner.close()
    assert time.perf_counter() - started < 0.6


def test_closing_twice_does_no_harm() -> None:
    runner = Runner(Trainer(LONG))
    runner.close()
    runner.close()
    assert training_threads() == []


# -- instants to come back to ------------------------------------------------------------------------


def test_an_instant_that_is_not_kept_is_refused_in_a_sentence(runner: Runner) -> None:
    refused = failure(runner, Apply(experiment=LONG, back_to=99))
    assert (refused.message.split(":")[0], refused.details) == ("What the network was then is no longer kept", "")


def test_an_experiment_is_taken_over_from_a_kept_instant(runner: Runner) -> None:
    """Three units on the way leave no trace."""
    ends = []
    for way in (True, False):
        snapshot(runner, Apply(experiment=LONG, fresh=True))
        snapshot(runner, Train(steps=5))
        if way:
            snapshot(runner, Apply(experiment=LONG.with_layer(0, units=3), keep=7))
        ends.append(snapshot(runner, Apply(experiment=LONG.with_layer(0, units=9), back_to=7 if way else 0)))
    assert np.array_equal(ends[0].parameters, ends[1].parameters)


def test_a_refused_experiment_from_a_kept_instant_leaves_the_present_one(runner: Runner) -> None:
    snapshot(runner, Train(steps=5))
    before = snapshot(runner, Apply(experiment=LONG.with_layer(0, units=3), keep=7))
    failure(runner, Apply(experiment=LONG.with_value("data.features", ()), back_to=7))
    after = snapshot(runner, Job())
    assert (after.experiment, np.array_equal(after.parameters, before.parameters)) == (before.experiment, True)


def test_a_refused_operation_is_no_error_of_the_program(runner: Runner) -> None:
    refused = failure(runner, Apply(experiment=LONG, operation=SetWeight(0, 0, 99, 1.0)))
    assert (refused.message, refused.details) == ("Hidden 1 has 8 units, no unit 100", "")


def test_a_run_goes_on_from_an_instant_of_another_one_and_its_own_instants_are_gone(runner: Runner) -> None:
    snapshot(runner, Apply(experiment=LONG))
    snapshot(runner, Train(steps=3, keep=7))
    other = Trainer(LONG.with_value("data.source", "wine"))
    other.train(steps=5)
    begun = snapshot(runner, Apply(experiment=other.experiment, start=other.checkpoint()))
    assert (begun.step, begun.data is other.data) == (5, True)
    assert (begun.parameters == other.network.parameters).all()
    other.train(steps=4)
    assert (snapshot(runner, Train(steps=4)).parameters == other.network.parameters).all()
    assert "no longer kept" in failure(runner, Apply(experiment=LONG, back_to=7)).message


def test_fetching_an_instant_leaves_what_is_shown_as_it_is(runner: Runner) -> None:
    snapshot(runner, Apply(experiment=LONG))
    before = snapshot(runner, Train(steps=3))
    fetched = snapshot(runner, Job(checkpoint=True))
    assert fetched.checkpoint is not None
    assert fetched.checkpoint.state["step"] == fetched.step == 3
    assert fetched.evaluation is before.evaluation


def test_a_proof_goes_on_at_the_instant_of_the_last_report(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "_BUDGET_S", 0.0)
    wants = Wants(maps=True, probes=("proof", "distributions"))
    first = snapshot(runner, Train(steps=3, wants=wants))
    more = snapshot(runner, Prove(7, wants=wants))
    assert (more.generation, more.step, more.parameters is first.parameters) == (7, 3, True)
    assert (more.maps is first.maps, more.history is first.history) == (True, True)
    assert more.probes["distributions"] is first.probes["distributions"]
    assert [each.probes["proof"].checked for each in (first, more, snapshot(runner, Prove(wants=wants)))] == [1, 2, 3]
    # Of an instant that nothing was reported of, everything is.
    runner._reported = None
    assert snapshot(runner, Prove(wants=wants)).parameters is not first.parameters
