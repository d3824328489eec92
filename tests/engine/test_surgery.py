"""Operations change a network's numbers, say what they did, and keep what was learned."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, DataError, Dataset, Dense, Dropout, Experiment, GaussianNoise, LayerNorm, Trainer
from engine.activations import ACTIVATIONS
from engine.layers import Layer, Norm
from engine.optimizers import OPTIMIZERS
from engine.surgery import (
    AddUnit,
    DuplicateLayer,
    InitialiseLayer,
    InsertIdentity,
    MoveLayer,
    Operation,
    RemoveUnit,
    SetBias,
    SetWeight,
    SplitUnit,
    least_important,
)

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 3))
DATA = Dataset.from_arrays(X, np.arange(90) % 3, test_fraction=0.2)
BASE = Experiment().with_layers((Dense(units=4), Dense(units=5, activation="relu"), Dense(units=5)))
MIXED = [each.key for each in ACTIVATIONS if each.mixes]
FREE = [each.key for each in ACTIVATIONS if not each.mixes]
every_precision = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def trained(layers: tuple[Layer, ...] | None = None, steps: int = 12, kind: str = "adam", **others: Any) -> Trainer:
    experiment = BASE if layers is None else BASE.with_layers(layers)
    trainer = Trainer(experiment.with_value("training.optimizer.kind", kind), others.pop("data", DATA), **others)
    trainer.train(steps=steps)
    return trainer


def forward(trainer: Trainer, x: Any) -> Any:
    """The network's outputs (rows, outputs), written out again in double precision from the description."""
    plan, x = trainer.network.plan, np.asarray(x, np.float64).T
    stages = iter(plan.stages)
    dense = iter(range(len(plan.layers)))
    for layer in (*trainer.experiment.network.layers, None):
        if isinstance(layer, Dense) or layer is None:
            index = next(dense)
            w, b = (np.asarray(part[index], np.float64) for part in (trainer.network.weights, trainer.network.biases))
            x = plan.layers[index].activation.value(w.T @ x + b[:, None], None)
            continue
        at = next(stages)
        if isinstance(layer, Norm):
            gamma, beta = (row.astype(np.float64)[:, None] for row in at.rows(trainer.network.parameters))
            mean, variance = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            if isinstance(layer, BatchNorm):
                known = at.statistics(trainer.network.statistics).astype(np.float64)
                mean, variance = known[:, :, None]
            x = gamma * (x - mean) / np.sqrt(variance + layer.epsilon) + beta
            x = ACTIVATIONS[layer.activation].value(x, None)
    return x.T


def change(trainer: Trainer, operation: Operation) -> float:
    """By how much an operation changes the outputs on the data, as a share of the largest."""
    before = forward(trainer, DATA.x_train)
    trainer.operate(operation)
    return float(np.abs(forward(trainer, DATA.x_train) - before).max() / np.abs(before).max())


def everything(trainer: Trainer) -> Any:
    state = trainer.state()
    watch, batches = state.pop("watch"), state.pop("batches")
    arrays = {name: state.pop(name).tobytes() for name in ("parameters", "statistics", "optimizer")}
    batches["order"] = batches["order"].tolist()
    watch.pop("seconds")
    return state, watch, batches, arrays, trainer.experiment, trainer.history.view().values.tobytes()


# -- weights and biases by hand ----------------------------------------------------------------------


@every_precision
def test_a_weight_and_a_bias_are_what_they_were_set_to_and_nothing_else_changes(dtype: type) -> None:
    trainer = trained(dtype=dtype)
    before = trainer.network.parameters.copy()
    trainer.operate(SetWeight(1, 3, 2, -1.5))
    trainer.operate(SetBias(0, 1, 0.25))
    changed = np.flatnonzero(trainer.network.parameters != before)
    set_now = (trainer.network.weights[1][3, 2], trainer.network.biases[0][1])
    assert (set_now, len(changed)) == ((-1.5, 0.25), 2)


def test_a_weight_set_by_hand_shows_in_the_evaluation_at_once() -> None:
    trainer = trained()
    before = trainer.evaluation()
    trainer.operate(SetWeight(3, 0, 0, 5.0))
    after = trainer.evaluation()
    assert after.train["loss"] != before.train["loss"]
    np.testing.assert_allclose(after.outputs_train, forward(trainer, DATA.x_train), rtol=1e-4, atol=1e-6)


def test_a_frozen_weight_can_be_set_by_hand() -> None:
    trainer = trained((Dense(units=4, frozen_weights=((1, 2),), frozen_units=(0,)),))
    trainer.operate(SetWeight(0, 1, 2, 3.0))
    trainer.operate(SetWeight(0, 1, 0, 4.0))
    trainer.train(steps=5)
    assert (trainer.network.weights[0][1, 2], trainer.network.weights[0][1, 0]) == (3.0, 4.0)


def test_setting_a_weight_before_the_first_step_is_the_beginning_of_the_history() -> None:
    trainer = Trainer(BASE, DATA)
    trainer.operate(SetWeight(0, 0, 0, 9.0))
    history = trainer.history.view()
    assert (list(history["step"]), history["train.loss"][0]) == ([0.0], trainer.evaluate("train")["loss"])


def test_a_diverged_run_goes_on_when_a_weight_is_set() -> None:
    trainer = trained()
    trainer.network.parameters[:] = np.nan
    trainer.step()
    assert trainer.diverged is not None
    for layer in range(4):
        trainer.operate(InitialiseLayer(layer))
    trainer.step()
    assert trainer.diverged is None


# -- units -------------------------------------------------------------------------------------------


def around(activation: str) -> tuple[Layer, ...]:
    """Layers of a function with stages in between that do not mix units, and one without biases."""
    settings = {"negative_slope": 0.3, "alpha": 0.7}
    stages = (Dropout(), BatchNorm(activation="tanh"), GaussianNoise())
    return (BatchNorm(), Dense(units=4, activation=activation, **settings), *stages, Dense(units=5, bias=False))


@every_precision
@pytest.mark.parametrize("activation", FREE)
def test_a_split_unit_leaves_the_answers_as_they_are(activation: str, dtype: type) -> None:
    trainer = trained(around(activation), dtype=dtype)
    assert change(trainer, SplitUnit(0, 1)) <= 1e-5
    assert change(trainer, SplitUnit(1, 4)) <= 1e-5


@pytest.mark.parametrize("activation", MIXED)
def test_a_unit_that_shares_one_sum_with_the_others_is_not_split(activation: str) -> None:
    with pytest.raises(ValueError, match=r"Hidden 1 · 2 cannot be split: softmax shares out one sum among all units"):
        trained(around(activation)).operate(SplitUnit(0, 1))


@pytest.mark.parametrize("stage", [LayerNorm(), BatchNorm(activation="softmax")])
def test_a_unit_in_front_of_a_stage_that_mixes_units_is_not_split(stage: Layer) -> None:
    with pytest.raises(ValueError, match=f"{stage.label.lower()} behind it depends on all units together"):
        trained((Dense(units=4), Dropout(), stage, Dense(units=3))).operate(SplitUnit(0, 1))


def test_the_halves_of_a_split_unit_add_up_and_learn_different_things() -> None:
    trainer = trained()
    whole = trainer.network.weights[1][2].copy()
    trainer.operate(SplitUnit(0, 2))
    a, b = trainer.network.weights[1][2], trainer.network.weights[1][4]
    np.testing.assert_allclose(a + b, whole, rtol=1e-6)
    assert 0.0 < np.abs(a - b).max() < np.abs(whole).max()
    trainer.train(steps=40)
    incoming = trainer.network.weights[0]
    assert np.abs(incoming[:, 2] - incoming[:, 4]).max() > 1e-3


@every_precision
@pytest.mark.parametrize("activation", list(FREE))
def test_a_unit_that_always_gives_the_same_is_removed_without_a_trace(activation: str, dtype: type) -> None:
    trainer = trained((Dense(units=4, activation=activation), BatchNorm(), Dense(units=5)), dtype=dtype)
    trainer.network.weights[0][:, 1] = 0.0
    assert change(trainer, RemoveUnit(0, 1)) <= 1e-5


def test_removing_a_unit_says_what_it_has_cost() -> None:
    trainer = trained()
    before = trainer.evaluate("train")["loss"]
    said = trainer.operate(RemoveUnit(1, 2))
    after = trainer.evaluate("train")["loss"]
    assert said == f"Removed hidden 2 · 3: training loss {before:.4f} → {after:.4f}."


def test_folding_puts_the_mean_output_into_the_biases_behind() -> None:
    trainer = trained((Dense(units=4), BatchNorm(), Dropout(), Dense(units=5)))
    given = trainer.network.every_layer(DATA.x_train).x[1][2].mean()
    expected = trainer.network.biases[1] + given * trainer.network.weights[1][2]
    trainer.operate(RemoveUnit(0, 2))
    np.testing.assert_allclose(trainer.network.biases[1], expected, rtol=1e-5)


def test_without_folding_the_biases_behind_stay() -> None:
    trainer = trained()
    before = trainer.network.biases[1].copy()
    trainer.operate(RemoveUnit(0, 2, fold=False))
    np.testing.assert_array_equal(trainer.network.biases[1], before)


def test_a_layer_behind_without_biases_is_named() -> None:
    said = trained((Dense(units=4), Dense(units=3, bias=False))).operate(RemoveUnit(0, 2))
    assert said.endswith("Hidden 2 has no biases to take over its mean output.")


def test_a_unit_added_leaves_the_others_and_is_no_twin_of_one_removed() -> None:
    trainer = Trainer(BASE, DATA)
    trainer.operate(RemoveUnit(0, 0))
    before = trainer.network.weights[0].copy()
    trainer.operate(AddUnit(0))
    w = trainer.network.weights[0]
    np.testing.assert_array_equal(w[:, :3], before)
    assert all(np.abs(w[:, 3] - w[:, other]).max() > 1e-3 for other in range(3))


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("layers", [None, (Dense(units=6, activation="softmax"), LayerNorm(), Dense(units=2), Dense())])
def test_the_least_important_unit_is_the_one_whose_removal_costs_least(
    layer: int, layers: tuple[Layer, ...] | None
) -> None:
    losses = []
    for unit in range(trained(layers).network.plan.layers[layer].units):
        trainer = trained(layers)
        trainer.operate(RemoveUnit(layer, unit))
        losses.append(trainer.evaluate("train")["loss"])
    assert least_important(trained(layers), layer) == int(np.argmin(losses))


def test_in_a_wide_layer_a_unit_without_effect_is_the_least_important() -> None:
    trainer = trained((Dense(units=60),))
    trainer.network.weights[1][37] = 0.0
    before = trainer.evaluate("train")["loss"]
    trainer.operate(RemoveUnit(0, least_important(trainer, 0)))
    assert trainer.evaluate("train")["loss"] <= before + 1e-6


# -- layers ------------------------------------------------------------------------------------------

# Behind functions that are never negative, besides linear, tanh and softsign; worked out by hand.
ALSO_BEHIND = {
    **{key: {"relu", "relu6", "leaky_relu", "elu"} for key in ("step", "sigmoid", "hard_sigmoid", "relu6", "softmax")},
    **{key: {"relu", "leaky_relu", "elu"} for key in ("softplus", "relu")},
}


def with_stages(activation: str) -> tuple[Layer, ...]:
    return (Dense(units=4, activation=activation), Dropout(), BatchNorm(), Dense(units=3, bias=False), LayerNorm())


@every_precision
@pytest.mark.parametrize("inserted", [each.key for each in ACTIVATIONS])
@pytest.mark.parametrize("before", [each.key for each in ACTIVATIONS])
def test_a_layer_is_inserted_without_a_change_or_refused(before: str, inserted: str, dtype: type) -> None:
    trainer = trained(with_stages(before), dtype=dtype)
    operation = InsertIdentity(1, inserted)
    if inserted in {"linear", "tanh", "softsign"} | ALSO_BEHIND.get(before, set()):
        assert change(trainer, operation) <= 1e-5
        assert trainer.network.plan.layers[1].activation.key == inserted
    else:
        with pytest.raises(ValueError, match=r"would change what the network says; .*Linear.* would not"):
            trainer.operate(operation)


@every_precision
@pytest.mark.parametrize(
    ("layer", "before", "behind", "expected"),
    [
        (1, "relu", "tanh", "relu"),
        (1, "tanh", "relu", "tanh"),
        (1, "selu", "tanh", "tanh"),
        (1, "sigmoid", "relu", "relu"),
        (1, "selu", "gelu", "linear"),
        (0, "relu", "tanh", "linear"),
        (0, "softsign", "tanh", "softsign"),
        (2, "tanh", "softplus", "linear"),
    ],
)
def test_the_automatic_activation_is_a_neighbours_where_that_works(
    layer: int, before: str, behind: str, expected: str, dtype: type
) -> None:
    stages = (LayerNorm(), Dropout())
    layers = (*stages, Dense(units=4, activation=before), *stages, Dense(units=3, activation=behind), *stages)
    trainer = trained(layers, dtype=dtype)
    assert change(trainer, InsertIdentity(layer)) <= 1e-5
    assert trainer.network.plan.layers[layer].activation.key == expected


def test_a_network_without_hidden_layers_gets_one_that_changes_nothing() -> None:
    trainer = trained(())
    assert change(trainer, InsertIdentity(0)) <= 1e-5
    assert trainer.network.plan.widths == (3, 3, 3)


def test_inputs_too_large_for_small_weights_get_smaller_ones() -> None:
    trainer = trained(data=Dataset.from_arrays(1000.0 * X, np.arange(90) % 3))
    before = forward(trainer, trainer.data.x_train)
    said = trainer.operate(InsertIdentity(0, "tanh"))
    np.testing.assert_allclose(forward(trainer, trainer.data.x_train), before, atol=1e-5)
    assert "take a small learning rate at first" in said


@pytest.mark.parametrize(
    ("layers", "layer", "said"),
    [
        ((Dense(units=4), Dense(units=4)), 1, "Duplicated hidden 2 with its weights."),
        ((Dense(units=5, activation="relu"), Dropout()), 0, "as an identity"),
        ((Dense(units=5, activation="tanh"),), 0, "as an identity"),
        ((Dense(units=5, activation="tanh"), BatchNorm()), 0, "with fresh weights, because it is not square and Tanh"),
        ((Dense(units=5, activation="sigmoid"),), 0, "with fresh weights"),
    ],
)
def test_a_duplicated_layer_says_what_it_is(layers: tuple[Layer, ...], layer: int, said: str) -> None:
    trainer = trained(layers)
    before, w = forward(trainer, X), trainer.network.weights[layer].copy()
    found = trainer.operate(DuplicateLayer(layer))
    same = np.abs(forward(trainer, X) - before).max() <= 1e-5
    copied = np.array_equal(trainer.network.weights[layer + 1], w)
    assert said in found
    assert (same, copied) == ("identity" in said, "its weights" in said)


def test_a_moved_layer_takes_its_weights_with_it() -> None:
    trainer = trained((Dense(units=5), Dense(units=5, activation="relu"), Dense(units=5, activation="elu")))
    before = [w.copy() for w in trainer.network.weights]
    trainer.operate(MoveLayer(1, 2))
    after = trainer.network.weights
    assert [np.array_equal(after[i], before[j]) for i, j in enumerate((0, 2, 1, 3))] == [True] * 4


def test_a_moved_normalization_takes_its_statistics_with_it() -> None:
    trainer = trained((Dense(units=4), BatchNorm(), LayerNorm(), Dense(units=4), Dense(units=4)))
    before = trainer.network.statistics.copy()
    trainer.operate(MoveLayer(1, 3))
    np.testing.assert_array_equal(trainer.network.statistics, before)
    assert trainer.experiment.network.layers[3] == BatchNorm()


def test_an_initialised_layer_is_drawn_again_and_forgotten_by_the_optimizer() -> None:
    trainer = trained()
    before, layer = trainer.network.parameters.copy(), trainer.network.plan.layers[1]
    trainer.operate(InitialiseLayer(1, seed=3))
    own = slice(layer.start, layer.stop)
    others = np.delete(np.arange(before.size), own)
    np.testing.assert_array_equal(trainer.network.parameters[others], before[others])
    drawn = np.all(trainer.network.weights[1] != layer.weights(before))
    assert (drawn, trainer.network.biases[1].any(), trainer.update.memory[:, own].any()) == (True, False, False)


# -- all of them -------------------------------------------------------------------------------------

# For layers (Dense 4, Dense 5, Dense 5); where a layer stands afterwards: (new index, old index).
ALL: dict[str, tuple[Operation, list[tuple[int, int]]]] = {
    "a weight set": (SetWeight(0, 0, 0, 1.0), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "a bias set": (SetBias(1, 0, 1.0), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "a unit added": (AddUnit(0), [(2, 2), (3, 3)]),
    "a unit split": (SplitUnit(1, 2), [(0, 0), (3, 3)]),
    "a unit removed": (RemoveUnit(1, 0), [(0, 0), (3, 3)]),
    "a layer inserted in front": (InsertIdentity(0), [(2, 1), (3, 2), (4, 3)]),
    "a layer inserted": (InsertIdentity(2), [(0, 0), (1, 1), (3, 2), (4, 3)]),
    "a layer duplicated": (DuplicateLayer(2), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3)]),
    "a layer moved": (MoveLayer(1, 2), [(0, 0), (1, 2), (2, 1), (3, 3)]),
    "a layer initialised": (InitialiseLayer(1), [(0, 0), (2, 2), (3, 3)]),
}
each_operation = pytest.mark.parametrize(("operation", "kept"), ALL.values(), ids=ALL.keys())


@each_operation
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_optimizers_memory_follows_the_layers(kind: str, operation: Operation, kept: list[tuple[int, int]]) -> None:
    trainer = trained(kind=kind)
    before, old, count = trainer.update.memory.copy(), trainer.network.plan, trainer.update.count
    trainer.operate(operation)
    new, memory = trainer.network.plan, trainer.update.memory
    if kind == "lbfgs":
        assert (memory.any(), trainer.update.count) == (False, 0)
        return
    for now, was in kept:
        for after, earlier in zip(memory, before, strict=True):
            inputs = min(new.layers[now].inputs, old.layers[was].inputs)
            found, wanted = new.layers[now].weights(after), old.layers[was].weights(earlier)
            np.testing.assert_array_equal(found[:inputs], wanted[:inputs])
    assert trainer.update.count == count


def test_nothing_is_remembered_of_weights_that_have_become_much_larger() -> None:
    trainer = trained()
    trainer.operate(InsertIdentity(1, "tanh"))
    inserted, behind = trainer.network.plan.layers[1:3]
    kept = [bool(layer.weights(row).any()) for layer in (inserted, behind) for row in trainer.update.memory]
    assert (kept, behind.biases(trainer.update.memory[0]).any()) == ([False] * 4, True)


@pytest.mark.parametrize("row", range(2))
def test_the_memory_of_units_goes_where_they_go(row: int) -> None:
    trainer = trained()
    before, old = trainer.update.memory[row].copy(), trainer.network.plan.layers
    trainer.operate(SplitUnit(0, 1))
    trainer.operate(RemoveUnit(0, 0))
    memory, new, origins = trainer.update.memory[row], trainer.network.plan.layers, [1, 2, 3, 1]
    np.testing.assert_array_equal(new[0].weights(memory), old[0].weights(before)[:, origins])
    np.testing.assert_array_equal(new[0].biases(memory), old[0].biases(before)[origins])
    np.testing.assert_array_equal(new[1].weights(memory), old[1].weights(before)[origins])


def test_what_a_normalization_knows_of_units_goes_where_they_go() -> None:
    trainer = trained((Dense(units=4), BatchNorm(), Dense(units=3)))
    stage, network = trainer.network.plan.stages[0], trainer.network
    rows, statistics = stage.rows(network.parameters).copy(), stage.statistics(network.statistics).copy()
    trainer.operate(SplitUnit(0, 1))
    trainer.operate(RemoveUnit(0, 0))
    stage, network, origins = trainer.network.plan.stages[0], trainer.network, [1, 2, 3, 1]
    np.testing.assert_array_equal(stage.rows(network.parameters), rows[:, origins])
    np.testing.assert_array_equal(stage.statistics(network.statistics), statistics[:, origins])


@each_operation
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_training_goes_on_in_the_middle_of_an_epoch(
    kind: str, operation: Operation, kept: list[tuple[int, int]]
) -> None:
    trainer = trained(kind=kind)
    trainer.reconfigure(trainer.experiment.with_value("training.batch_size", 20))
    trainer.train(steps=3)
    position, steps = trainer.batches.position, trainer.steps_done
    trainer.operate(operation)
    assert (trainer.batches.position, trainer.steps_done) == (position, steps)
    trainer.train(steps=5)
    assert (trainer.diverged, trainer.steps_done) == (None, steps + 5)
    assert np.isfinite(trainer.evaluate("train")["loss"])


@each_operation
@pytest.mark.parametrize("steps", [0, 9])
def test_an_operation_leads_to_the_description_it_promises(
    steps: int, operation: Operation, kept: list[tuple[int, int]]
) -> None:
    trainer = trained(steps=steps, data=None)
    promised = operation.after(trainer.experiment)
    trainer.operate(operation)
    assert trainer.experiment == promised
    assert trainer.network.plan == Trainer(promised).network.plan


@each_operation
def test_operations_go_the_same_way_every_time(operation: Operation, kept: list[tuple[int, int]]) -> None:
    twins = trained(), trained()
    for trainer in twins:
        trainer.operate(operation)
        trainer.train(steps=5)
    assert everything(twins[0]) == everything(twins[1])


@each_operation
def test_the_history_knows_the_layers_there_are(operation: Operation, kept: list[tuple[int, int]]) -> None:
    trainer = trained()
    trainer.operate(operation)
    names = [name.removesuffix(".norm") for name in trainer.history.view().names if name.endswith(".norm")]
    assert names == [layer.name for layer in trainer.network.plan.layers]


@each_operation
def test_a_run_is_pristine_until_it_is_edited_by_hand(operation: Operation, kept: list[tuple[int, int]]) -> None:
    trainer = Trainer(BASE, DATA)
    assert trainer.pristine
    trainer.operate(operation)
    assert not trainer.pristine
    trainer.reset()
    assert trainer.pristine


def test_what_was_set_by_hand_before_the_first_step_survives_a_change_of_the_network() -> None:
    trainer = Trainer(BASE, DATA)
    trainer.operate(SetWeight(0, 0, 0, 7.0))
    trainer.reconfigure(BASE.with_layer(2, units=9))
    assert trainer.network.weights[0][0, 0] == 7.0


def test_a_restored_run_knows_whether_it_was_edited_by_hand() -> None:
    trainer, other = Trainer(BASE, DATA), Trainer(BASE, DATA)
    trainer.operate(SetWeight(0, 0, 0, 7.0))
    other.restore(trainer.state())
    assert not other.pristine


# -- refusals ----------------------------------------------------------------------------------------

LIMITED = (Dense(units=4, bias=False, pruned_weights=((1, 2),)), Dense(units=1), Dense(units=4096))
REFUSALS: dict[str, tuple[Operation, str]] = {
    "a pruned weight": (SetWeight(0, 1, 2, 1.0), r"input 2 to hidden 1 · 3 is pruned, that is held at zero"),
    "a weight that is no number": (SetWeight(0, 0, 0, float("nan")), "nan is not a finite number"),
    "an infinite bias": (SetBias(1, 0, float("inf")), "inf is not a finite number"),
    "a weight beyond the precision": (SetWeight(0, 0, 0, 1e300), "1e\\+300 is not a finite number"),
    "a missing input": (SetWeight(0, 3, 0, 1.0), "Hidden 1 has 3 inputs, no input 4"),
    "a missing unit": (SetWeight(0, 0, -1, 1.0), "Hidden 1 has 4 units, no unit 0"),
    "a missing layer": (SetWeight(9, 0, 0, 1.0), "There is no layer 10: the network has 4"),
    "a bias that is not there": (SetBias(0, 0, 1.0), "Hidden 1 has no biases"),
    "the last unit": (RemoveUnit(1, 0), "Hidden 2 has only this one unit"),
    "a unit of the output": (RemoveUnit(3, 0), "The output cannot gain or lose units"),
    "a unit added to the output": (AddUnit(3), "The output cannot gain"),
    "a unit too many": (AddUnit(2), "Hidden 3 has 4096 units, the most there can be"),
    "a unit to split that is not there": (SplitUnit(0, 4), "Hidden 1 has 4 units, no unit 5"),
    "the output duplicated": (DuplicateLayer(3), "The output cannot be duplicated"),
    "an unknown activation": (InsertIdentity(1, "nonsense"), "nonsense units .* would change"),
    "a place that is not there": (MoveLayer(0, 3), "There is no place 4 among 3"),
    "a layer to initialise that is not there": (InitialiseLayer(4), "There is no layer 5"),
}


@pytest.mark.parametrize(("operation", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refused_operation_says_why_and_changes_nothing(operation: Operation, sentence: str) -> None:
    trainer = trained(LIMITED, steps=2)
    before = everything(trainer)
    with pytest.raises(ValueError, match=sentence):
        trainer.operate(operation)
    assert everything(trainer) == before


@pytest.mark.parametrize("operation", [InsertIdentity(1), DuplicateLayer(0)])
def test_a_layer_too_many_is_refused_in_one_sentence(operation: Operation) -> None:
    with pytest.raises(ValueError, match="64 hidden layers, which is the most there can be"):
        trained((Dense(units=2),) * 64, steps=0).operate(operation)


def test_a_refusal_in_the_middle_of_the_work_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trained()
    before = everything(trainer)
    monkeypatch.setattr("engine.layer_surgery._UNCHANGED", -1.0)
    with pytest.raises(ValueError, match=r"would change the outputs by .* of the largest; choose Linear"):
        trainer.operate(InsertIdentity(0, "tanh"))
    assert everything(trainer) == before


def test_a_layer_in_front_of_the_first_needs_to_know_the_columns() -> None:
    unnamed = BASE.with_value("data.features", None)
    with pytest.raises(ValueError, match="How many inputs the network has must be known"):
        InsertIdentity(0).after(unnamed)
    assert InsertIdentity(0, width=4).after(unnamed).network.layers[0] == Dense(units=4, activation="tanh")


# -- what is frozen and pruned follows ---------------------------------------------------------------

MARKED = (
    Dense(units=4, frozen_units=(1, 3), frozen_weights=((0, 0), (2, 1)), pruned_weights=((1, 3),)),
    Dense(units=4, frozen_weights=((0, 2), (3, 1)), pruned_weights=((1, 0),)),
)


@pytest.mark.parametrize(
    ("operation", "units", "frozen", "pruned", "frozen_behind", "pruned_behind"),
    [
        (RemoveUnit(0, 0), (0, 2), ((2, 0),), ((1, 2),), ((2, 1),), ((0, 0),)),
        (RemoveUnit(0, 1), (2,), ((0, 0),), ((1, 2),), ((0, 2), (2, 1)), ()),
        (
            SplitUnit(0, 1),
            (1, 3, 4),
            ((0, 0), (2, 1), (2, 4)),
            ((1, 3),),
            ((0, 2), (3, 1)),
            ((1, 0), (4, 0)),
        ),
        (AddUnit(0), (1, 3), ((0, 0), (2, 1)), ((1, 3),), ((0, 2), (3, 1)), ((1, 0),)),
    ],
)
def test_marks_go_with_the_units(
    operation: Operation, units: Any, frozen: Any, pruned: Any, frozen_behind: Any, pruned_behind: Any
) -> None:
    a, b = operation.after(BASE.with_layers(MARKED)).network.layers
    assert isinstance(a, Dense)
    assert isinstance(b, Dense)
    assert (a.frozen_units, a.frozen_weights, a.pruned_weights) == (units, frozen, pruned)
    assert (b.frozen_units, b.frozen_weights, b.pruned_weights) == ((), frozen_behind, pruned_behind)


@pytest.mark.parametrize(
    "operation", [SplitUnit(0, 1), RemoveUnit(0, 0), AddUnit(0), InitialiseLayer(1), InsertIdentity(1), MoveLayer(0, 1)]
)
def test_pruned_weights_stay_zero_whatever_is_done(operation: Operation) -> None:
    trainer = trained(MARKED)
    trainer.operate(operation)
    trainer.train(steps=10)
    pruned = [trainer.network.parameters[layer.pruned] for layer in trainer.network.plan.layers]
    assert sum(len(each) for each in pruned) > 0
    assert not any(each.any() for each in pruned)


def test_a_split_in_front_of_a_pruned_weight_leaves_the_answers_as_they_are() -> None:
    assert change(trained(MARKED), SplitUnit(0, 1)) <= 1e-5


def test_data_errors_are_sentences_too() -> None:
    layers = (Dense(units=4, frozen_weights=((2, 0),)),)
    check: Callable[[], Any] = lambda: Trainer(BASE.with_layers(layers))  # noqa: E731
    with pytest.raises(DataError, match="Hidden 1 has 2 inputs, so there is no weight of the input with the index 2"):
        check()
