"""Where the arrow keys lead, on plain numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.diagram.walking import Way, walk
from gui.selection import Selection, StageAt, Unit, Weight

WIDTHS = (2, 8, 5, 3)


@pytest.mark.parametrize(
    ("start", "way", "end"),
    [
        (None, Way.DOWN, Unit(0, 0)),
        (Unit(1, 3), Way.DOWN, Unit(1, 4)),
        (Unit(1, 3), Way.UP, Unit(1, 2)),
        (Unit(1, 0), Way.UP, Unit(1, 0)),
        (Unit(1, 7), Way.DOWN, Unit(1, 7)),
        (Unit(1, 3), Way.FIRST, Unit(1, 0)),
        (Unit(1, 3), Way.LAST, Unit(1, 7)),
        (Unit(1, 7), Way.RIGHT, Unit(2, 4)),
        (Unit(1, 0), Way.RIGHT, Unit(2, 0)),
        (Unit(3, 2), Way.RIGHT, Unit(3, 2)),
        (Unit(0, 1), Way.LEFT, Unit(0, 1)),
        (Unit(1, 7), Way.LEFT, Unit(0, 1)),
        (Unit(1, 3), Way.INTO, Weight(0, 0, 3)),
        (Unit(1, 3), Way.OUT_OF, Weight(1, 3, 0)),
        (Unit(0, 1), Way.INTO, Unit(0, 1)),
        (Unit(3, 1), Way.OUT_OF, Unit(3, 1)),
        (Weight(1, 3, 2), Way.DOWN, Weight(1, 4, 2)),
        (Weight(1, 3, 2), Way.UP, Weight(1, 2, 2)),
        (Weight(1, 3, 2), Way.LAST, Weight(1, 7, 2)),
        (Weight(1, 3, 2), Way.FIRST, Weight(1, 0, 2)),
        (Weight(1, 3, 2), Way.LEFT, Unit(1, 3)),
        (Weight(1, 3, 2), Way.RIGHT, Unit(2, 2)),
        (StageAt(1), Way.LEFT, Unit(1, 0)),
        (StageAt(1), Way.RIGHT, Unit(2, 0)),
        (StageAt(1), Way.UP, StageAt(1)),
    ],
)
def test_a_key_leads_to(start: Selection, way: Way, end: Selection) -> None:
    assert walk(start, way, WIDTHS, {1: 1}) == end


def there(selection: Selection) -> bool:
    """Whether the network has such a part."""
    if isinstance(selection, Unit):
        return 0 <= selection.column < len(WIDTHS) and 0 <= selection.index < WIDTHS[selection.column]
    if isinstance(selection, Weight):
        inside = 0 <= selection.layer < len(WIDTHS) - 1 and 0 <= selection.source < WIDTHS[selection.layer]
        return inside and 0 <= selection.unit < WIDTHS[selection.layer + 1]
    return selection is not None


@given(st.lists(st.sampled_from(Way), min_size=1, max_size=60))
def test_one_never_walks_off_the_network(ways: list[Way]) -> None:
    selection: Selection = None
    for way in ways:
        selection = walk(selection, way, WIDTHS, {})
        assert there(selection)


def test_every_unit_can_be_reached() -> None:
    reached, waiting = set(), [Unit(0, 0)]
    while waiting:
        unit = waiting.pop()
        reached.add(unit)
        steps = (walk(unit, way, WIDTHS, {}) for way in Way)
        waiting += [each for each in steps if isinstance(each, Unit) and each not in reached]
    assert len(reached) == sum(WIDTHS)
