"""What part of a drawing larger than its window is seen, and how it moves. Plain numbers, no Qt.

The ground is the area of the columns and their nodes when everything fits, at zoom 1. Zoom makes the ground larger;
the margins around it (titles above, the legend below, names at both sides) keep their size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SMALLEST_ZOOM, LARGEST_ZOOM = 1.0, 12.0
# How much ground is kept in sight around what is revealed.
_MARGIN = 24.0


@dataclass(frozen=True)
class Frame:
    """A window of that size, in pixels, and the margins around the ground in it."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def ground(self) -> tuple[float, float]:
        """Width and height of the ground at zoom 1."""
        return max(self.width - self.left - self.right, 1.0), max(self.height - self.top - self.bottom, 1.0)


@dataclass(frozen=True)
class Viewport:
    """The zoom, and how far the enlarged drawing is shifted to the left (``x``) and up (``y``), in pixels.

    Made by its methods, it never shows anything beyond the ground: at zoom 1 there is nothing to shift.
    """

    frame: Frame
    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def area(self) -> tuple[float, float]:
        """Width and height of the whole enlarged drawing with its margins."""
        wide, high = self.frame.ground
        return self.frame.width + wide * (self.zoom - 1.0), self.frame.height + high * (self.zoom - 1.0)

    @property
    def fits(self) -> bool:
        """Whether everything is seen."""
        return self.zoom <= SMALLEST_ZOOM

    def limited(self) -> Viewport:
        """The nearest one that shows nothing beyond the ground."""
        zoom = min(max(self.zoom, SMALLEST_ZOOM), LARGEST_ZOOM)
        wide, high = (side * (zoom - 1.0) for side in self.frame.ground)
        return replace(self, zoom=zoom, x=min(max(self.x, 0.0), wide), y=min(max(self.y, 0.0), high))

    def on_ground(self, x: float, y: float) -> tuple[float, float]:
        """The point of the ground, in its pixels at zoom 1, that is seen at a point of the window."""
        return (x - self.frame.left + self.x) / self.zoom, (y - self.frame.top + self.y) / self.zoom

    def in_window(self, x: float, y: float) -> tuple[float, float]:
        """Where in the window a point of the ground is seen: the reverse of ``on_ground``."""
        return self.frame.left + x * self.zoom - self.x, self.frame.top + y * self.zoom - self.y

    def zoomed(self, factor: float, about: tuple[float, float] | None = None) -> Viewport:
        """So many times larger; what is seen at ``about`` (at first the middle of the window) stays where it is."""
        wide, high = self.frame.ground
        at = about or (self.frame.left + wide / 2, self.frame.top + high / 2)
        x, y = self.on_ground(*at)
        zoom = min(max(self.zoom * factor, SMALLEST_ZOOM), LARGEST_ZOOM)
        left, top = self.frame.left - at[0], self.frame.top - at[1]
        return replace(self, zoom=zoom, x=left + x * zoom, y=top + y * zoom).limited()

    def panned(self, dx: float, dy: float) -> Viewport:
        """The drawing moved by so many pixels, to the right and down."""
        return replace(self, x=self.x - dx, y=self.y - dy).limited()

    def framed(self, frame: Frame) -> Viewport:
        """The same zoom in another window, with the same point of the ground, by its share, in the middle."""
        across, down = self.middle
        return replace(self, frame=frame).centred(across, down)

    @property
    def middle(self) -> tuple[float, float]:
        """The point of the ground in the middle of the window, as shares of its width and height."""
        wide, high = self.frame.ground
        return (self.x + wide / 2) / (wide * self.zoom), (self.y + high / 2) / (high * self.zoom)

    @property
    def seen(self) -> tuple[float, float, float, float]:
        """The part of the ground that is seen: left, top, width, height, as shares of it."""
        wide, high = self.frame.ground
        part = 1.0 / self.zoom
        return self.x / (wide * self.zoom), self.y / (high * self.zoom), part, part

    def centred(self, across: float, down: float) -> Viewport:
        """The point of the ground at these shares of its width and height in the middle of the window."""
        wide, high = self.frame.ground
        return replace(self, x=across * wide * self.zoom - wide / 2, y=down * high * self.zoom - high / 2).limited()

    def revealing(self, left: float, top: float, right: float, bottom: float) -> Viewport:
        """Moved as little as need be for a box, in pixels of the window, to be seen with some margin."""
        frame = self.frame
        dx = _shift(left - _MARGIN, right + _MARGIN, min(frame.left, _MARGIN), frame.width - _MARGIN)
        dy = _shift(top - _MARGIN, bottom + _MARGIN, frame.top, frame.height - frame.bottom)
        return self.panned(dx, dy)


def _shift(low: float, high: float, least: float, most: float) -> float:
    """How far a stretch must move to lie between two bounds; one longer than they allow is put in their middle."""
    if high - low > most - least:
        return (least + most - low - high) / 2
    return max(least - low, 0.0) + min(most - high, 0.0)
