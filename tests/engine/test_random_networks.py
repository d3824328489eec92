"""Any network that can be described trains, or is refused in one sentence, or says that it ran away."""

import re
from typing import Any

import numpy as np
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine import DataError, Dataset, EarlyStopping, Experiment, StopAt, Trainer, TrainingSpec
from engine.layers import LAYERS, Dense, Output
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.spec import Setting, Spec, explain

# The numbers that only cost time are kept small; every other setting takes its whole range.
SMALL = {"units": 6, "batch_size": 40, "epochs": 6, "patience": 4, "memory": 8}
BOUNDED = settings(deadline=None, max_examples=200, derandomize=True)


def setting_values(name: str, setting: Setting, kind: Any) -> st.SearchStrategy[Any]:
    """Every value that a setting accepts, the ends of its range among them."""
    if setting.choices is not None:
        return st.sampled_from([key for key, _ in setting.choices()])
    if kind is bool:
        return st.booleans()
    assert setting.low is not None
    assert setting.high is not None
    if kind is int:
        return st.integers(int(setting.low), min(int(setting.high), SMALL.get(name, int(setting.high))))
    usual = st.floats(setting.low, min(setting.high, SMALL.get(name, setting.high)))
    gentle = st.floats(setting.low, min(setting.low + 0.1, setting.high))
    return st.one_of(gentle, usual, st.sampled_from([setting.low, setting.high]))


def specs(cls: type[Spec], **others: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Descriptions of a part with any values of its settings, or some of them left as they are."""
    fields = {
        name: setting_values(name, setting, cls.model_fields[name].annotation)
        for name, setting in cls.settings().items()
    }
    kind = cls.model_fields["kind"].default if "kind" in cls.model_fields else None
    named = {"kind": st.just(kind)} if kind else {}
    return st.fixed_dictionaries(named, optional={**fields, **others})


FROZEN = st.lists(st.integers(0, 7), max_size=3, unique=True).map(tuple)
LAYER = st.one_of(*(specs(cls, **({"frozen_units": FROZEN} if cls is Dense else {})) for cls in LAYERS.values()))
TRAINING = specs(
    TrainingSpec,
    optimizer=st.one_of(*(specs(cls) for cls in OPTIMIZERS.values())),
    schedule=st.one_of(*(specs(cls) for cls in SCHEDULES.values())),
    early_stopping=specs(EarlyStopping),
    stop_at=specs(StopAt),
)
EXPERIMENT = st.fixed_dictionaries(
    {
        "network": st.fixed_dictionaries(
            {"layers": st.lists(LAYER, max_size=6), "output": specs(Output, frozen_units=FROZEN)}
        ),
        "training": TRAINING,
    }
)


@st.composite
def data_sets(draw: st.DrawFn) -> Dataset:
    """A small table: numbers, yes or no, or several classes to tell, with or without rows held out."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    rows, inputs = draw(st.integers(4, 25)), draw(st.integers(1, 4))
    x = rng.normal(size=(rows, inputs)) * draw(st.sampled_from([1.0, 100.0]))
    classes = draw(st.sampled_from([0, 2, 4]))
    y = np.arange(rows) % classes if classes else rng.poisson(3.0, (rows, draw(st.integers(1, 2)))).astype(float)
    scale, held_out = draw(st.sampled_from(["none", "standard", "minmax"])), draw(st.sampled_from([0.0, 0.3]))
    return Dataset.from_arrays(x, y, scale=scale, test_fraction=held_out)


def described(description: dict[str, Any]) -> Experiment:
    """The experiment; where it is refused that is said in plain words, and the example passed over."""
    refused = []
    try:
        return Experiment.model_validate(description)
    except ValidationError as error:
        refused = explain(error)
    assert all("frozen_units must be below" in sentence for sentence in refused)
    return reject()


def trainer_of(description: dict[str, Any], data: Dataset) -> Trainer:
    """A trainer; where loss or goal do not fit the data that is said in one sentence, and the example passed over."""
    experiment = described(description)
    try:
        return Trainer(experiment, data)
    except DataError as refusal:
        sentence = str(refusal)
    assert re.fullmatch(r"[^\n]+ (needs|is for|cannot be) [^\n]+; choose [^\n]+|The output has [^\n]+ freeze", sentence)
    return reject()


def seen(trainer: Trainer) -> list[bytes]:
    """What two runs that are the same have in common, bit for bit."""
    arrays = (trainer.network.parameters, trainer.network.statistics, trainer.update.memory)
    return [array.tobytes() for array in arrays]


@BOUNDED
@given(EXPERIMENT, data_sets())
def test_any_network_trains_or_says_precisely_why_not(description: dict[str, Any], data: Dataset) -> None:
    trainer = trainer_of(description, data)
    start = trainer.network.parameters.copy()
    trainer.train(steps=12)
    reasons = (trainer.diverged is not None, trainer.finished, trainer.steps_done == 12)
    assert any(reasons)
    if trainer.diverged is None:
        assert np.isfinite(trainer.network.parameters).all()
    still = [part for layer in trainer.network.plan.layers for part in layer.frozen]
    assert all(trainer.network.parameters[part].tobytes() == start[part].tobytes() for part in still)


@BOUNDED
@given(EXPERIMENT, data_sets())
def test_any_network_can_be_looked_at_and_looking_changes_nothing(description: dict[str, Any], data: Dataset) -> None:
    trainer = trainer_of(description, data)
    trainer.train(steps=5)
    before = seen(trainer)
    outputs = trainer.predict(data.x_train)
    found = {part: trainer.report(part) for part in ("train", "test")}
    assert outputs.shape == (len(data.x_train), trainer.network.plan.widths[-1])
    assert (found["train"] != {}, found["test"] != {}) == (True, len(data.x_test) > 0)
    assert (np.diff(trainer.history.view()["step"]) > 0).all()
    assert seen(trainer) == before


@BOUNDED
@given(EXPERIMENT, data_sets(), st.integers(0, 8))
def test_any_run_is_restored_and_goes_on_bit_for_bit(description: dict[str, Any], data: Dataset, steps: int) -> None:
    # A time limit ends a run where the clock says, which no two runs share.
    endless = {**description, "training": {**description["training"], "max_seconds": 0.0}}
    trainer = trainer_of(endless, data)
    resumed = Trainer(trainer.experiment, data)
    trainer.train(steps=steps)
    if trainer.diverged:
        reject()
    resumed.restore(trainer.state())
    trainer.train(steps=6)
    resumed.train(steps=6)
    assert (trainer.steps_done, trainer.stopped, seen(trainer)) == (resumed.steps_done, resumed.stopped, seen(resumed))


@BOUNDED
@given(EXPERIMENT, EXPERIMENT, data_sets())
def test_any_change_of_a_running_network_is_taken_over_or_refused_whole(
    first: dict[str, Any], second: dict[str, Any], data: Dataset
) -> None:
    trainer, changed = trainer_of(first, data), described(second)
    trainer.train(steps=4)
    before = trainer.experiment, seen(trainer), trainer.steps_done
    try:
        trainer.reconfigure(changed)
    except DataError:
        assert (trainer.experiment, seen(trainer), trainer.steps_done) == before
    else:
        trainer.train(steps=4)
        assert trainer.experiment == changed
        assert trainer.network.plan == Trainer(changed, data).network.plan
