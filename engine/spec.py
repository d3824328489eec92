"""Settings as data: every choice a user can make is a field that carries its own range, step and help.

Forms, error messages, files, the terminal's help and the tests all read these declarations, so that a
new setting is written in exactly one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo, ValidatorFunctionWrapHandler


@dataclass(frozen=True)
class Setting:
    """What a field means to a person: placed in the field's ``Annotated[...]``.

    ``low`` and ``high`` are inclusive bounds. ``step`` is what one notch of a wheel adds, or multiplies
    by when ``scale`` is "log". ``choices`` returns ``(key, label)`` pairs. ``shown_if`` names a sibling
    field and the values of it for which this field matters.
    """

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    step: float = 1.0
    scale: Literal["linear", "log"] = "linear"
    choices: Callable[[], Iterable[tuple[str, str]]] | None = None
    shown_if: tuple[str, tuple[str | bool, ...]] | None = None

    def accepts(self, value: Any) -> bool:
        """Whether a value of the right type lies within the bounds and choices."""
        if self.choices is not None:
            return value in dict(self.choices())
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def requirement(self, kind: Any) -> str:
        """The bounds in words, such as "between 1 and 4096"."""
        if self.choices is not None:
            return "one of " + ", ".join(key for key, _ in self.choices())
        noun = {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "a valid value")
        if self.low is None or self.high is None:
            return noun
        return f"{noun} between {_plain(self.low)} and {_plain(self.high)}"


class Spec(BaseModel):
    """A frozen, validated part of an experiment. Unknown fields, NaN and values out of range are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @classmethod
    @cache  # asked for with every value that is checked
    def settings(cls) -> dict[str, Setting]:
        """The settings a person can edit, by field name, in the order in which they are declared."""
        found = {}
        for name, field in cls.model_fields.items():
            for entry in field.metadata:
                if isinstance(entry, Setting):
                    found[name] = entry
        return found

    @field_validator("*", mode="wrap")
    @classmethod
    def _plain_words(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Checks a field against its Setting and says what is wrong in one sentence."""
        name = info.field_name or ""
        setting = cls.settings().get(name)
        if setting is None:
            return handler(value)
        kind = cls.model_fields[name].annotation
        try:
            # Python would take True for 1 and "8" for 8; a file that says so is wrong all the same.
            if kind in (int, float) and isinstance(value, bool | str):
                raise TypeError
            if kind is bool and not isinstance(value, bool):
                raise TypeError
            result = handler(value)
        except (ValidationError, TypeError):
            raise refusal(f"{cls.__name__}.{name}", setting.requirement(kind), value) from None
        if not setting.accepts(result):
            words = setting.requirement(None).removeprefix("a valid value ")
            raise refusal(f"{cls.__name__}.{name}", words, value)
        return result

    def edited(self, **changes: Any) -> Self:
        """A validated copy with some fields replaced.

        Raises ``pydantic.ValidationError`` (a ``ValueError``) naming field, bounds and value.
        """
        return type(self).model_validate({**dict(self), **changes})

    def with_value(self, path: str, value: Any) -> Self:
        """A validated copy with the field at a dotted path replaced, e.g. ``training.optimizer.learning_rate``.

        Raises ``KeyError`` with a sentence when there is no such field and ``pydantic.ValidationError``
        when the value is out of range.
        """
        head, _, rest = path.partition(".")
        if head not in type(self).model_fields:
            raise KeyError(
                f"{type(self).__name__} has no setting '{head}'; it has {', '.join(type(self).model_fields)}"
            )
        if rest == "kind":
            # Another kind of part has settings of its own and starts from them.
            return self.edited(**{head: {"kind": value}})
        if rest:
            return self.edited(**{head: _replaced_inside(getattr(self, head), rest, value)})
        return self.edited(**{head: value})


def _replaced_inside(part: Any, path: str, value: Any) -> Any:
    """``with_value`` for a part that may be a tuple of specs, addressed by its index."""
    if isinstance(part, Spec):
        return part.with_value(path, value)
    head, _, rest = path.partition(".")
    if not isinstance(part, tuple) or not head.isdigit() or int(head) >= len(part) or not rest:
        raise KeyError(f"there is no setting at '{path}'")
    index = int(head)
    # Another kind of part has settings of its own and starts from them.
    new = {"kind": value} if rest == "kind" else _replaced_inside(part[index], rest, value)
    return (*part[:index], new, *part[index + 1 :])


def chosen_by_kind(kinds: Mapping[str, type[Spec]], default: str | None = None) -> BeforeValidator:
    """For a field that holds one of several specs: builds the one that its ``kind``, or the default, names."""

    def build(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        kind = str(value.get("kind", default))
        if kind not in kinds:
            raise refusal("kind", "one of " + ", ".join(kinds), kind)
        return kinds[kind].model_validate(value)

    return BeforeValidator(build)


def refusal(where: str, requirement: str, value: Any) -> PydanticCustomError:
    """What a validator raises: "{where} must be {requirement}, not {value}"."""
    try:
        shown = repr(value) if isinstance(value, str) else f"{value}"
    except ValueError:  # Python refuses to write out a whole number of thousands of digits
        shown = "a number of thousands of digits"
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return PydanticCustomError(
        "refused",
        "{where} must be {requirement}, not {shown}",
        {"where": where, "requirement": requirement, "shown": shown},
    )


def _plain(number: float) -> str:
    return f"{int(number)}" if number == int(number) else f"{number:g}"


def explain(error: ValidationError) -> list[str]:
    """Every fault of a validation error as a plain sentence, in the order of the fields."""
    sentences = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "refused":
            # A part chosen by its kind does not know which field it would have filled.
            numbered = any(isinstance(part, int) for part in fault["loc"])
            place = f" (at {where})" if numbered else ""
            sentences.append(
                f"{where}.{fault['msg']}" if fault["msg"].startswith("kind ") else f"{fault['msg']}{place}"
            )
        elif fault["type"] == "extra_forbidden":
            sentences.append(f"there is no setting called {where}")
        else:
            sentences.append(f"{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}" if where else fault["msg"])
    return sentences
