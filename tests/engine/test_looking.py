"""What a report shows of the network: as wanted, of the present, and without a trace in the run."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, Dense, Dropout, Experiment, Trainer
from engine.edge_views import EDGE_VIEWS
from engine.probes import Wants
from engine.runner import Apply, Job, Runner, Train
from engine.snapshot import Snapshot
from engine.unit_views import NODE_VIEWS, UnitStatistics, unit_statistics

WINE = Experiment.model_validate({"data": {"source": "wine"}, "training": {"epochs": 1000}})
EVERYTHING = [
    Wants(True, 3, (4, 9), node.key, edge.key) for node, edge in zip([*NODE_VIEWS] * 2, [*EDGE_VIEWS], strict=False)
]


@pytest.fixture
def trainer() -> Trainer:
    """13 inputs, dropout and batch normalization."""
    layers = (Dense(units=6, activation="relu"), BatchNorm(), Dropout(), Dense(units=5))
    return Trainer(WINE.with_layers(layers))


@pytest.fixture
def runner(trainer: Trainer) -> Iterator[Runner]:
    made = Runner(trainer)
    yield made
    made.close()


def snapshot(runner: Runner, job: Job) -> Snapshot:
    runner.post(job)
    report = runner.wait(30.0)
    assert isinstance(report, Snapshot), report
    return report


def held(report: Snapshot) -> tuple[bool, bool, bool]:
    return report.maps is not None, report.units is not None, report.edges is not None


@pytest.mark.parametrize(
    ("wants", "there"),
    [
        (Wants(), (False, False, False)),
        (Wants(maps=True), (False, True, False)),
        (Wants(maps=True, plane=(0, 1)), (True, True, False)),
        (Wants(nodes="gradient"), (False, True, False)),
        (Wants(edges="gradient"), (False, False, True)),
    ],
)
def test_a_snapshot_holds_what_is_wanted_and_no_more(runner: Runner, wants: Wants, there: tuple[bool, ...]) -> None:
    assert held(snapshot(runner, Train(steps=2, wants=wants))) == there


@pytest.mark.parametrize("wants", EVERYTHING)
def test_what_is_newly_wanted_comes_at_once_while_nothing_trains(runner: Runner, wants: Wants) -> None:
    snapshot(runner, Train(steps=2))
    report = snapshot(runner, Job(wants=wants))
    assert held(report) == (True, True, wants.edges != "weight")
    assert report.units is not None
    assert report.units.quantity == wants.nodes


def test_what_is_no_longer_wanted_is_gone(runner: Runner) -> None:
    snapshot(runner, Job(wants=EVERYTHING[2]))
    assert held(snapshot(runner, Job())) == (False, False, False)


def test_maps_and_statistics_are_made_once_for_an_instant(runner: Runner) -> None:
    first, second = (snapshot(runner, Job(wants=EVERYTHING[0])) for _ in range(2))
    assert (first.maps is second.maps, first.units is second.units) == (True, True)


def test_dead_units_are_looked_for_at_all_rows_seldom_but_at_every_pause(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[bool] = []

    def counted(*arguments: Any) -> UnitStatistics:
        searched.append(arguments[-1] is None)
        return unit_statistics(*arguments)

    monkeypatch.setattr("engine.looking.unit_statistics", counted)
    monkeypatch.setattr("engine.looking._LOOKING_SHARE", 1.0)
    monkeypatch.setattr("engine.looking._DEAD_SHARE", 1e-9)
    for job in (Job(wants=EVERYTHING[0]), *2 * [Train(seconds=0.02, wants=EVERYTHING[0])], Job(wants=EVERYTHING[0])):
        snapshot(runner, job)
    assert searched == [True, False, False, True]


def test_another_row_that_the_maps_are_held_at_makes_others(runner: Runner) -> None:
    first, second = (snapshot(runner, Job(wants=Wants(maps=True, row=row, plane=(0, 1)))) for row in (3, 4))
    assert (first.maps is second.maps, first.units is second.units) == (False, True)


@pytest.mark.parametrize("of", ["parameters", "statistics"])
def test_numbers_set_by_hand_show_at_the_same_step(trainer: Trainer, runner: Runner, of: str) -> None:
    before = snapshot(runner, Job(wants=EVERYTHING[0]))
    numbers: Any = getattr(trainer.network, of)
    numbers *= 1.5
    after = snapshot(runner, Job(wants=EVERYTHING[0]))
    assert before.maps is not None
    assert after.maps is not None
    assert not np.array_equal(before.maps.answers, after.maps.answers)


def test_the_change_of_the_last_step_is_there_when_it_was_wanted(trainer: Trainer, runner: Runner) -> None:
    first = snapshot(runner, Train(steps=4))
    second = snapshot(runner, Train(steps=1, wants=Wants(edges="update")))
    assert second.edges is not None
    assert np.array_equal(second.edges.values, second.parameters - first.parameters)


def test_edges_are_laid_out_as_the_weights_are(runner: Runner) -> None:
    report = snapshot(runner, Train(steps=4, wants=Wants(edges="gradient")))
    shown = report.edge_values(1)
    assert shown is not None
    assert shown.shape == report.weights(1).shape == (6, 5)


def test_edges_with_nothing_to_show_say_why(runner: Runner) -> None:
    report = snapshot(runner, Job(wants=Wants(edges="gradient")))
    assert report.edge_values(0) is None
    assert report.edges is not None
    assert "step" in report.edges.missing


def test_after_an_edit_everything_is_of_the_changed_network(runner: Runner) -> None:
    wants = EVERYTHING[2]
    snapshot(runner, Train(steps=3, wants=wants))
    report = snapshot(runner, Apply(experiment=WINE.with_layers((Dense(units=4),)), wants=wants))
    assert report.maps is not None
    assert report.units is not None
    assert [len(layer.level) for layer in report.units.layers] == [len(each) for each in report.maps.layers] == [4, 3]


def test_a_run_is_the_same_bit_for_bit_whatever_is_looked_at(trainer: Trainer, runner: Runner) -> None:
    alone = Trainer(trainer.experiment)
    alone.train(steps=21)
    for wants in EVERYTHING:
        snapshot(runner, Train(steps=3, wants=wants))
        snapshot(runner, Job(wants=wants))
    ours, theirs = trainer.state(), alone.state()
    for key in ("parameters", "statistics", "optimizer"):
        assert ours[key].tobytes() == theirs[key].tobytes()
    assert (ours["noise"], ours["batches"]["generator"]) == (theirs["noise"], theirs["batches"]["generator"])
