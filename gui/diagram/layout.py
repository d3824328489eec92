"""Where everything of the diagram stands, and what lies under the pointer. Plain numbers, no Qt.

The drawing has one column for the inputs and one for every layer. A column that is too tall shows its
first and last units, and between them an ellipsis with the true count.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

HEAD = 72.0
FOOT = 40.0
# The names of stages stand under the buttons between two columns, a line each, and no more than so many.
MARK_TOP, MARK_LINE, MOST_MARKS = 50.0, 20.0, 4
_ROOMY, _TIGHT = 58.0, 17.0
_LARGEST, _SMALLEST = 40.0, 9.0
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
    """The inputs or one layer. ``size`` is the side of a node; ``gap_y`` where the ellipsis stands, if any."""

    x: float
    count: int
    size: float
    nodes: tuple[Node, ...]
    gap_y: float | None

    @property
    def shown(self) -> NDArray[np.int64]:
        """The indices of the units that are drawn, in order."""
        return np.array([node.index for node in self.nodes], dtype=np.int64)

    @property
    def middles(self) -> NDArray[np.float64]:
        """The y of the units that are drawn, in the same order."""
        return np.array([node.y for node in self.nodes])


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
    widths: tuple[int, ...], width: float, height: float, left: float, right: float, head: float = HEAD
) -> tuple[Column, ...]:
    """Columns for layers of these widths on an area of that size.

    ``left`` and ``right`` are kept free for the names of inputs and outputs, ``head`` for the titles.
    """
    first, last = left, width - right
    step = (last - first) / max(len(widths) - 1, 1)
    return tuple(_column(first + i * step, count, height, step, head) for i, count in enumerate(widths))


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


def _column(x: float, count: int, height: float, step: float, head: float) -> Column:
    room = max(height - head - FOOT, 40.0)
    fitting = max(int(room // _TIGHT), 3)
    if count <= fitting:
        # Few units stand further apart, so that two inputs do not huddle before a tall layer.
        spacing = min(room / count, _ROOMY * max(8.0 / count, 1.0) ** 0.5)
        places = _spread(count, spacing, room, head)
        return Column(x, count, _node_size(spacing, step), _nodes(range(count), places, x), None)
    half = (fitting - 2) // 2
    spacing = room / (2 * half + 2)
    places = _spread(2 * half + 2, spacing, room, head)
    indices = [*range(half), *range(count - half, count)]
    return Column(
        x,
        count,
        _node_size(spacing, step),
        _nodes(indices, places[:half] + places[half + 2 :], x),
        (places[half] + places[half + 1]) / 2,
    )


def _spread(count: int, spacing: float, room: float, head: float) -> list[float]:
    top = head + (room - (count - 1) * spacing) / 2
    return [top + i * spacing for i in range(count)]


def _nodes(indices: range | list[int], places: list[float], x: float) -> tuple[Node, ...]:
    return tuple(Node(index, x, y) for index, y in zip(indices, places, strict=True))


def _node_size(spacing: float, step: float) -> float:
    return float(round(min(max(min(spacing * 0.7, step * 0.4), _SMALLEST), _LARGEST)))


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
    columns: tuple[Column, ...], magnitudes: list[NDArray[np.float64]], x: float, y: float, reach: float = 5.0
) -> tuple[int, int, int] | None:
    """(layer, input, unit) of the edge nearest to a point and within reach, the stronger of two winning.

    ``magnitudes``: for each layer |w| of what is drawn, (shown inputs, shown units).
    """
    for layer, (left, right) in enumerate(pairwise(columns)):
        start, end = left.x + left.size / 2, right.x - right.size / 2
        if not start <= x <= end:
            continue
        share = float(bend(np.array([(x - start) / (end - start)]))[0])
        heights = left.middles[:, None] * (1.0 - share) + right.middles[None, :] * share
        distance = np.abs(heights - y)
        near = distance <= reach
        if not near.any():
            return None
        known = np.nan_to_num(magnitudes[layer], posinf=0.0)
        strength = known / (known.max() + 1e-12)
        score = np.where(near, distance - 2.0 * reach * strength, np.inf)
        i, j = np.unravel_index(int(score.argmin()), score.shape)
        return layer, int(left.shown[i]), int(right.shown[j])
    return None


def steady_scale(before: float, largest: float) -> float:
    """The weight that is drawn full width: grows at once, shrinks only well below, so that it does not flicker."""
    if largest <= 0.0 or not np.isfinite(largest):
        return before if before > 0 else 1.0
    return largest if largest > before or largest < 0.7 * before else before
