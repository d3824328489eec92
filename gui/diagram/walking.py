"""Where the arrow keys lead: from unit to unit, from layer to layer, and along the weights of a unit."""

from __future__ import annotations

from enum import Enum

from gui.selection import Selection, StageAt, Unit, Weight


class Way(Enum):
    """A direction of the keyboard. ``INTO`` and ``OUT_OF`` go from a unit to its weights."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    FIRST = "first"
    LAST = "last"
    INTO = "into"
    OUT_OF = "out of"


def walk(selection: Selection, way: Way, widths: tuple[int, ...], stage_gaps: dict[int, int]) -> Selection:
    """What is selected after one press. ``widths``: inputs and the units of every layer.

    ``stage_gaps``: for the place of every stage the column in front of it. At an edge the selection stays. From
    nothing one comes to the first input.
    """
    if isinstance(selection, Unit):
        return _from_unit(selection, way, widths)
    if isinstance(selection, Weight):
        return _from_weight(selection, way, widths)
    if isinstance(selection, StageAt) and selection.place in stage_gaps:
        column = stage_gaps[selection.place]
        beyond = {Way.LEFT: Unit(column, 0), Way.RIGHT: Unit(column + 1, 0)}
        return beyond.get(way, selection)
    return Unit(0, 0)


def _from_unit(unit: Unit, way: Way, widths: tuple[int, ...]) -> Selection:
    last = widths[unit.column] - 1
    if way in (Way.LEFT, Way.RIGHT):
        column = unit.column + (1 if way is Way.RIGHT else -1)
        return _beside(unit, column, widths) if 0 <= column < len(widths) else unit
    if way is Way.INTO:
        return Weight(unit.column - 1, 0, unit.index) if unit.column > 0 else unit
    if way is Way.OUT_OF:
        return Weight(unit.column, unit.index, 0) if unit.column + 1 < len(widths) else unit
    return Unit(unit.column, _stepped(unit.index, way, last))


def _beside(unit: Unit, column: int, widths: tuple[int, ...]) -> Unit:
    """The unit of another column at about the same height."""
    here, there = max(widths[unit.column] - 1, 1), widths[column] - 1
    share = unit.index / here if widths[unit.column] > 1 else 0.5
    return Unit(column, round(share * there))


def _from_weight(weight: Weight, way: Way, widths: tuple[int, ...]) -> Selection:
    if way in (Way.LEFT, Way.INTO):
        return Unit(weight.layer, weight.source)
    if way in (Way.RIGHT, Way.OUT_OF):
        return Unit(weight.layer + 1, weight.unit)
    return Weight(weight.layer, _stepped(weight.source, way, widths[weight.layer] - 1), weight.unit)


def _stepped(index: int, way: Way, last: int) -> int:
    ends = {Way.FIRST: 0, Way.LAST: last, Way.UP: max(index - 1, 0), Way.DOWN: min(index + 1, last)}
    return ends[way]
