"""What holds for every part of every registry, because it is registered."""

import re
from typing import Any

import pytest

from engine.activations import ACTIVATIONS
from engine.data.sources import SOURCES
from engine.initializers import INITIALIZERS
from engine.losses import LOSSES
from engine.metrics import METRICS, metrics_for
from engine.optimizers import OPTIMIZERS
from engine.registry import Registry
from engine.schedules import SCHEDULES

REGISTRIES: list[Registry[Any]] = [ACTIVATIONS, LOSSES, INITIALIZERS, METRICS, SOURCES]
PARTS = [pytest.param(part, id=f"{registry.kind} {part.key}") for registry in REGISTRIES for part in registry]
KINDS = [pytest.param(kind, cls, id=kind) for kinds in (OPTIMIZERS, SCHEDULES) for kind, cls in kinds.items()]
TASKS = ("regression", "binary", "multiclass")


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


@pytest.mark.parametrize(("kind", "cls"), KINDS)
def test_an_optimizer_or_schedule_is_registered_under_its_kind(kind: str, cls: Any) -> None:
    assert (cls().kind, bool(cls.label), bool(cls.about)) == (kind, True, True)


@pytest.mark.parametrize("cls", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_a_schedule_stays_between_nothing_and_the_whole_rate(cls: Any) -> None:
    assert all(0.0 <= cls().factor(step, 200) <= 1.0 for step in range(250))


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_loss_a_metric_and_a_data_set(task: str) -> None:
    losses = [loss for loss in LOSSES if task in loss.tasks]
    sources = [source for source in SOURCES if task in source.tasks]
    assert losses
    assert metrics_for(task)
    assert sources
