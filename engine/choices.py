"""What a person can choose of a description: all its settings, which of them matter, and what they are, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.spec import Setting, Spec


@dataclass(frozen=True)
class Choice:
    """One setting in words. ``first`` is what it is when nothing is chosen, "" where that is the same."""

    label: str
    value: str
    first: str = ""


def settings_of(kind: type[Spec], names: tuple[str, ...] | None = None) -> Iterator[tuple[str, Setting, Any]]:
    """(path, setting, type) of the settings of a spec, or of those named, and of the specs inside it.

    The path of a setting inside is written with a point: "early_stopping.patience". Parts that are chosen by
    their kind are left out; they have settings of their own.
    """
    own = kind.settings()
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if names is not None and name not in names:
            continue
        if name in own:
            yield name, own[name], inner
        elif isinstance(inner, type) and issubclass(inner, Spec) and "kind" not in inner.model_fields:
            yield from ((f"{name}.{below}", setting, of) for below, setting, of in settings_of(inner))


def matters(spec: Spec, path: str, setting: Setting) -> bool:
    """Whether a setting has any effect on what else a spec says.

    The first setting of a spec inside another is its switch: as it is at first, it is off, and the rest of
    that spec does not matter.
    """
    owner, name = owner_of(spec, path)
    condition = setting.shown_if
    if condition is not None and getattr(owner, condition[0]) not in condition[1]:
        return False
    switch = next(iter(type(owner).settings()))
    return owner is spec or name == switch or not is_as_at_first(owner, switch)


def owner_of(spec: Spec, path: str) -> tuple[Spec, str]:
    """The spec that has the setting at a path, and the setting's name in it."""
    *way, name = path.split(".")
    for part in way:
        spec = getattr(spec, part)
    return spec, name


def is_as_at_first(owner: Spec, name: str) -> bool:
    """Whether a field has the value it has when nothing is chosen."""
    return bool(getattr(owner, name) == type(owner).model_fields[name].default)


def choices_of(spec: Spec, names: tuple[str, ...] | None = None) -> list[Choice]:
    """The settings of a spec that matter, or those of them that are named, in words; those of specs inside it too.

    A part that is chosen by its kind is one choice, by its label, and its own settings follow.
    """
    found = []
    for path, setting, _ in settings_of(type(spec), names):
        if matters(spec, path, setting):
            owner, name = owner_of(spec, path)
            value, first = getattr(owner, name), type(owner).model_fields[name].default
            inside = f"{_plain(path.split('.')[0])}: " if "." in path else ""
            differs = "" if value == first else _in_words(setting, first)
            found.append(Choice(f"{inside}{setting.label}", _in_words(setting, value), differs))
    for name, field in type(spec).model_fields.items():
        part = getattr(spec, name)
        if isinstance(part, Spec) and "kind" in type(part).model_fields and (names is None or name in names):
            label, first = getattr(type(part), "label", ""), getattr(type(field.default), "label", "")
            found.append(Choice(_plain(name), label, "" if label == first else first))
            found += choices_of(part)
    return found


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _in_words(setting: Setting, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if setting.choices is not None:
        return dict(setting.choices()).get(value, str(value))
    return f"{value}" if isinstance(value, int) else f"{value:.10g}"
