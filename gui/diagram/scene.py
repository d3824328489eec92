"""The columns of a network as they stand in the window: laid out, enlarged and shifted. Plain numbers, no Qt."""

from __future__ import annotations

import numpy as np

from gui.diagram.layout import FOOT, MARK_LINE, Column, Mark, bend, head_for, mark_at, marks, node_at, place
from gui.diagram.viewport import Frame, Viewport

Box = tuple[float, float, float, float]


class Scene:
    """Keeps the layout of a network and the viewport on it.

    ``columns`` hold every node of the enlarged drawing, in pixels of the window, also those out of sight;
    ``in_sight`` only what can be seen. ``marks`` are the names of the stages.
    """

    def __init__(self) -> None:
        self.columns: tuple[Column, ...] = ()
        self.in_sight: tuple[Column, ...] = ()
        self.marks: tuple[Mark, ...] = ()
        self.viewport = Viewport(Frame(1.0, 1.0, 0.0, 0.0, 0.0, 0.0))
        self._widths: tuple[int, ...] = ()
        self._stages: tuple[range, ...] = ()
        self._revealed: dict[int, int] = {}
        self._placed: tuple[Column, ...] = ()
        self._placed_for: tuple[object, ...] = ()

    def show(
        self, widths: tuple[int, ...], stages: tuple[range, ...], size: tuple[float, float], names: tuple[float, float]
    ) -> None:
        """Takes over a network and a window. ``names``: the room for the names at the left and the right.

        ``stages``: for each gap between two columns their places in the network.
        """
        frame = Frame(*size, names[0], head_for(stages), names[1], FOOT)
        if widths != self._widths:
            self._revealed = {}
            if (widths[:1], widths[-1:]) != (self._widths[:1], self._widths[-1:]):
                # Other data: whoever opens them wants to see the whole first.
                self.viewport = Viewport(frame)
        self._widths, self._stages = widths, stages
        if frame != self.viewport.frame:
            self.viewport = self.viewport.framed(frame)
        self._place()

    def look(self, viewport: Viewport) -> None:
        """Sees the drawing through another viewport."""
        self.viewport = viewport.limited()
        self._place()

    @property
    def layout_key(self) -> tuple[object, ...]:
        """What the shape of the drawing depends on, but not where it is shifted to."""
        return self._placed_for

    @property
    def body(self) -> Box:
        """The part of the window in which columns are seen: left, top, right, bottom."""
        frame = self.viewport.frame
        return 0.0, frame.top, frame.width, frame.height - frame.bottom

    def _place(self) -> None:
        view, frame = self.viewport, self.viewport.frame
        key = (self._widths, self._stages, frame, view.zoom, tuple(sorted(self._revealed.items())))
        if key != self._placed_for:
            self._placed_for = key
            self._placed = place(
                self._widths, *view.area, frame.left, frame.right, frame.top, view.zoom, self._revealed
            )
        self.columns = self._placed if view.fits else tuple(c.shifted(-view.x, -view.y) for c in self._placed)
        self.in_sight = self.columns if view.fits else tuple(c.within(*self.body) for c in self.columns)
        self.marks = marks(self.columns, self._stages)

    # -- what is where ---------------------------------------------------------------------------

    def node_at(self, x: float, y: float) -> tuple[int, int] | None:
        """(column, unit) of the node under a point, or None."""
        return node_at(self.in_sight, x, y) if self.in_body(y) else None

    def in_body(self, y: float) -> bool:
        """Whether nodes and edges are drawn at that height; above and below they pass under titles and legend."""
        _, top, _, bottom = self.body
        return self.viewport.fits or top <= y <= bottom

    def mark_at(self, x: float, y: float) -> int | None:
        """The place of the stage whose name lies under a point, or None."""
        return mark_at(self.marks, x, y)

    def column_at(self, x: float) -> int | None:
        """The column whose strip, which reaches halfway to its neighbours, is at x; None beside all of them."""
        if not self.columns:
            return None
        distances = [abs(column.x - x) for column in self.columns]
        nearest = int(np.argmin(distances))
        step = (self.columns[-1].x - self.columns[0].x) / max(len(self.columns) - 1, 1)
        return nearest if distances[nearest] <= max(step / 2, 20.0) else None

    def head_at(self, x: float, y: float) -> int | None:
        """The column whose title is at a point, or None."""
        number = self.column_at(x)
        if number is None or not 0.0 <= y < self.viewport.frame.top:
            return None
        return number if abs(self.columns[number].x - x) <= 70.0 else None

    def box_of(self, column: int, unit: int) -> Box | None:
        """Left, top, right and bottom of a unit, which may be out of sight; None when it is folded away."""
        if not 0 <= column < len(self.columns):
            return None
        found = self.columns[column]
        at = np.flatnonzero(found.shown == unit)
        if not len(at):
            return None
        node, half = found.nodes[int(at[0])], found.size / 2
        return node.x - half, node.y - half, node.x + half, node.y + half

    def box_of_edge(self, layer: int, source: int, unit: int) -> Box | None:
        """A small box around the middle of that part of an edge that is seen, or of the whole edge."""
        one, other = self.box_of(layer, source), self.box_of(layer + 1, unit)
        if one is None or other is None:
            return None
        start, end = one[2], other[0]
        low, high = max(start, 0.0), min(end, self.viewport.frame.width)
        x = (low + high) / 2 if low < high else (start + end) / 2
        up = float(bend(np.array([(x - start) / max(end - start, 1.0)]))[0])
        y = (one[1] + one[3]) / 2 * (1.0 - up) + (other[1] + other[3]) / 2 * up
        return x - 8.0, y - 8.0, x + 8.0, y + 8.0

    def box_of_mark(self, stage: int) -> Box | None:
        """Left, top, right and bottom of the name of a stage, or None where it is not named."""
        for mark in self.marks:
            if mark.place == stage:
                half = min(mark.room / 2, 60.0)
                return mark.x - half, mark.y - MARK_LINE / 2, mark.x + half, mark.y + MARK_LINE / 2
        return None

    # -- what is revealed ------------------------------------------------------------------------

    def unfold(self, column: int, unit: int) -> bool:
        """Shows a unit also where its column is too tall to show all of them; says whether that changed anything."""
        inside = 0 <= column < len(self._widths) and 0 <= unit < self._widths[column]
        if not inside or self.box_of(column, unit) is not None:
            return False
        self._revealed = {**self._revealed, column: unit}
        self._place()
        return True
