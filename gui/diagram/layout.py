"""Where everything of the diagram stands, and what lies under the pointer. Plain numbers, no Qt.

The drawing has one column for the inputs and one for every layer. A column that is too tall shows its
first and last units, and between them an ellipsis with the true count; a unit in the middle that is revealed
is shown with its neighbours between two ellipses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

HEAD = 72.0
FOOT = 48.0
# The names of stages stand under the buttons between two columns, a line each, and no more than so many.
MARK_TOP, MARK_LINE, MOST_MARKS = 50.0, 20.0, 4
_ROOMY, _TIGHT = 58.0, 17.0
_LARGEST, _SMALLEST, _LARGEST_ZOOMED = 40.0, 9.0, 180.0
# Columns so close that − and + would stand nearer than this have none; the builder has them all.
NEAREST = 38.0
# The small buttons beside a title: their room, and how near to and far from the middle they may stand.
_BUTTON, _NEAREST_BUTTON, _FURTHEST_BUTTON = 26.0, 44.0, 66.0


@dataclass(frozen=True)
class Node:
    """One unit or input that is drawn: its index in the layer and the middle of it, in pixels."""

    index: int
    x: float
    y: float


@dataclass(frozen=True)
class Column:
    """The inputs or one layer. ``size`` is the side of a node; ``gap_y`` where the ellipsis stands, if any.

    ``more_gaps``: where further ellipses stand.
    """

    x: float
    count: int
    size: float
    nodes: tuple[Node, ...]
    gap_y: float | None
    more_gaps: tuple[float, ...] = ()

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The indices of the units that are drawn, in order."""
        return np.array([node.index for node in self.nodes], dtype=np.int64)

    @cached_property
    def middles(self) -> NDArray[np.float64]:
        """The y of the units that are drawn, in the same order."""
        return np.array([node.y for node in self.nodes])

    def shifted(self, dx: float, dy: float) -> Column:
        """The same column at another place."""
        nodes = tuple(Node(node.index, node.x + dx, node.y + dy) for node in self.nodes)
        gap_y = None if self.gap_y is None else self.gap_y + dy
        return replace(self, x=self.x + dx, nodes=nodes, gap_y=gap_y, more_gaps=tuple(y + dy for y in self.more_gaps))

    def within(self, left: float, top: float, right: float, bottom: float) -> Column:
        """The same column with only those nodes and that ellipsis of which something lies in a rectangle."""
        reach = self.size / 2 + 2.0
        beside = self.x + reach < left or self.x - reach > right
        nodes = () if beside else tuple(n for n in self.nodes if top < n.y + reach and n.y - reach < bottom)
        hidden = self.gap_y is None or beside or not top - 12.0 < self.gap_y < bottom + 12.0
        return replace(self, nodes=nodes, gap_y=None if hidden else self.gap_y)


@dataclass(frozen=True)
class Mark:
    """The name of a stage between two columns: its place in the network, its middle, and the room for its words.

    ``more``: how many stages it stands for besides, where there are too many to name.
    """

    place: int
    x: float
    y: float
    room: float
    more: int = 0


def place(
    widths: tuple[int, ...],
    width: float,
    height: float,
    left: float,
    right: float,
    head: float = HEAD,
    zoom: float = 1.0,
    revealed: Mapping[int, int] | None = None,
) -> tuple[Column, ...]:
    """Columns for layers of these widths on an area of that size.

    ``left`` and ``right`` are kept free for the names of inputs and outputs, ``head`` for the titles. On an area
    that was made so many times larger by ``zoom``, nodes and their distances are larger too. ``revealed``: for a
    column too tall for its area, by its number, a unit that is shown in any case.
    """
    first, last = left, width - right
    step = (last - first) / max(len(widths) - 1, 1)
    wanted = revealed or {}
    columns = [
        _column(first + i * step, count, height, step, head, zoom, wanted.get(i)) for i, count in enumerate(widths)
    ]
    # Inputs are small rings beside their names, at any zoom.
    columns[0] = replace(columns[0], size=min(columns[0].size, _LARGEST))
    return tuple(columns)


def head_for(stages: tuple[range, ...]) -> float:
    """How high the titles are, with a line for each stage of the fullest gap. ``stages``: their places, by gap."""
    lines = min(max(len(places) for places in stages), MOST_MARKS)
    return max(HEAD, MARK_TOP + MARK_LINE * lines + 4.0)


def marks(columns: tuple[Column, ...], stages: tuple[range, ...]) -> tuple[Mark, ...]:
    """Where the names of the stages stand. ``stages``: for each gap between two columns their places."""
    found = []
    for (left, right), places in zip(pairwise(columns), stages, strict=True):
        x, room = (left.x + right.x) / 2, right.x - left.x - 10.0
        for line, at in enumerate(places[:MOST_MARKS]):
            more = len(places) - MOST_MARKS if line == MOST_MARKS - 1 else 0
            found.append(Mark(at, x, MARK_TOP + MARK_LINE * (line + 0.5), room, max(more, 0)))
    return tuple(found)


def mark_at(found: tuple[Mark, ...], x: float, y: float) -> int | None:
    """The place of the stage whose name lies under a point, or None."""
    for mark in found:
        if abs(mark.y - y) <= MARK_LINE / 2 and abs(mark.x - x) <= min(mark.room / 2, 60.0):
            return mark.place
    return None


def _column(x: float, count: int, height: float, step: float, head: float, zoom: float, revealed: int | None) -> Column:
    room = max(height - head - FOOT, 40.0)
    fitting = max(int(room // _TIGHT), 3)
    runs = [range(count)] if count <= fitting else _runs(count, fitting, revealed)
    # An ellipsis takes the room of two units.
    slots = sum(map(len, runs)) + 2 * (len(runs) - 1)
    # Few units stand further apart, so that two inputs do not huddle before a tall layer.
    spacing = min(room / slots, zoom * _ROOMY * max(8.0 / count, 1.0) ** 0.5)
    top = head + (room - (slots - 1) * spacing) / 2
    nodes: list[Node] = []
    gaps: list[float] = []
    slot = 0
    for number, run in enumerate(runs):
        if number:
            gaps.append(top + (slot + 0.5) * spacing)
            slot += 2
        nodes += [Node(index, x, top + (slot + i) * spacing) for i, index in enumerate(run)]
        slot += len(run)
    size = _node_size(spacing, step, zoom)
    return Column(x, count, size, tuple(nodes), gaps[0] if gaps else None, tuple(gaps[1:]))


def _runs(count: int, fitting: int, revealed: int | None) -> list[range]:
    """Which units of a column that is too tall are shown: the first, the last, and those around a revealed one."""
    half = max((fitting - 2) // 2, 1)
    plain = [range(half), range(count - half, count)]
    if revealed is None or not 0 <= revealed < count or any(revealed in run for run in plain):
        return plain
    part = max((fitting - 4) // 3, 1)
    if count < 3 * part + 2:
        return [range(count)]
    begin = min(max(revealed - part // 2, part + 1), count - 2 * part - 1)
    return [range(part), range(begin, begin + part), range(count - part, count)]


def _node_size(spacing: float, step: float, zoom: float) -> float:
    largest = min(_LARGEST * zoom, _LARGEST_ZOOMED)
    return float(round(min(max(min(spacing * 0.7, step * 0.4), _SMALLEST), largest)))


def beside_title(step: float) -> tuple[float, bool]:
    """How far from the middle of a column its − and + stand, and whether another button fits between columns.

    ``step`` is the distance of the columns.
    """
    inserting = step >= 2 * (_NEAREST_BUTTON + _BUTTON)
    room = step / 2 - (_BUTTON if inserting else _BUTTON / 2)
    return min(_FURTHEST_BUTTON, room), inserting


def title_room(step: float) -> float:
    """How wide the words over a column may be: to the buttons beside them, or to the next column's words."""
    beside, _ = beside_title(step)
    return 2 * (beside - 14.0) if beside >= NEAREST else max(step - 8.0, 30.0)


def node_at(columns: tuple[Column, ...], x: float, y: float) -> tuple[int, int] | None:
    """(column, unit) of the node under a point, or None."""
    for number, column in enumerate(columns):
        reach = max(column.size / 2, 6.0) + 2.0
        for node in column.nodes:
            if abs(node.x - x) <= reach and abs(node.y - y) <= reach:
                return number, node.index
    return None


def bend(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """The height, from 0 to 1, of an edge's S-curve at the share ``t`` of its width."""
    # A cubic Bézier with level ends: x(u) = 1.5 u (1 − u) + u³, y(u) = 3u² − 2u³; x is inverted by a table.
    u = np.linspace(0.0, 1.0, 257)
    along = 1.5 * u * (1.0 - u) + u**3
    at = np.interp(t, along, u)
    result: NDArray[np.float64] = at * at * (3.0 - 2.0 * at)
    return result


def edge_at(
    columns: tuple[Column, ...],
    magnitudes: Callable[[int], NDArray[np.float64]],
    x: float,
    y: float,
    reach: float = 5.0,
) -> tuple[int, int, int] | None:
    """(layer, input, unit) of the edge nearest to a point and within reach, the stronger of two winning.

    ``magnitudes``: |w| of what is drawn of a layer, (shown inputs, shown units).
    """
    layer = gap_at(columns, x)
    if layer is None:
        return None
    left, right = columns[layer], columns[layer + 1]
    start, end = left.x + left.size / 2, right.x - right.size / 2
    share = float(bend(np.array([(x - start) / (end - start)]))[0])
    heights = left.middles[:, None] * (1.0 - share) + right.middles[None, :] * share
    distance = np.abs(heights - y)
    near = distance <= reach
    if not near.any():
        return None
    known = np.nan_to_num(magnitudes(layer), posinf=0.0)
    strength = known / (known.max() + 1e-12)
    score = np.where(near, distance - 2.0 * reach * strength, np.inf)
    i, j = np.unravel_index(int(score.argmin()), score.shape)
    return layer, int(left.shown[i]), int(right.shown[j])


def gap_at(columns: tuple[Column, ...], x: float) -> int | None:
    """Between which two columns, counted from the left, a place lies, or None."""
    for layer, (left, right) in enumerate(pairwise(columns)):
        if left.x + left.size / 2 <= x <= right.x - right.size / 2:
            return layer
    return None


def steady_scale(before: float, largest: float) -> float:
    """The weight that is drawn full width: grows at once, shrinks only well below, so that it does not flicker."""
    if largest <= 0.0 or not np.isfinite(largest):
        return before if before > 0 else 1.0
    return largest if largest > before or largest < 0.7 * before else before
