"""What holds for every part of every registry, because it is registered."""

import re
from typing import Any

import pytest

from engine import Dense, TrainingSpec
from engine.activations import ACTIVATIONS
from engine.data.sources import SOURCES
from engine.initializers import INITIALIZERS
from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.metrics import METRICS, metrics_for
from engine.optimizers import OPTIMIZERS
from engine.registry import Registry
from engine.schedules import SCHEDULES

REGISTRIES: list[Registry[Any]] = [ACTIVATIONS, LOSSES, INITIALIZERS, METRICS, SOURCES]
PARTS = [pytest.param(part, id=f"{registry.kind} {part.key}") for registry in REGISTRIES for part in registry]
KINDS: dict[str, dict[str, Any]] = {"layer": LAYERS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}
CLASSES = [pytest.param(kind, cls, id=f"{what} {kind}") for what, kinds in KINDS.items() for kind, cls in kinds.items()]
TASKS = ("regression", "binary", "multiclass")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_knows_only_tasks_there_are(part: Any) -> None:
    tasks = getattr(part, "tasks", TASKS)
    assert tasks
    assert set(tasks) <= set(TASKS)


@pytest.mark.parametrize("part", PARTS)
def test_a_key_is_lower_snake_case(part: Any) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", part.key)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_says_everything_about_itself(part: Any) -> None:
    said = [getattr(part, name) for name in ("label", "about", "formula", "slope_formula") if hasattr(part, name)]
    assert all(text.strip() for text in said)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_a_registry_finds_every_part_by_its_key(registry: Registry[Any]) -> None:
    assert [registry[part.key] for part in registry] == list(registry)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_labels_are_told_apart(registry: Registry[Any]) -> None:
    assert len({part.label for part in registry}) == len(registry)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_an_unknown_key_is_answered_with_the_keys_there_are(registry: Registry[Any]) -> None:
    with pytest.raises(KeyError, match=f"no {registry.kind} 'nonsense'.*{next(iter(registry)).key}"):
        registry["nonsense"]


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_choices_offer_the_extra_ones_first(registry: Registry[Any]) -> None:
    choices = registry.choices(("auto", "Automatic"))
    assert choices == [("auto", "Automatic"), *((part.key, part.label) for part in registry)]


@pytest.mark.parametrize(("kind", "cls"), CLASSES)
def test_a_layer_optimizer_or_schedule_is_registered_under_its_kind(kind: str, cls: Any) -> None:
    assert (cls().kind, cls(kind=kind)) == (kind, cls())


@pytest.mark.parametrize(("kind", "cls"), CLASSES)
def test_a_kind_is_lower_snake_case(kind: str, cls: Any) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", kind)


@pytest.mark.parametrize(("kind", "cls"), CLASSES)
def test_a_layer_optimizer_or_schedule_says_everything_about_itself(kind: str, cls: Any) -> None:
    assert [name for name in ("label", "formula", "about", "__doc__") if not (getattr(cls, name) or "").strip()] == []


@pytest.mark.parametrize("kinds", KINDS.values(), ids=KINDS.keys())
def test_labels_and_words_of_kinds_are_told_apart(kinds: dict[str, Any]) -> None:
    assert [len({getattr(cls, name) for cls in kinds.values()}) for name in ("label", "about")] == [len(kinds)] * 2


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
def test_the_initializer_that_suits_an_activation_exists(activation: Any) -> None:
    assert activation.initializer in INITIALIZERS


@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
def test_the_activations_that_a_loss_names_exist(loss: Any) -> None:
    assert loss.output in ACTIVATIONS
    assert loss.fused is None or loss.fused in ACTIVATIONS


@pytest.mark.parametrize("loss", [part for part in LOSSES if part.fused], ids=lambda part: part.key)
def test_a_loss_that_is_computed_from_the_sums_has_a_value_and_a_slope_for_them(loss: Any) -> None:
    assert None not in (loss.fused_value, loss.fused_slope)


SETTINGS = [(part, Dense) for part in ACTIVATIONS if part.setting] + [
    (part, TrainingSpec) for part in LOSSES if part.setting
]


@pytest.mark.parametrize(("part", "spec"), SETTINGS, ids=lambda case: getattr(case, "key", ""))
def test_the_setting_of_a_part_is_shown_for_that_part(part: Any, spec: Any) -> None:
    shown_if = spec.settings()[part.setting].shown_if
    assert shown_if is not None
    assert part.key in shown_if[1]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_loss_a_metric_and_a_data_set(task: str) -> None:
    losses = [loss for loss in LOSSES if task in loss.tasks]
    sources = [source for source in SOURCES if task in source.tasks]
    assert losses
    assert metrics_for(task)
    assert sources
