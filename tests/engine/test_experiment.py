"""The Experiment: valid or refused in plain words, immutable, and the same again after a trip through JSON."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine import DataSpec, Dense, Experiment, NetworkSpec, Output, TrainingSpec
from engine.experiment import MAX_LAYERS
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.spec import Setting, Spec, explain

SPECS: list[type[Spec]] = [DataSpec, Dense, Output, TrainingSpec, *OPTIMIZERS.values(), *SCHEDULES.values()]
EVERY = [(cls, name, setting) for cls in SPECS for name, setting in cls.settings().items()]


def each(chosen: list[tuple[type[Spec], str, Setting]]) -> Any:
    ids = [f"{cls.__name__}.{name}" for cls, name, _ in chosen]
    return pytest.mark.parametrize(("cls", "name", "setting"), chosen, ids=ids)


every_setting = each(EVERY)
bounded = each([entry for entry in EVERY if entry[2].choices is None])
closed = each([entry for entry in EVERY if entry[2].choices is not None])


def faults(make: Any) -> list[str]:
    """The sentences with which an experiment is refused."""
    with pytest.raises(ValidationError) as caught:
        make()
    return explain(caught.value)


# -- the declarations --------------------------------------------------------------------------------


@every_setting
def test_a_default_lies_within_its_bounds(cls: type[Spec], name: str, setting: Setting) -> None:
    assert setting.accepts(getattr(cls(), name))


@every_setting
def test_a_setting_has_a_label_and_help(cls: type[Spec], name: str, setting: Setting) -> None:
    assert setting.label
    assert setting.help


@bounded
def test_a_number_has_bounds_and_a_step_that_suits_its_scale(cls: type[Spec], name: str, setting: Setting) -> None:
    assert setting.low is not None
    assert setting.high is not None
    assert setting.low > 0 and setting.step > 1 if setting.scale == "log" else setting.step > 0


@every_setting
def test_a_setting_depends_only_on_a_sibling_and_on_values_it_can_have(
    cls: type[Spec], name: str, setting: Setting
) -> None:
    sibling, values = setting.shown_if or (name, ())
    assert all(cls.settings()[sibling].accepts(value) for value in values)


# -- faults ------------------------------------------------------------------------------------------


@bounded
@pytest.mark.parametrize("side", ["low", "high"])
def test_a_number_out_of_range_is_refused_with_field_bounds_and_value(
    cls: type[Spec], name: str, setting: Setting, side: str
) -> None:
    assert setting.low is not None
    assert setting.high is not None
    value = setting.low - 1 if side == "low" else setting.high + 1
    [sentence] = faults(lambda: cls(**{name: value}))
    named = [f"{cls.__name__}.{name} must be", f"between {setting.low:.9g} and {setting.high:.10g}", f"not {value}"]
    assert [part for part in named if part not in sentence] == []


@bounded
@pytest.mark.parametrize("side", ["low", "high"])
def test_the_bounds_themselves_are_accepted(cls: type[Spec], name: str, setting: Setting, side: str) -> None:
    bound = getattr(setting, side)
    assert getattr(cls(**{name: bound}), name) == bound


@bounded
@pytest.mark.parametrize("value", ["many", float("nan"), float("inf"), None, [1]], ids=str)
def test_what_is_no_number_is_refused_with_field_bounds_and_value(
    cls: type[Spec], name: str, setting: Setting, value: Any
) -> None:
    [sentence] = faults(lambda: cls(**{name: value}))
    named = [f"{cls.__name__}.{name} must be", "number between", f"not {value!r}"]
    assert [part for part in named if part not in sentence] == []


@closed
@pytest.mark.parametrize("value", ["nonsense", 7, None, [], {}], ids=str)
def test_what_cannot_be_chosen_is_refused_with_field_choices_and_value(
    cls: type[Spec], name: str, setting: Setting, value: Any
) -> None:
    [sentence] = faults(lambda: cls(**{name: value}))
    assert setting.choices is not None
    choices = ", ".join(key for key, _ in setting.choices())
    assert sentence == f"{cls.__name__}.{name} must be one of {choices}, not {value!r}"


def test_no_units_are_refused_in_the_words_promised() -> None:
    assert faults(lambda: Dense(units=0)) == ["Dense.units must be between 1 and 4096, not 0"]


def test_half_a_unit_is_refused_as_no_whole_number() -> None:
    assert faults(lambda: Dense(units=1.5)) == ["Dense.units must be a whole number between 1 and 4096, not 1.5"]


def test_a_number_of_5000_digits_is_refused_in_one_short_sentence() -> None:
    [sentence] = faults(lambda: Dense(units=10**5000))
    assert sentence.startswith("Dense.units must be")
    assert len(sentence) < 150


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"batch": 3}, "batch"),
        ({"training": {"batch": 3}}, "training.batch"),
        ({"network": {"layers": [{"width": 3}]}}, "network.layers.0.width"),
        ({"training": {"optimizer": {"kind": "adam", "momentum": 0.9}}}, "training.optimizer.momentum"),
    ],
)
def test_an_unknown_field_is_named(document: dict[str, Any], named: str) -> None:
    assert faults(lambda: Experiment.model_validate(document)) == [f"there is no setting called {named}"]


@pytest.mark.parametrize(("part", "kinds"), [("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)])
def test_an_unknown_kind_is_answered_with_the_kinds_there_are(part: str, kinds: dict[str, Any]) -> None:
    [sentence] = faults(lambda: Experiment.model_validate({"training": {part: {"kind": "magic"}}}))
    assert sentence == f"training.{part}.kind must be one of {', '.join(kinds)}, not 'magic'"


@pytest.mark.parametrize("document", [{"data": 5}, {"network": {"layers": 5}}, {"training": {"optimizer": "adam"}}, 5])
def test_a_number_where_a_part_belongs_is_one_fault(document: Any) -> None:
    assert len(faults(lambda: Experiment.model_validate(document))) == 1


def test_too_many_layers_are_refused() -> None:
    [sentence] = faults(lambda: Experiment().with_layers((Dense(),) * (MAX_LAYERS + 1)))
    assert "layers" in sentence
    assert str(MAX_LAYERS) in sentence
    assert str(MAX_LAYERS + 1) in sentence


def test_all_faults_are_told_at_once() -> None:
    document = {
        "data": {"noise": -1, "source": "nowhere"},
        "network": {"layers": [{"units": 0}, {"activation": "magic"}]},
        "training": {"optimizer": {"kind": "adam", "learning_rate": -1, "beta1": 2}, "batch": 1},
    }
    told = " ".join(faults(lambda: Experiment.model_validate(document)))
    named = ["source", "noise", "units", "activation", "learning_rate", "beta1", "training.batch"]
    assert [name for name in named if name not in told] == []


# -- immutable; edited by copy -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        (Experiment(), "training", TrainingSpec()),
        (Experiment().data, "noise", 0.2),
        (Experiment().network.layers[0], "units", 3),
        (Experiment().training.optimizer, "learning_rate", 0.2),
    ],
)
def test_nothing_can_be_assigned(part: Spec, name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part, name, value)


def test_equal_experiments_are_interchangeable_as_keys() -> None:
    assert {Experiment(): "example"}[Experiment.model_validate({})] == "example"


def test_with_layer_changes_one_layer_of_a_copy() -> None:
    before = Experiment()
    after = before.with_layer(1, units=12)
    assert [layer.units for e in (before, after) for layer in e.network.layers] == [8, 8, 8, 12]


def test_with_layer_refuses_in_the_words_promised() -> None:
    told = faults(lambda: Experiment().with_layer(1, units=0))
    assert told == ["Dense.units must be between 1 and 4096, not 0"]


def test_with_layer_counts_from_the_end_as_a_tuple_does() -> None:
    assert [layer.units for layer in Experiment().with_layer(-1, units=12).network.layers] == [8, 12]


@pytest.mark.parametrize("index", [2, -3])
def test_with_layer_refuses_a_layer_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        Experiment().with_layer(index, units=12)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.noise", 0.5),
        ("network.layers.1.units", 3),
        ("network.output.activation", "linear"),
        ("training.optimizer.learning_rate", 0.5),
        ("training.optimizer", OPTIMIZERS["momentum"]()),
    ],
)
def test_with_value_replaces_the_field_at_a_path(path: str, value: Any) -> None:
    found: Any = Experiment().with_value(path, value)
    for name in path.split("."):
        found = found[int(name)] if name.isdigit() else getattr(found, name)
    assert found == value


@pytest.mark.parametrize(
    "path", ["nonsense", "training.nonsense", "network.layers.5.units", "network.layers.x.units", "data.noise.more"]
)
def test_with_value_refuses_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(KeyError, match="no setting"):
        Experiment().with_value(path, 1)


def test_with_value_refuses_what_is_out_of_range() -> None:
    told = faults(lambda: Experiment().with_value("training.optimizer.learning_rate", 0))
    assert told == ["Adam.learning_rate must be between 1e-08 and 10000, not 0"]


# -- JSON --------------------------------------------------------------------------------------------

PUBLISHED = """
  {"data": {"source": "iris", "features": ["petal length (cm)", "petal width (cm)"], "test_fraction": 0.3,
            "scale": "standard", "seed": 0},
   "network": {"layers": [{"kind": "dense", "units": 8, "activation": "tanh"},
                          {"kind": "dense", "units": 8, "activation": "tanh"}], "output": {"activation": "auto"}},
   "training": {"loss": "auto", "optimizer": {"kind": "adam", "learning_rate": 0.01},
                "schedule": {"kind": "constant"}, "batch_size": 32, "epochs": 100, "seed": 0}}
"""


def test_the_published_example_is_the_ready_one() -> None:
    assert Experiment.model_validate(json.loads(PUBLISHED)) == Experiment()


def test_nothing_at_all_is_the_ready_example() -> None:
    assert Experiment.model_validate({}) == Experiment()


def test_a_data_set_named_without_columns_brings_its_own() -> None:
    named = [Experiment.model_validate({"data": {"source": key}}).data.features for key in ("wine", "iris")]
    assert named == [None, Experiment().data.features]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_is_told_apart_by_its_kind(kind: str) -> None:
    experiment = Experiment.model_validate({"training": {"optimizer": {"kind": kind}}})
    assert experiment.training.optimizer == OPTIMIZERS[kind]()


def specs(cls: type[Spec]) -> st.SearchStrategy[Any]:
    """Any spec of a class whose settings all have declared bounds or choices."""

    def values(name: str, setting: Setting) -> st.SearchStrategy[Any]:
        if setting.choices is not None:
            return st.sampled_from([key for key, _ in setting.choices()])
        if cls.model_fields[name].annotation is int:
            return st.integers(int(setting.low or 0), int(setting.high or 0))
        return st.floats(setting.low, setting.high)

    return st.builds(cls, **{name: values(name, setting) for name, setting in cls.settings().items()})


def any_of(kinds: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.one_of([specs(cls) for cls in kinds.values()])


features = st.none() | st.lists(st.text(max_size=9), max_size=3).map(tuple)
experiments = st.builds(
    Experiment,
    data=st.tuples(specs(DataSpec), features).map(lambda pair: pair[0].edited(features=pair[1])),
    network=st.builds(NetworkSpec, layers=st.lists(specs(Dense), max_size=4).map(tuple), output=specs(Output)),
    training=st.tuples(specs(TrainingSpec), any_of(OPTIMIZERS), any_of(SCHEDULES)).map(
        lambda parts: parts[0].edited(optimizer=parts[1], schedule=parts[2])
    ),
)


@given(experiments)
@settings(max_examples=100, deadline=None)
def test_any_experiment_is_the_same_after_a_trip_through_json(experiment: Experiment) -> None:
    assert Experiment.model_validate(json.loads(json.dumps(experiment.model_dump(mode="json")))) == experiment


@given(experiments)
@settings(max_examples=50, deadline=None)
def test_any_experiment_is_the_same_after_a_trip_through_a_file(experiment: Experiment) -> None:
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment


@given(experiments)
@settings(max_examples=50, deadline=None)
def test_an_edit_that_changes_nothing_gives_an_equal_experiment(experiment: Experiment) -> None:
    assert experiment.with_value("training.seed", experiment.training.seed) == experiment
