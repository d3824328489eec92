"""The registry of data sets: what one can choose without a file of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.data import bundled, gates, generated
from engine.data.table import Table
from engine.registry import Registry


@dataclass(frozen=True)
class Source:
    """One data set. Exactly one of ``bundled`` and ``generate`` is given.

    ``settings`` names the fields of DataSpec that a generator heeds; ``features`` are the columns to
    start with, where that is not all of them, and ``starts`` other settings of DataSpec to start with. ``tasks``
    are those it can pose. ``bounds``: what maps show at least along every input.
    """

    key: str
    label: str
    about: str
    tasks: tuple[str, ...]
    bundled: Callable[[], Table] | None = None
    generate: Callable[[np.random.Generator, int, float, int], Table] | None = None
    settings: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None
    starts: Mapping[str, Any] = field(default_factory=dict)
    bounds: tuple[float, float] | None = None

    def table(self, rng: np.random.Generator, samples: int, noise: float, classes: int) -> Table:
        """The whole table; the arguments matter for generators only."""
        if self.bundled is not None:
            return self.bundled()
        assert self.generate is not None
        return self.generate(rng, samples, noise, classes)


_CLOUD = ("samples", "noise")
_ARMS = ("samples", "noise", "classes")
# Of four rows that are 0 and 1 none can be spared, and there is nothing to scale.
_WHOLE = {"test_fraction": 0.0, "scale": "none"}
_TWO, _MANY, _EITHER, _NUMBER = ("binary",), ("multiclass",), ("binary", "multiclass"), ("regression",)

SOURCES: Registry[Source] = Registry(
    "data set",
    [
        Source(
            "iris",
            "Iris",
            "150 flowers, three species",
            _MANY,
            bundled=bundled.iris,
            features=("petal length (cm)", "petal width (cm)"),
        ),
        Source("wine", "Wine", "178 wines, three growers", _MANY, bundled=bundled.wine),
        Source("breast_cancer", "Breast cancer", "569 tumours, benign or not", _TWO, bundled=bundled.breast_cancer),
        Source("digits", "Digits", "1,797 handwritten digits, 8 × 8 pixels", _MANY, bundled=bundled.digits),
        Source("diabetes", "Diabetes", "442 patients, a number to predict", _NUMBER, bundled=bundled.diabetes),
        *(
            Source(key, label, about, _TWO, bundled=table, starts=_WHOLE, bounds=gates.BOUNDS)
            for key, label, about, table in (
                ("and_gate", "AND gate", "1 where both inputs are 1", gates.and_gate),
                ("or_gate", "OR gate", "1 where an input is 1", gates.or_gate),
                ("xor_gate", "XOR gate", "1 where the inputs differ", gates.xor_gate),
            )
        ),
        Source("moons", "Moons", "two half circles", _TWO, generate=generated.moons, settings=_CLOUD),
        Source("circles", "Circles", "a ring around a disc", _TWO, generate=generated.circles, settings=_CLOUD),
        Source("xor", "XOR", "opposite quadrants", _TWO, generate=generated.xor, settings=_CLOUD),
        Source("blobs", "Gaussian blobs", "round clouds", _EITHER, generate=generated.blobs, settings=_ARMS),
        Source("spirals", "Spirals", "arms wound together", _EITHER, generate=generated.spirals, settings=_ARMS),
        Source("checkerboard", "Checkerboard", "four by four", _TWO, generate=generated.checkerboard, settings=_CLOUD),
        Source("plane", "Plane", "a tilted plane", _NUMBER, generate=generated.plane, settings=_CLOUD),
        Source("sine", "Sine", "a wave over one input", _NUMBER, generate=generated.sine, settings=_CLOUD),
    ],
)

# What is no data set of the registry: a table from a file or the clipboard, and points drawn by hand.
OWN = (("table", "Your own table"), ("drawn", "Your own points"))


def source_choices() -> list[tuple[str, str]]:
    """(key, label) of everything one can learn from."""
    return [*SOURCES.choices(), *OWN]


def built_in(key: str) -> Source | None:
    """The data set of the registry with that key; None for data of one's own."""
    return next((source for source in SOURCES if source.key == key), None)


def settings_to_start_with(key: str) -> dict[str, Any]:
    """The settings of DataSpec that a source brings, its columns among them."""
    source = built_in(key)
    return {"features": source.features, **source.starts} if source else {"features": None}


def is_planar(key: str) -> bool:
    """Whether data of a source are points on a plane or a line that is made for them, between about −1 and 1."""
    source = built_in(key)
    return key == "drawn" or (source is not None and source.generate is not None)
