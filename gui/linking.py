"""Linking: what is chosen in one view is shown in all, and what visible views need is asked of the training thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.snapshot import Snapshot
from gui.plots.view import View
from gui.selection import Selection, Unit

if TYPE_CHECKING:
    from gui.window import Window


class Linking(QObject):
    """Connects the views of a window. ``chosen_class`` is the class that is marked everywhere, -1 for none."""

    def __init__(self, window: Window, views: dict[str, View]) -> None:
        super().__init__(window)
        self._window, self._views = window, views
        self.chosen_class = -1
        self._classes: tuple[str, ...] = ()
        for view in views.values():
            view.selected.connect(window.select)
            view.row_picked.connect(window.looking.pick_row)
            view.class_picked.connect(self.choose_class)
            view.pointed.connect(self.point)
            view.needs_changed.connect(self.see_needs)
        for name in views.keys() & window.panels.docks.keys():
            window.panels.docks[name].visibilityChanged.connect(self.see_needs)
        window.looking.wanted.connect(self.follow)
        window.training.shown.connect(self.see_classes)
        self.see_needs()

    @Slot(object)
    def show_selection(self, selection: Selection) -> None:
        """Marks what is selected in every view; an output unit stands for its class."""
        for view in self._views.values():
            view.show_selection(selection)
        classes = self._output_units
        if isinstance(selection, Unit) and selection in classes:
            self._mark(classes.index(selection))
        elif 0 <= self.chosen_class < len(classes):
            self._mark(-1)

    @Slot(int)
    def choose_class(self, index: int) -> None:
        """Marks a class of the data in every view, and selects its output unit where it has one."""
        self._mark(index)
        classes = self._output_units
        if 0 <= index < len(classes):
            self._window.select(classes[index])

    @Slot(object)
    def see_classes(self, snapshot: Snapshot) -> None:
        """Of other classes none is chosen, but the one whose output unit is still selected."""
        if snapshot.data.classes != self._classes:
            self._classes = snapshot.data.classes
            units, selection = self._output_units, self._window.selection
            self._mark(units.index(selection) if isinstance(selection, Unit) and selection in units else -1)

    def _mark(self, index: int) -> None:
        if index != self.chosen_class:
            self.chosen_class = index
            for view in self._views.values():
                view.show_class(index)

    @property
    def _output_units(self) -> tuple[Unit, ...]:
        """The output unit of each class, none where there are not as many units as classes."""
        snapshot = self._window.training.snapshot
        if snapshot is None or len(snapshot.data.classes) != snapshot.plan.layers[-1].units:
            return ()
        return tuple(Unit(len(snapshot.plan.layers), index) for index in range(len(snapshot.data.classes)))

    @Slot(object)
    def point(self, step: float | None) -> None:
        """Marks in all other views the step at which the pointer is in one."""
        for view in self._views.values():
            if view is not self.sender():
                view.show_pointer(step)

    @Slot()
    def follow(self) -> None:
        """Marks the traced row in every view."""
        for view in self._views.values():
            view.show_row(self._window.looking.row)

    @Slot()
    def see_needs(self) -> None:
        """Asks for what the visible views show."""
        shown = self._window.side_views.shown
        # The light in the status strip is always in sight.
        needs = {"proof"} | {probe for name in shown if name in self._views for probe in self._views[name].probes}
        self._window.looking.need(tuple(sorted(needs)))
