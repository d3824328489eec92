"""Probes: what the views ask of a network besides its weights."""

import numpy as np
import pytest

from engine import BatchNorm, DataSpec, Dense, Dropout, Experiment, GaussianNoise, LayerNorm, Trainer, load_data
from engine.data.sources import SOURCES
from engine.probes import GRID, Maps, maps, plane_extent, trace


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """The ready example after three epochs."""
    made = Trainer(Experiment())
    made.run(epochs=3)
    return made


@pytest.fixture(scope="module")
def staged() -> Trainer:
    """A network with every kind of stage, after three epochs."""
    layers = (BatchNorm(), Dense(), Dropout(), GaussianNoise(), Dense(), LayerNorm(activation="relu"))
    made = Trainer(Experiment().with_layers(layers))
    made.run(epochs=3)
    return made


def drawn(trainer: Trainer) -> Maps:
    found = maps(trainer.network, trainer.data, trainer.steps_done)
    assert found is not None
    return found


# -- maps --------------------------------------------------------------------------------------------


def test_the_map_of_the_output_is_what_is_predicted_on_the_grid(trainer: Trainer) -> None:
    found = drawn(trainer)
    left, right, bottom, top = found.extent
    points = [[across, up] for up in np.linspace(bottom, top, GRID) for across in np.linspace(left, right, GRID)]
    predicted = trainer.predict(trainer.data.x_scaling.apply(points))
    np.testing.assert_allclose(found.layers[-1], predicted.T.reshape(3, GRID, GRID), rtol=1e-4, atol=1e-5)


def test_every_unit_of_every_layer_has_a_map(trainer: Trainer) -> None:
    assert [layer.shape for layer in drawn(trainer).layers] == [(8, GRID, GRID), (8, GRID, GRID), (3, GRID, GRID)]


def test_maps_say_at_which_step_they_were_taken(trainer: Trainer) -> None:
    assert drawn(trainer).step == trainer.steps_done == 12


def test_the_plane_holds_every_row_in_the_users_units(trainer: Trainer) -> None:
    left, right, bottom, top = drawn(trainer).extent
    everything = load_data(DataSpec(scale="none", test_fraction=0.0)).x_train
    inside = (everything > (left, bottom)) & (everything < (right, top))
    assert inside.all()


def test_the_plane_has_room_for_inputs_that_never_vary() -> None:
    data = load_data(DataSpec(source="digits", features=("pixel_0_0", "pixel_0_1")))
    left, right, bottom, top = plane_extent(data)
    assert left < right
    assert bottom < top


@pytest.mark.parametrize("source", ["wine", "sine"])
def test_there_are_no_maps_unless_there_are_two_inputs(source: str) -> None:
    other = Trainer(Experiment.model_validate({"data": {"source": source}}))
    assert maps(other.network, other.data, 0) is None


# -- traces ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_trace_ends_with_what_is_predicted(trainer: Trainer, part: str) -> None:
    x, _ = trainer.data.part(part)
    row = int((trainer.data.rows_train if part == "train" else trainer.data.rows_test)[4])
    found = trace(trainer.network, trainer.data, row)
    assert found is not None
    np.testing.assert_allclose(found.a[-1], trainer.predict(x[4:5])[0], rtol=1e-5)


def test_a_trace_shows_the_sums_the_formula_gives(trainer: Trainer) -> None:
    found = trace(trainer.network, trainer.data, 77)
    assert found is not None
    inputs = [found.x, *found.a[:-1]]
    sums = [x @ w + b for x, w, b in zip(inputs, trainer.network.weights, trainer.network.biases, strict=True)]
    assert all(np.allclose(z, expected, rtol=1e-4, atol=1e-5) for z, expected in zip(found.z, sums, strict=True))


def normalized(trainer: Trainer, stage: int, x: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    gamma, beta = trainer.network.plan.stages[stage].rows(trainer.network.parameters)
    return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta


def test_a_trace_shows_what_every_layer_is_given_after_the_stages_before_it(staged: Trainer) -> None:
    found = trace(staged.network, staged.data, 77)
    assert found is not None
    mean, variance = staged.network.plan.stages[0].statistics(staged.network.statistics)
    first = normalized(staged, 0, found.x, mean, variance)
    last = np.maximum(normalized(staged, 3, found.a[1], found.a[1].mean(), found.a[1].var()), 0.0)
    # In between stands only noise, and the network answers without.
    for given, expected in zip(found.inputs, (first, found.a[0], last), strict=True):
        np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-5)


def test_the_trace_of_a_network_with_stages_ends_with_what_is_predicted(staged: Trainer) -> None:
    found = trace(staged.network, staged.data, int(staged.data.rows_test[4]))
    assert found is not None
    np.testing.assert_allclose(found.a[-1], staged.predict(staged.data.x_test[4:5])[0], rtol=1e-5)


def test_the_map_of_a_network_with_stages_is_what_is_predicted_on_the_grid(staged: Trainer) -> None:
    found = drawn(staged)
    left, right, bottom, top = found.extent
    points = [[across, up] for up in np.linspace(bottom, top, GRID) for across in np.linspace(left, right, GRID)]
    predicted = staged.predict(staged.data.x_scaling.apply(points))
    np.testing.assert_allclose(found.layers[-1], predicted.T.reshape(3, GRID, GRID), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("row", [0, 77, 149])
def test_a_trace_knows_the_row_of_the_users_table(trainer: Trainer, row: int) -> None:
    table = SOURCES["iris"].table(np.random.default_rng(0), 0, 0.0, 0)
    found = trace(trainer.network, trainer.data, row)
    assert found is not None
    truth = table.classes[table.y[row]]
    assert (found.row, found.truth, found.x_in_units.round(4).tolist()) == (row, truth, table.x[row, 2:].tolist())


def test_a_number_to_predict_is_told_in_the_users_units() -> None:
    numbers = Trainer(Experiment.model_validate({"data": {"source": "diabetes"}}))
    found = trace(numbers.network, numbers.data, 0)
    assert found is not None
    assert found.truth == "151"


@pytest.mark.parametrize("row", [-1, 150])
def test_a_row_that_is_not_there_has_no_trace(trainer: Trainer, row: int) -> None:
    assert trace(trainer.network, trainer.data, row) is None


@pytest.mark.parametrize("kind", ["trainer", "staged"])
def test_probes_change_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    trainer: Trainer = request.getfixturevalue(kind)
    network = trainer.network
    before = [array.copy() for array in (network.parameters, network.gradient, network.statistics)]
    noise = network.noise.bit_generator.state
    drawn(trainer)
    trace(network, trainer.data, 5)
    after = network.parameters, network.gradient, network.statistics
    assert network.noise.bit_generator.state == noise
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
