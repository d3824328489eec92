"""What the tools do to points, from one place of the pointer to the next. Plain numbers, no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.data.points import MOST_POINTS
from engine.registry import Registry

Values = NDArray[np.float64]
Place = tuple[float, float]

# A dense line of points has one every so many pixels; the spray so many at once, the more the wider it is.
_SPACING_PX = 9.0
_SPRAY_PX_PER_POINT = 9.0
# What counts as hit by a tool that takes the point under the pointer.
_REACH_PX = 8.0
# How far jitter moves a point, as a share of the plane.
_JITTER = 0.02


@dataclass(frozen=True)
class Surface:
    """Where one paints. ``room``: (left, right, bottom, top) in the user's units; ``size``: width, height in pixels."""

    room: tuple[float, float, float, float]
    size: tuple[int, int]

    @property
    def per_pixel(self) -> Place:
        """How many units a pixel is, across and up."""
        left, right, bottom, top = self.room
        return (right - left) / self.size[0], (top - bottom) / self.size[1]

    def units(self, at: Place) -> Place:
        """A place in pixels, from the top left, in the user's units."""
        return self.room[0] + at[0] * self.per_pixel[0], self.room[3] - at[1] * self.per_pixel[1]

    def pixels(self, values: Values) -> Values:
        """Points (points, ≥ 2) in the user's units in pixels, (points, 2)."""
        across, up = self.per_pixel
        moved: Values = (values[:, :2] - (self.room[0], self.room[3])) / (across, -up)
        return moved

    def clipped(self, at: Values) -> Values:
        """Places (points, 2) moved onto the surface where they are beside it."""
        left, right, bottom, top = self.room
        kept: Values = np.clip(at, (left, bottom), (right, top))
        return kept

    def distance(self, values: Values, at: Place) -> Values:
        """How far points (points, ≥ 2) are from a place, in pixels."""
        away: Values = np.hypot(*((values[:, :2] - at) / self.per_pixel).T)
        return away


@dataclass
class Stroke:
    """One movement of a hand, from the press of the button to its release.

    ``values`` (points, 3) are the points as they are now, ``first`` as they were; ``radius`` is in pixels.
    """

    tool: str
    first: Values
    at: Place
    which: int
    radius: float
    surface: Surface
    rng: np.random.Generator
    values: Values = field(init=False)
    taken: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.values, self._begun = self.first, self.at
        distance = self.surface.distance(self.first, self.at)
        taken = np.flatnonzero(distance <= self.radius)
        if not len(taken) and len(distance) and distance.min() <= _REACH_PX:
            taken = np.array([distance.argmin()])
        self.taken = taken
        TOOLS[self.tool].touch(self, self.at)

    def move(self, at: Place) -> None:
        """The pointer is somewhere else."""
        TOOLS[self.tool].touch(self, at)

    def add(self, at: Values) -> None:
        """More points (points, 2) of the chosen class, as many as there may be."""
        which = np.full((len(at), 1), float(self.which))
        self.values = np.concatenate([self.values, np.hstack([self.surface.clipped(at), which])])[:MOST_POINTS]

    @property
    def changed(self) -> int:
        """How many points were added, taken away or moved."""
        by = abs(len(self.values) - len(self.first))
        return by or int((self.values != self.first).any(axis=1).sum())


def _paint(stroke: Stroke, at: Place) -> None:
    """A point where the button goes down, and then one every few pixels of the way."""
    if stroke.at == at and len(stroke.values) == len(stroke.first):
        stroke.add(np.array([at]))
        return
    way = np.subtract(at, stroke.at)
    steps = int(np.hypot(*(way / stroke.surface.per_pixel)) / _SPACING_PX)
    if steps:
        stroke.add(stroke.at + np.arange(1, steps + 1)[:, None] / steps * way)
        stroke.at = at


def _spray(stroke: Stroke, at: Place) -> None:
    """Some points, evenly scattered over the disc around the pointer."""
    count = max(1, round(stroke.radius / _SPRAY_PX_PER_POINT))
    away, angle = stroke.radius * np.sqrt(stroke.rng.uniform(size=count)), stroke.rng.uniform(0.0, 2.0 * np.pi, count)
    disc = np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)
    stroke.add(at + disc * stroke.surface.per_pixel)


def _erase(stroke: Stroke, at: Place) -> None:
    stroke.values = stroke.values[stroke.surface.distance(stroke.values, at) > max(stroke.radius, _REACH_PX)]


def _drag(stroke: Stroke, at: Place) -> None:
    """The points that were under the pointer go with it."""
    if len(stroke.taken):
        stroke.values = stroke.first.copy()
        moved = stroke.first[stroke.taken, :2] + np.subtract(at, stroke._begun)
        stroke.values[stroke.taken, :2] = stroke.surface.clipped(moved)


def jitter(values: Values, surface: Surface, rng: np.random.Generator) -> Values:
    """All points a little elsewhere."""
    left, right, bottom, top = surface.room
    by = rng.normal(0.0, _JITTER, (len(values), 2)) * (right - left, top - bottom)
    return np.hstack([surface.clipped(values[:, :2] + by), values[:, 2:]])


@dataclass(frozen=True)
class Tool:
    """One tool. ``touch`` changes a stroke's points at a place; ``done`` says what it did to {0} points."""

    key: str
    label: str
    help: str
    letter: str
    done: str
    touch: Callable[[Stroke, Place], None]
    wide: bool = True


TOOLS: Registry[Tool] = Registry(
    "tool",
    [
        Tool("paint", "Paint", "A click is one point, dragging a dense line of them.", "P", "Paint {0}", _paint, False),
        Tool("spray", "Spray", "Points scattered around the pointer; wheel or [ ]: how far.", "S", "Spray {0}", _spray),
        Tool("erase", "Erase", "Takes points away; wheel or [ ]: how wide.", "E", "Erase {0}", _erase),
        Tool("drag", "Drag", "Moves the points under the pointer; wheel or [ ]: how wide.", "D", "Move {0}", _drag),
    ],
)
# Look is no tool: the pointer then reads the map and traces rows, as it does with other data.
LOOK = "look"
