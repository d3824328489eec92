"""What is chosen anywhere is chosen everywhere: units, weights, rows, classes, and the step under the pointer."""

from __future__ import annotations

from typing import Any

import hands
import pytest

from gui.plots.data.view import DataView
from gui.plots.view import View
from gui.selection import Unit, Weight
from gui.window import Window


class Ear:
    """Hears what every view of a window is told of one kind."""

    def __init__(self, window: Window, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard: dict[str, Any] = {}
        for name, view in window.views.items():
            monkeypatch.setattr(view, kind, self._listener(name, getattr(view, kind)))

    def _listener(self, name: str, told: Any) -> Any:
        def listen(what: Any) -> None:
            self.heard[name] = what
            told(what)

        return listen


def views(window: Window) -> list[View]:
    return list(window.views.values())


@pytest.mark.parametrize("selection", [Unit(1, 2), Weight(1, 0, 3), Unit(3, 1)])
def test_what_one_view_selects_all_are_told(window: Window, selection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for view in views(window):
        window.select(None)
        ear = Ear(window, "show_selection", monkeypatch)
        view.selected.emit(selection)
        assert ear.heard == dict.fromkeys(window.views, selection)
        assert window.selection == selection
        assert window.inspector.title is not None


def test_a_row_picked_in_one_view_is_traced_and_told_to_all(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    for row, view in enumerate(views(window), 5):
        ear = Ear(window, "show_row", monkeypatch)
        view.row_picked.emit(row)
        assert ear.heard == dict.fromkeys(window.views, row)
        snapshot = hands.settle(window)
        assert snapshot.trace is not None
        assert snapshot.trace.row == row


def test_a_class_picked_in_one_view_is_its_output_unit_in_all(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    for view in views(window):
        window.select(None)
        assert window.linking.chosen_class == -1
        ear = Ear(window, "show_class", monkeypatch)
        view.class_picked.emit(2)
        assert ear.heard == dict.fromkeys(window.views, 2)
        assert window.selection == Unit(3, 2)


def test_an_output_unit_that_is_selected_marks_its_class_until_something_else_is(window: Window) -> None:
    window.select(Unit(3, 1))
    assert window.linking.chosen_class == 1
    window.select(Unit(1, 1))
    assert window.linking.chosen_class == -1


def test_the_pointer_in_one_view_is_told_to_all_others(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, view in window.views.items():
        ear = Ear(window, "show_pointer", monkeypatch)
        view.pointed.emit(40.0)
        assert ear.heard == dict.fromkeys(window.views.keys() - {name}, 40.0)
        view.pointed.emit(None)
        assert set(ear.heard.values()) == {None}


def test_what_is_asked_of_training_is_what_visible_views_show(window: Window) -> None:
    def wanted() -> set[str]:
        return set(window.looking.wants.probes)

    assert wanted() == {"proof"} | {p for name in ("loss", "magnitudes", "output") for p in window.views[name].probes}
    for name, view in window.views.items():
        if view.probes and name != "proof":
            window.panels.open(name)
            hands.events()
            assert set(view.probes) <= wanted()
            window.panels.docks[name].hide()
            hands.events()
            assert set(view.probes) & wanted() <= {"proof"}


def test_a_class_of_other_data_is_chosen_no_longer(window: Window) -> None:
    hands.settle(window)
    window.linking.choose_class(2)
    window.select(Unit(0, 0))
    window.linking.choose_class(2)
    iris = window.document.experiment
    hands.show(window, iris.with_value("data.source", "moons"))
    assert window.linking.chosen_class == -1
    data = window.views["data"]
    assert isinstance(data, DataView)
    data.show_page("scatter")
    data.show_snapshot(hands.snapshot_of(window))
    assert all(point.brush().color().alphaF() == 1.0 for point in data.scatter.points.points())
