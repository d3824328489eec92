"""Marks on single edges: selected, frozen, held at zero."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest

from gui.diagram import badges
from gui.selection import Weight
from gui.theme import colours
from gui.window import Window

WEIGHT = Weight(1, 3, 2)


def picture(window: Window) -> np.ndarray:
    """The drawing as pixels (height, width, 4)."""
    image = window.diagram.grab().toImage().convertToFormat(image_format())
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4).copy()


def image_format():  # noqa: ANN201
    """Four bytes a pixel: red, green, blue, alpha."""
    from PySide6.QtGui import QImage

    return QImage.Format.Format_RGBA8888


def middle(window: Window) -> QPointF:
    """The middle of the edge of WEIGHT."""
    place = window.diagram.rect_of(WEIGHT)
    assert place is not None
    return place.center()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_selected_weight_is_marked_without_the_pointer_on_it(window: Window, theme: str) -> None:
    window.show_theme(theme)
    window.select(WEIGHT)
    x, y = round(middle(window).x()), round(middle(window).y())
    red, green, blue = (int(colours().accent[i : i + 2], 16) for i in (1, 3, 5))
    assert np.abs(picture(window)[y, x, :3].astype(int) - (red, green, blue)).max() < 12


@pytest.mark.parametrize("command", ["selection.freeze", "weight.prune"])
def test_a_weight_that_training_does_not_move_is_marked_and_found_again_by_its_mark(
    window: Window, command: str
) -> None:
    window.select(WEIGHT)
    hands.trigger(window, command)
    hands.settle(window)
    window.select(None)
    QTest.mouseClick(window.diagram, hands.LEFT, pos=middle(window).toPoint())
    assert window.selection == WEIGHT


def test_there_are_no_marks_where_everything_learns(window: Window) -> None:
    snapshot = hands.snapshot_of(window)
    assert list(badges.marked(snapshot, window.diagram._scene.columns)) == []
