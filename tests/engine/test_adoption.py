"""What is described as frozen or pruned, and what is kept when the columns of the data change."""

import re
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from engine import BatchNorm, DataError, Dataset, Dense, Dropout, Experiment, Trainer, load_data
from engine.layers import Output, Weighted
from engine.spec import explain
from engine.surgery import SetWeight, with_features

BASE = Experiment().with_layers((Dense(units=4), Dense(units=3)))
ALL = load_data(BASE.data.edited(features=None)).names
LENGTH, WIDTH = "petal length (cm)", "petal width (cm)"


MANY = [[0, 0]] * 65537


def pairs(layer: object) -> tuple[Any, Any]:
    assert isinstance(layer, Weighted)
    return layer.frozen_weights, layer.pruned_weights


# -- the description ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["frozen_weights", "pruned_weights"])
def test_single_weights_are_named_in_order_and_once(name: str) -> None:
    layer = Dense.model_validate({"units": 4, name: [[2, 1], [0, 3], [2, 1]]})
    assert getattr(layer, name) == ((0, 3), (2, 1))


@pytest.mark.parametrize("name", ["frozen_weights", "pruned_weights"])
@pytest.mark.parametrize("value", [[[0]], [[0, 1, 2]], [[-1, 0]], [[0, 1.5]], [[True, 0]], [["0", 0]], 3, MANY])
def test_only_pairs_of_whole_numbers_name_weights(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Output.model_validate({name: value})
    assert all(sentence.startswith(name) for sentence in explain(caught.value))


@pytest.mark.parametrize("name", ["frozen_weights", "pruned_weights"])
def test_a_weight_of_a_unit_that_the_layer_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=rf"Dense\.{name} must be pairs .* with a unit below 4, not \(0, 4\)"):
        Dense.model_validate({"units": 4, name: [(1, 1), (0, 4)]})


def test_a_narrower_layer_forgets_the_weights_it_loses() -> None:
    layer = Dense(units=4, frozen_weights=((0, 1), (0, 3)), pruned_weights=((5, 0), (5, 2)))
    assert pairs(layer.edited(units=2)) == (((0, 1),), ((5, 0),))


def test_the_layer_behind_a_narrower_one_forgets_the_weights_it_loses() -> None:
    marked = BASE.with_layer(1, frozen_weights=((0, 0), (3, 0)), pruned_weights=((2, 1),))
    marked = marked.with_value("network.output.pruned_weights", ((1, 0), (2, 1)))
    narrower = marked.with_layer(0, units=3).with_layer(1, units=2)
    assert pairs(narrower.network.layers[1]) == (((0, 0),), ((2, 1),))
    assert pairs(narrower.network.output) == ((), ((1, 0),))


MISSING = {
    "an input to freeze": ({"frozen_weights": [(0, 0), (2, 1)]}, {}, "Hidden 1 has 2 inputs", "input", 2, "freeze"),
    "an input to prune": ({"pruned_weights": [(5, 1)]}, {}, "Hidden 1 has 2 inputs", "input", 5, "prune"),
    "an input of the output": ({}, {"frozen_weights": [(4, 0)]}, "The output has 4 inputs", "input", 4, "freeze"),
    "a unit of the output": ({}, {"pruned_weights": [(0, 3)]}, "The output has 3 units", "unit", 3, "prune"),
}


@pytest.mark.parametrize(("layer", "output", "has", "kind", "index", "what"), MISSING.values(), ids=MISSING.keys())
def test_a_weight_that_is_not_there_is_refused_in_one_sentence(
    layer: Any, output: Any, has: str, kind: str, index: int, what: str
) -> None:
    network = {"layers": [{"units": 4, **layer}], "output": output}
    sentence = f"{has}, so there is no weight of the {kind} with the index {index} to {what}"
    with pytest.raises(DataError, match=re.escape(sentence)):
        Trainer(Experiment.model_validate({"network": network}))


# -- pruned weights ----------------------------------------------------------------------------------


def test_pruned_weights_are_zero_from_the_start_and_others_are_those_of_the_seed() -> None:
    marked = BASE.with_layer(0, pruned_weights=((1, 2), (0, 3)))
    w, usual = Trainer(marked).network.weights[0], Trainer(BASE).network.weights[0].copy()
    usual[[1, 0], [2, 3]] = 0.0
    np.testing.assert_array_equal(w, usual)


def test_a_weight_pruned_in_the_middle_of_a_run_is_zero_and_nothing_is_remembered_of_it() -> None:
    trainer = Trainer(BASE)
    trainer.train(steps=20)
    before = trainer.network.weights[0].copy()
    trainer.reconfigure(BASE.with_layer(0, pruned_weights=((1, 2),)))
    before[1, 2] = 0.0
    np.testing.assert_array_equal(trainer.network.weights[0], before)
    layer = trainer.network.plan.layers[0]
    assert not any(layer.weights(row)[1, 2] for row in trainer.update.memory)


def test_a_weight_that_is_no_longer_pruned_grows_again() -> None:
    trainer = Trainer(BASE.with_layer(0, pruned_weights=((1, 2),)))
    trainer.train(steps=20)
    trainer.reconfigure(BASE)
    assert trainer.network.weights[0][1, 2] == 0.0
    trainer.train(steps=1)
    assert trainer.network.weights[0][1, 2] != 0.0


# -- other columns -----------------------------------------------------------------------------------

STAGED = BASE.with_layers((BatchNorm(), Dropout(), Dense(units=4), Dense(units=3)))


def trained(features: tuple[str, ...] | None, base: Experiment = BASE, steps: int = 15) -> Trainer:
    trainer = Trainer(base.with_value("data.features", features))
    trainer.train(steps=steps)
    return trainer


def test_a_new_column_changes_nothing_at_first_and_is_learned_from() -> None:
    trainer = trained((LENGTH, WIDTH))
    before = trainer.predict(trainer.data.x_train)
    trainer.reconfigure(trainer.experiment.with_value("data.features", None))
    np.testing.assert_allclose(trainer.predict(trainer.data.x_train), before, rtol=1e-5, atol=1e-6)
    position = trainer.batches.position
    assert (trainer.steps_done, trainer.data.names, position > 0) == (15, ALL, True)
    trainer.train(steps=5)
    assert trainer.network.weights[0].all()


@pytest.mark.parametrize("base", [BASE, STAGED])
@pytest.mark.parametrize("kind", ["adam", "momentum", "lbfgs"])
def test_columns_keep_what_was_learned_of_them_wherever_they_stand(base: Experiment, kind: str) -> None:
    trainer = trained((ALL[0], LENGTH, WIDTH), base.with_value("training.optimizer.kind", kind))
    vectors = [trainer.network.parameters.copy(), *trainer.update.memory.copy()]
    old, statistics = trainer.network.plan, trainer.network.statistics.copy()
    trainer.reconfigure(trainer.experiment.with_value("data.features", (WIDTH, ALL[1], ALL[0])))
    new, after = trainer.network.plan, [trainer.network.parameters, *trainer.update.memory]
    rows = 1 if kind == "lbfgs" else len(vectors)
    for now, was in zip(after[:rows], vectors[:rows], strict=True):
        w, earlier = new.layers[0].weights(now), old.layers[0].weights(was)
        np.testing.assert_array_equal(w[[0, 2]], earlier[[2, 0]])
        assert not w[1].any()
        np.testing.assert_array_equal(now[new.layers[1].start :], was[old.layers[1].start :])
    for stage, other in list(zip(new.stages, old.stages, strict=True))[:1]:
        found, known = stage.statistics(trainer.network.statistics), other.statistics(statistics)
        np.testing.assert_array_equal(found[:, [0, 2]], known[:, [2, 0]])


def test_columns_and_layers_can_change_at_once() -> None:
    trainer = trained((LENGTH, WIDTH))
    before = trainer.network.weights[0].copy()
    trainer.reconfigure(trainer.experiment.with_value("data.features", (WIDTH,)).with_layer(0, units=6))
    np.testing.assert_array_equal(trainer.network.weights[0][:, :4], before[[1]])
    trainer.train(steps=3)
    assert trainer.diverged is None


def test_before_the_first_step_other_columns_are_a_fresh_network_unless_it_was_edited() -> None:
    changed = BASE.with_value("data.features", (WIDTH,))
    pristine, edited = Trainer(BASE), Trainer(BASE)
    edited.operate(SetWeight(0, 1, 1, 5.0))
    for trainer in (pristine, edited):
        trainer.reconfigure(changed)
    np.testing.assert_array_equal(pristine.network.parameters, Trainer(changed).network.parameters)
    assert edited.network.weights[0][0, 1] == 5.0


@pytest.mark.parametrize(("path", "value"), [("data.test_fraction", 0.5), ("data.seed", 3), ("training.seed", 4)])
def test_other_rows_or_another_seed_begin_anew_whatever_the_columns(path: str, value: Any) -> None:
    trainer = trained((LENGTH, WIDTH))
    trainer.reconfigure(BASE.with_value("data.features", (WIDTH,)).with_value(path, value))
    assert trainer.steps_done == 0


def test_a_column_that_is_not_there_changes_nothing() -> None:
    trainer = trained((LENGTH, WIDTH))
    before = trainer.network.parameters.copy(), trainer.experiment
    with pytest.raises(DataError, match="there is no column 'nonsense'"):
        trainer.reconfigure(trainer.experiment.with_value("data.features", ("nonsense",)))
    assert (trainer.network.parameters.tobytes(), trainer.experiment) == (before[0].tobytes(), before[1])


@pytest.mark.parametrize(("path", "value"), [("data.source", "moons"), ("data.features", (WIDTH,)), ("data.seed", 2)])
def test_a_network_on_arrays_of_ones_own_loads_no_other_data(path: str, value: Any) -> None:
    own = Dataset.from_arrays(np.arange(20.0).reshape(10, 2), np.arange(10) % 2)
    trainer = Trainer(BASE, own)
    with pytest.raises(DataError, match="arrays of its own"):
        trainer.reconfigure(BASE.with_value(path, value))
    assert (trainer.data, trainer.experiment) == (own, BASE)


MARKED = BASE.with_value("data.features", (ALL[0], LENGTH, WIDTH)).with_layer(
    0, frozen_weights=((0, 0), (1, 1)), pruned_weights=((2, 3),)
)


@pytest.mark.parametrize(
    ("names", "frozen", "pruned"),
    [
        ((LENGTH, WIDTH), ((0, 1),), ((1, 3),)),
        ((WIDTH, ALL[1], ALL[0]), ((2, 0),), ((0, 3),)),
        (None, ((0, 0), (2, 1)), ((3, 3),)),
    ],
)
def test_what_is_frozen_and_pruned_follows_the_names_of_the_columns(names: Any, frozen: Any, pruned: Any) -> None:
    changed = with_features(MARKED, names)
    assert (pairs(changed.network.layers[0]), changed.data.features) == ((frozen, pruned), names)


def test_columns_that_are_not_named_are_looked_up_or_told() -> None:
    named = with_features(MARKED, None)
    told = named.with_value("data.source", "iris")
    assert with_features(named, (ALL[0], LENGTH, WIDTH)) == MARKED
    assert with_features(told, (ALL[0], LENGTH, WIDTH), before=ALL) == MARKED


def test_a_run_takes_over_other_columns_with_what_is_frozen_and_pruned() -> None:
    trainer = Trainer(MARKED)
    trainer.train(steps=10)
    frozen = trainer.network.weights[0][1, 1]
    trainer.reconfigure(with_features(MARKED, (LENGTH, WIDTH)))
    trainer.train(steps=10)
    assert (trainer.network.weights[0][0, 1], trainer.network.weights[0][1, 3]) == (frozen, 0.0)
