"""What a project file says of itself: parts that are checked as they are read, and the shapes that follow from them."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

# JSON has no such numbers; they are written as these words.
_ENDLESS = ("NaN", "Infinity", "-Infinity")
# An extent that does not follow from anything.
ANY = -1
# What an array must be made of, and its shape, by its name.
Wanted = dict[str, tuple[np.dtype[Any], tuple[int, ...]]]


class Words(BaseModel):
    """A part of what a file says of itself; nothing unknown in it, and endless numbers as words."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


def _number(value: Any) -> Any:
    if isinstance(value, str) and value not in _ENDLESS:
        raise ValueError("it should be a number")
    return value


Number = Annotated[float, BeforeValidator(_number)]
Count = Annotated[int, Field(ge=0, lt=2**62)]
