"""The Experiment: valid or refused in plain words, immutable, and the same again after a trip through JSON."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine import (
    DataSpec,
    Dense,
    Dropout,
    EarlyStopping,
    Experiment,
    LayerNorm,
    NetworkSpec,
    Output,
    StopAt,
    TrainingSpec,
)
from engine.data.points import PointsSpec
from engine.data.table_spec import TableSpec
from engine.experiment import MAX_LAYERS
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.spec import Setting, Spec, explain

KINDS: dict[str, dict[str, Any]] = {"layers": LAYERS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}
SPECS: list[type[Spec]] = [DataSpec, Output, TrainingSpec, EarlyStopping, StopAt]
SPECS += [cls for kinds in KINDS.values() for cls in kinds.values()]
EVERY = [(cls, name, setting) for cls in SPECS for name, setting in cls.settings().items()]


def is_yes_or_no(cls: type[Spec], name: str) -> bool:
    return cls.model_fields[name].annotation is bool


def each(chosen: list[tuple[type[Spec], str, Setting]]) -> Any:
    ids = [f"{cls.__name__}.{name}" for cls, name, _ in chosen]
    return pytest.mark.parametrize(("cls", "name", "setting"), chosen, ids=ids)


every_setting = each(EVERY)
closed = each([entry for entry in EVERY if entry[2].choices is not None])
yes_or_no = each([entry for entry in EVERY if is_yes_or_no(*entry[:2])])
bounded = each([entry for entry in EVERY if entry[2].choices is None and not is_yes_or_no(*entry[:2])])
every_kind = pytest.mark.parametrize(
    ("part", "kind"), [(part, kind) for part, kinds in KINDS.items() for kind in kinds]
)


def with_part(part: str, described: Any) -> dict[str, Any]:
    """A document that describes a layer, the optimizer or the schedule."""
    return {"network": {"layers": [described]}} if part == "layers" else {"training": {part: described}}


def part_of(experiment: Experiment, part: str) -> Any:
    return experiment.network.layers[0] if part == "layers" else getattr(experiment.training, part)


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
    named = [f"{cls.__name__}.{name} must be", f"between {setting.low:.10g} and {setting.high:.10g}", f"not {value}"]
    assert [part for part in named if part not in sentence] == []


@bounded
@pytest.mark.parametrize("side", ["low", "high"])
def test_the_bounds_themselves_are_accepted(cls: type[Spec], name: str, setting: Setting, side: str) -> None:
    bound = getattr(setting, side)
    assert getattr(cls(**{name: bound}), name) == bound


@bounded
@pytest.mark.parametrize("value", ["many", "8", True, float("nan"), float("inf"), None, [1]], ids=str)
def test_what_is_no_number_is_refused_with_field_bounds_and_value(
    cls: type[Spec], name: str, setting: Setting, value: Any
) -> None:
    [sentence] = faults(lambda: cls(**{name: value}))
    named = [f"{cls.__name__}.{name} must be", "number between", f"not {value!r}"]
    assert [part for part in named if part not in sentence] == []


@yes_or_no
@pytest.mark.parametrize("value", [1, 0, "yes", "true", None, [], 0.5], ids=repr)
def test_what_is_neither_yes_nor_no_is_refused_with_field_and_value(
    cls: type[Spec], name: str, setting: Setting, value: Any
) -> None:
    assert faults(lambda: cls(**{name: value})) == [f"{cls.__name__}.{name} must be true or false, not {value!r}"]


@yes_or_no
@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_are_accepted(cls: type[Spec], name: str, setting: Setting, value: bool) -> None:
    assert getattr(cls(**{name: value}), name) is value


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
        ({"network": {"layers": [{"kind": "dropout", "units": 3}]}}, "network.layers.0.units"),
        ({"network": {"output": {"units": 3}}}, "network.output.units"),
        ({"training": {"optimizer": {"kind": "adam", "momentum": 0.9}}}, "training.optimizer.momentum"),
        ({"training": {"stop_at": {"loss": 0.1}}}, "training.stop_at.loss"),
    ],
)
def test_an_unknown_field_is_named(document: dict[str, Any], named: str) -> None:
    assert faults(lambda: Experiment.model_validate(document)) == [f"there is no setting called {named}"]


@pytest.mark.parametrize("part", KINDS)
@pytest.mark.parametrize("kind", ["magic", 5, None, [], "Adam"], ids=repr)
def test_an_unknown_kind_is_answered_with_the_kinds_there_are(part: str, kind: Any) -> None:
    [sentence] = faults(lambda: Experiment.model_validate(with_part(part, {"kind": kind})))
    where = "network.layers.0" if part == "layers" else f"training.{part}"
    assert sentence == f"{where}.kind must be one of {', '.join(KINDS[part])}, not {str(kind)!r}"


def test_a_layer_without_a_kind_is_dense() -> None:
    document = {"network": {"layers": [{"units": 3}, {}]}}
    assert Experiment.model_validate(document).network.layers == (Dense(units=3), Dense())


@pytest.mark.parametrize(
    "document",
    [
        {"data": 5},
        {"network": {"layers": 5}},
        {"network": {"layers": [5]}},
        {"training": {"optimizer": "adam"}},
        {"training": {"early_stopping": 5}},
        {"training": {"stop_at": "accuracy"}},
        5,
    ],
)
def test_a_number_or_word_where_a_part_belongs_is_one_fault(document: Any) -> None:
    assert len(faults(lambda: Experiment.model_validate(document))) == 1


@pytest.mark.parametrize("units", [[-1], [1.5], ["3"], [True], [None], 3, "3"], ids=repr)
def test_only_whole_numbers_name_frozen_units(units: Any) -> None:
    [sentence] = faults(lambda: Dense(frozen_units=units))
    assert sentence.startswith("frozen_units")


def test_a_frozen_unit_that_the_layer_does_not_have_is_refused_in_plain_words() -> None:
    document = {"network": {"layers": [{"units": 4, "frozen_units": [1, 9]}]}}
    [sentence] = faults(lambda: Experiment.model_validate(document))
    assert sentence.startswith("Dense.frozen_units must be below 4, not 9")


def test_too_many_layers_are_refused() -> None:
    [sentence] = faults(lambda: Experiment().with_layers((Dense(),) * (MAX_LAYERS + 1)))
    assert "layers" in sentence
    assert str(MAX_LAYERS) in sentence
    assert str(MAX_LAYERS + 1) in sentence


def test_all_faults_are_told_at_once() -> None:
    document = {
        "data": {"noise": -1, "source": "nowhere"},
        "network": {"layers": [{"units": 0}, {"activation": "magic"}]},
        "training": {
            "optimizer": {"kind": "adam", "learning_rate": -1, "beta1": 2},
            "early_stopping": {"patience": -1},
            "batch": 1,
        },
    }
    told = " ".join(faults(lambda: Experiment.model_validate(document)))
    named = ["source", "noise", "units", "activation", "learning_rate", "beta1", "patience", "training.batch"]
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


def test_a_smaller_layer_forgets_the_frozen_units_it_no_longer_has() -> None:
    experiment = Experiment().with_layer(0, frozen_units=(0, 5, 7)).with_layer(0, units=6)
    assert experiment.network.layers[0].frozen_units == (0, 5)


def test_the_dense_layers_are_told_from_the_stages_between_them() -> None:
    assert NetworkSpec(layers=(Dropout(), Dense(), LayerNorm(), Dropout(), Dense())).dense == (1, 4)


@pytest.mark.parametrize("index", [2, -3])
def test_with_layer_refuses_a_layer_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        Experiment().with_layer(index, units=12)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.noise", 0.5),
        ("network.layers.1.units", 3),
        ("network.layers.1.bias", False),
        ("network.output.activation", "linear"),
        ("training.early_stopping.patience", 7),
        ("training.stop_at", StopAt(metric="accuracy", value=0.9)),
        ("training.optimizer.learning_rate", 0.5),
        ("training.optimizer", OPTIMIZERS["momentum"]()),
    ],
)
def test_with_value_replaces_the_field_at_a_path(path: str, value: Any) -> None:
    found: Any = Experiment().with_value(path, value)
    for name in path.split("."):
        found = found[int(name)] if name.isdigit() else getattr(found, name)
    assert found == value


@every_kind
def test_with_value_exchanges_a_part_for_another_kind(part: str, kind: str) -> None:
    begun = Experiment().with_layers((Dropout() if kind == "dense" else Dense(), Dense()))
    changed = begun.with_value("network.layers.0.kind" if part == "layers" else f"training.{part}.kind", kind)
    assert part_of(changed, part) == KINDS[part][kind]()


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


def test_another_data_set_brings_its_own_columns_when_it_is_chosen() -> None:
    chosen = Experiment().with_value("data.source", "wine")
    assert (chosen.data.features, chosen.with_value("data.source", "iris").data) == (None, DataSpec())


@every_kind
def test_a_part_is_told_apart_by_its_kind_and_comes_back_from_json(part: str, kind: str) -> None:
    experiment = Experiment.model_validate(with_part(part, {"kind": kind}))
    assert part_of(experiment, part) == KINDS[part][kind]()
    assert part_of(Experiment.model_validate_json(experiment.model_dump_json()), part) == KINDS[part][kind]()


# Data of one's own have descriptions of their own, whichever source is chosen.
OWN: dict[type[Spec], dict[str, st.SearchStrategy[Any]]] = {
    DataSpec: {
        "table": st.just(TableSpec(path="a.csv")),
        "points": st.lists(st.tuples(*[st.floats(-9, 9)] * 2, st.just(0.0)), max_size=3).map(
            lambda points: PointsSpec(points=tuple(points))
        ),
    }
}


def specs(cls: type[Spec]) -> st.SearchStrategy[Any]:
    """Any spec of a class whose settings all have declared bounds or choices."""

    def values(name: str, setting: Setting) -> st.SearchStrategy[Any]:
        if setting.choices is not None:
            return st.sampled_from([key for key, _ in setting.choices()])
        if is_yes_or_no(cls, name):
            return st.booleans()
        if cls.model_fields[name].annotation is int:
            return st.integers(int(setting.low or 0), int(setting.high or 0))
        return st.floats(setting.low, setting.high)

    return st.builds(
        cls, **{name: values(name, setting) for name, setting in cls.settings().items()}, **OWN.get(cls, {})
    )


def any_of(kinds: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.one_of([specs(cls) for cls in kinds.values()])


def with_frozen_units(layer: Any) -> st.SearchStrategy[Any]:
    if not isinstance(layer, Dense):
        return st.just(layer)
    unit = st.integers(0, layer.units - 1)
    weights = st.lists(st.tuples(st.integers(0, 99), unit), max_size=3)
    return st.builds(
        layer.edited, frozen_units=st.lists(unit, max_size=3), frozen_weights=weights, pruned_weights=weights
    )


def together(whole: type[Spec], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any spec of a class some of whose fields are specs themselves."""
    return st.tuples(specs(whole), st.fixed_dictionaries(parts)).map(lambda pair: pair[0].edited(**pair[1]))


features = st.none() | st.lists(st.text(max_size=9), max_size=3).map(tuple)
experiments = st.builds(
    Experiment,
    data=together(DataSpec, features=features),
    network=st.builds(
        NetworkSpec,
        layers=st.lists(any_of(LAYERS).flatmap(with_frozen_units), max_size=4).map(tuple),
        output=specs(Output),
    ),
    training=together(
        TrainingSpec,
        optimizer=any_of(OPTIMIZERS),
        schedule=any_of(SCHEDULES),
        early_stopping=specs(EarlyStopping),
        stop_at=specs(StopAt),
    ),
)


@given(experiments)
@settings(max_examples=200, deadline=None)
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
