"""Probes: what the views ask of a network besides its weights."""

import numpy as np
import pytest

from engine import BatchNorm, DataSpec, Dense, Dropout, Experiment, GaussianNoise, LayerNorm, Trainer, load_data
from engine.data.sources import SOURCES
from engine.probes import GRID, Maps, Wants, chosen_plane, maps, plane_extent, trace
from engine.project import without_rows
from engine.unit_views import NODE_VIEWS, unit_statistics


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


def drawn(trainer: Trainer, wants: Wants | None = None) -> Maps:
    plane = chosen_plane(trainer.data, wants or Wants())
    assert plane is not None
    return maps(trainer.network, trainer.data, trainer.steps_done, plane)


def made(source: str, **network: object) -> Trainer:
    """A trainer of a named set after 20 steps."""
    trainer = Trainer(Experiment.model_validate({"data": {"source": source}, **network}))
    trainer.train(steps=20)
    return trainer


@pytest.fixture(scope="module")
def wine() -> Trainer:
    """13 inputs."""
    return made("wine")


@pytest.fixture(scope="module")
def sine() -> Trainer:
    """A single input."""
    return made("sine")


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


def test_an_extent_of_more_inputs_is_that_of_the_two_chosen(wine: Trainer) -> None:
    x = np.concatenate([wine.data.x_train, wine.data.x_test])[:, [4, 9]]
    reach = 1.08 * x.max(axis=0) - 0.08 * x.min(axis=0)
    np.testing.assert_allclose(plane_extent(wine.data, (4, 9))[1::2], reach, rtol=1e-5)


# -- chosen planes -----------------------------------------------------------------------------------


def test_more_than_two_inputs_have_no_plane_of_their_own(wine: Trainer) -> None:
    assert chosen_plane(wine.data, Wants()) is None


@pytest.mark.parametrize("plane", [(13,), (0, 13), (-1,), (2, 2), (0, 1, 2)])
def test_a_plane_that_the_data_do_not_have_is_none(wine: Trainer, plane: tuple[int, ...]) -> None:
    assert chosen_plane(wine.data, Wants(plane=plane)) is None


def test_a_plane_that_the_data_do_not_have_gives_way_to_their_own(trainer: Trainer) -> None:
    found = chosen_plane(trainer.data, Wants(plane=(0, 7)))
    assert found is not None
    assert (found.inputs, found.held) == ((0, 1), None)


def on_the_grid(trainer: Trainer, found: Maps, row: int) -> np.ndarray:
    """What is predicted for points (GRID, GRID) in the user's units, with the other inputs as in a row."""
    data = trainer.data
    x = np.concatenate([data.x_train, data.x_test])[np.concatenate([data.rows_train, data.rows_test]) == row]
    points = np.repeat(data.x_scaling.undo(x), GRID * GRID, axis=0)
    left, right, bottom, top = found.extent
    across, up = np.meshgrid(np.linspace(left, right, GRID), np.linspace(bottom, top, GRID))
    for column, values in zip(found.plane, (across, up), strict=False):
        points[:, column] = values.ravel()
    return trainer.predict(data.x_scaling.apply(points)).T.reshape(-1, GRID, GRID)


@pytest.mark.parametrize("plane", [(4, 9), (9, 4), (3,)])
@pytest.mark.parametrize("part", ["train", "test"])
def test_the_other_inputs_are_those_of_the_row(wine: Trainer, plane: tuple[int, ...], part: str) -> None:
    row = int((wine.data.rows_train if part == "train" else wine.data.rows_test)[5])
    found = drawn(wine, Wants(plane=plane, row=row))
    np.testing.assert_allclose(found.layers[-1], on_the_grid(wine, found, row), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("row", [None, 9999])
def test_without_a_row_the_other_inputs_are_those_of_the_first_training_row(wine: Trainer, row: int | None) -> None:
    found, first = drawn(wine, Wants(plane=(4, 9), row=row)), int(wine.data.rows_train[0])
    np.testing.assert_allclose(found.layers[-1], on_the_grid(wine, found, first), rtol=1e-4, atol=1e-5)
    assert found.held == first


def test_a_single_input_varies_along_the_first_axis_only(sine: Trainer) -> None:
    found = drawn(sine)
    assert (found.plane, found.extent[2:], found.layers[0].shape) == ((0,), (0.0, 1.0), (8, GRID, GRID))
    assert (found.layers[0] == found.layers[0][:, :1, :]).all()


def test_the_map_of_a_single_input_is_what_is_predicted(sine: Trainer) -> None:
    found = drawn(sine)
    x = sine.data.x_scaling.apply(np.linspace(*found.extent[:2], GRID)[:, None])
    np.testing.assert_allclose(found.answers[:, 17, :], sine.predict(x).T, rtol=1e-4, atol=1e-5)


def test_sums_are_mapped_when_they_are_asked_for(trainer: Trainer) -> None:
    z, a = drawn(trainer, Wants(nodes="pre_activation")), drawn(trainer)
    np.testing.assert_allclose(np.tanh(z.layers[0]), a.layers[0], rtol=1e-5, atol=1e-6)


def test_the_answers_are_outputs_also_where_sums_are_mapped(trainer: Trainer) -> None:
    z, a = drawn(trainer, Wants(nodes="pre_activation")), drawn(trainer)
    assert np.array_equal(z.answers, a.layers[-1])


@pytest.mark.parametrize("units", [(2000, 8), (4096, 1024)])
def test_wide_networks_are_mapped_on_a_coarser_grid(units: tuple[int, int]) -> None:
    wide = Trainer(Experiment().with_layers(tuple(Dense(units=count) for count in units)))
    points = drawn(wide).answers[0].size
    assert 64 <= points < GRID * GRID
    assert points * sum(wide.network.plan.widths) <= 4_000_000


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
    for view in NODE_VIEWS:
        unit_statistics(network, trainer.rows["train"], view.key, 3)
    after = network.parameters, network.gradient, network.statistics
    assert network.noise.bit_generator.state == noise
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_plane_without_rows_reaches_two_deviations_around_the_mean() -> None:
    trainer = Trainer(Experiment())
    data = without_rows(trainer.data.preparation)
    assert plane_extent(data)[0] == pytest.approx(-plane_extent(data)[1])
    plane = chosen_plane(data, Wants())
    assert plane is not None
    assert np.isfinite(maps(trainer.network, data, 0, plane).answers).all()
