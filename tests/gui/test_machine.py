"""Random edits, through the real window, in any order: undone all, and made again all, bit for bit.

``GLASSBOX_MACHINE=examples,steps,seed`` makes a longer run, with other edits than the suite's.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import hands
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from engine.activations import ACTIVATIONS
from engine.edge_views import EDGE_VIEWS
from engine.experiment import Experiment
from engine.layers import LAYERS, Dense
from engine.optimizers import OPTIMIZERS
from engine.runner import Job, Runner
from engine.snapshot import Failure, Snapshot
from engine.surgery import SetWeight
from engine.unit_views import NODE_VIEWS
from gui.diagram.shown import Shown
from gui.selection import Selection, StageAt, Unit, Weight, parameter_of
from gui.window import Window

UNPAINTED = "GLASSBOX_MACHINE" not in os.environ
EXAMPLES, STEPS, SEED = (int(part) for part in os.environ.get("GLASSBOX_MACHINE", "5,40,0").split(","))
# A network stays so small that a step of the machine takes milliseconds.
MOST_LAYERS, MOST_UNITS = 7, 24
# Objects that may come and go, such as a closed menu that is not collected yet.
SLACK = 12
STRUCTURE = (
    "layer.add",
    "layer.remove",
    "layer.earlier",
    "layer.later",
    "layer.insert",
    "layer.duplicate",
    "unit.add",
    "unit.add_random",
    "unit.split",
    "unit.fewer",
    "selection.remove",
)
NUMBERS = ("layer.freeze", "layer.initialise", "selection.freeze", "weight.prune", "train.restart", "train.reset")
LOOKS = (
    "edit.keep",
    "trace.next",
    "trace.previous",
    "view.fit",
    "view.zoom_in",
    "view.zoom_out",
    "view.sample",
    "view.theme",
    "view.log",
    "value.pin",
)
IMPOSSIBLE = ("no inputs", "too large", "no such unit")
SETTINGS: dict[str, tuple[Any, ...]] = {
    "training.optimizer.kind": tuple(sorted(OPTIMIZERS)),
    "training.optimizer.learning_rate": (1e-4, 1e-3, 0.01, 0.05, 0.1),
    "training.batch_size": (1, 8, 32, 1000),
    "training.l2": (0.0, 0.001, 0.1),
    "training.seed": tuple(range(9)),
    "training.epochs": (2, 100, 100_000),
    "data.source": ("iris", "moons", "spirals", "sine", "wine"),
    "data.scale": ("standard", "none"),
    "data.seed": (0, 1, 2),
    "data.test_fraction": (0.0, 0.3),
    "data.noise": (0.1, 0.4),
}
CHOICES = st.sampled_from([(path, value) for path, values in SETTINGS.items() for value in values])
MERGED = {"data.noise", "training.l2", "training.optimizer.learning_rate"}


def instant(snapshot: Snapshot) -> tuple[Any, ...]:
    """Everything that has to come back."""
    losses = snapshot.batch_losses.mean.tobytes()
    return snapshot.experiment, snapshot.step, snapshot.parameters.tobytes(), snapshot.history.values.tobytes(), losses


def parts(snapshot: Snapshot) -> list[Selection]:
    """What can be selected."""
    widths = snapshot.plan.widths
    found: list[Selection] = [Unit(column, index) for column, width in enumerate(widths) for index in range(width)]
    found += [Weight(layer, width - 1, 0) for layer, width in enumerate(widths[:-1])]
    layers = snapshot.experiment.network.layers
    return [*found, *(StageAt(place) for place, layer in enumerate(layers) if not isinstance(layer, Dense)), None]


@contextmanager
def nothing_raised() -> Iterator[None]:
    """An exception in a slot is one here."""
    caught: list[BaseException] = []
    before, sys.excepthook = sys.excepthook, lambda kind, error, trace: caught.append(error)
    try:
        yield
    finally:
        sys.excepthook = before
    if caught:
        raise AssertionError(f"{len(caught)} errors in slots") from caught[0]


class Editor(RuleBasedStateMachine):
    """A person who edits, trains, looks and changes their mind. ``window`` is the one they do it in."""

    window: Window

    @initialize()
    def begin(self) -> None:
        hands.as_new(self.window)
        self.first = instant(hands.settle(self.window))
        self.size = self._size()
        self.delay_s = 0.0
        self.gestures = count(1)
        self.window.training.runner._report = self._answer

    def _answer(self, job: Job) -> Snapshot | Failure:
        time.sleep(self.delay_s)
        return Runner._report(self.window.training.runner, job)

    def _size(self) -> tuple[int, int, int]:
        """Windows, threads, and objects of the drawing."""
        hands.events()
        return (
            len(QApplication.topLevelWidgets()),
            threading.active_count(),
            len(self.window.diagram.findChildren(QObject)),
        )

    # -- edits -----------------------------------------------------------------------------------

    def _after(self, waits: bool) -> None:
        """Most edits are made when the one before is done, some while it is not."""
        window = self.window
        with nothing_raised():
            if waits:
                self._check_views(hands.settle(window))
            else:
                QApplication.processEvents()
        assert window.banner.isHidden() or not window.banner._details, window.banner.label.text()
        window.banner.hide()

    def _trigger(self, name: str, waits: bool) -> None:
        with nothing_raised():
            if self.window.actions_by_id[name].isEnabled():
                hands.trigger(self.window, name)
        self._after(waits)

    def _roomy(self) -> bool:
        network = self.window.document.experiment.network
        widths = [layer.units for layer in network.layers if isinstance(layer, Dense)]
        return len(network.layers) < MOST_LAYERS and max(widths, default=0) < MOST_UNITS

    def _change(self, experiment: Experiment, text: str, merge: str, waits: bool) -> None:
        with nothing_raised():
            self.window.builder.edited.emit(experiment, text, merge)
        self._after(waits)

    @rule(name=st.sampled_from(STRUCTURE), waits=st.booleans())
    def edit_structure(self, name: str, waits: bool) -> None:
        if self._roomy() or name in ("layer.remove", "unit.fewer", "selection.remove"):
            self._trigger(name, waits)

    @rule(kind=st.sampled_from(sorted(set(LAYERS) - {"dense"})), waits=st.booleans())
    def add_stage(self, kind: str, waits: bool) -> None:
        if self._roomy():
            with nothing_raised():
                self.window.builder.add_layer(kind)
            self._after(waits)

    @rule(by=st.sampled_from([-1, 1]), layer=st.integers(0, 3), times=st.integers(1, 3), waits=st.booleans())
    def press_a_units_button(self, by: int, layer: int, times: int, waits: bool) -> None:
        with nothing_raised():
            for _ in range(times if by < 0 or self._roomy() else 0):
                self.window.diagram.units_wished.emit(layer, by)
        self._after(waits)

    @rule(column=st.integers(1, 4), gap=st.integers(0, 4), waits=st.booleans())
    def drag_a_column(self, column: int, gap: int, waits: bool) -> None:
        layers = len(self.window.document.experiment.network.dense)
        with nothing_raised():
            if gap <= layers:
                self.window.gestures.layer_moved.emit(column, gap)
        self._after(waits)

    @rule(gap=st.integers(0, 4), waits=st.booleans())
    def press_a_gap(self, gap: int, waits: bool) -> None:
        with nothing_raised():
            if self._roomy():
                self.window.diagram.layer_wished.emit(gap)
        self._after(waits)

    @rule(places=st.sets(st.integers(0, 3), min_size=1), waits=st.booleans())
    def choose_inputs(self, places: set[int], waits: bool) -> None:
        columns = hands.snapshot_of(self.window).data.columns
        names = tuple(name for place, name in enumerate(columns) if place in places)
        with nothing_raised():
            if names:
                self.window.gestures.inputs_chosen.emit(names)
        self._after(waits)

    @rule(layer=st.integers(0, 4), key=st.sampled_from(sorted(each.key for each in ACTIVATIONS)), waits=st.booleans())
    def choose_activation(self, layer: int, key: str, waits: bool) -> None:
        with nothing_raised():
            if layer < len(self.window.document.experiment.network.dense):
                self.window.gestures.activation_chosen.emit(layer, key)
        self._after(waits)

    @rule(setting=CHOICES, gesture=st.integers(0, 1), waits=st.booleans())
    def set_something(self, setting: tuple[str, Any], gesture: int, waits: bool) -> None:
        path, value = setting
        merge = f"{path}#{gesture}" if gesture and path in MERGED else ""
        self._change(self.window.document.experiment.with_value(path, value), path, merge, waits)

    @rule(notches=st.lists(st.sampled_from([-2, -1, 1, 2]), min_size=2, max_size=4), waits=st.booleans())
    def drag_the_units_field(self, notches: list[int], waits: bool) -> None:
        """Up and down within one gesture, often to where it began."""
        gesture = next(self.gestures)
        for notch in notches:
            experiment = self.window.document.experiment
            if experiment.network.dense:
                place = experiment.network.dense[0]
                units = min(max(experiment.network.layers[place].units + notch, 1), MOST_UNITS)
                changed = experiment.with_value(f"network.layers.{place}.units", units)
                self._change(changed, "units", f"units#{gesture}", waits)

    @rule(what=st.sampled_from(IMPOSSIBLE), waits=st.booleans())
    def ask_for_what_cannot_be_done(self, what: str, waits: bool) -> None:
        """It is refused in a sentence, once the training thread has come to it."""
        experiment = self.window.document.experiment
        if what == "no inputs":
            self._change(experiment.with_value("data.features", ()), what, "", waits)
        elif what == "too large":
            self._change(experiment.with_layers((Dense(units=4096),) * 64), what, "", waits)
        else:
            with nothing_raised():
                self.window.editing.operate(SetWeight(0, 0, 5000, 1.0), what)
            self._after(waits)

    @rule(name=st.sampled_from(NUMBERS), waits=st.booleans())
    def edit_numbers(self, name: str, waits: bool) -> None:
        self._trigger(name, waits)

    @rule(
        values=st.lists(st.floats(-3, 3, width=16), min_size=1, max_size=3),
        gesture=st.integers(0, 1),
        waits=st.booleans(),
    )
    def set_the_selected_value(self, values: list[float], gesture: int, waits: bool) -> None:
        which = parameter_of(self.window.selection, hands.snapshot_of(self.window))
        with nothing_raised():
            for value in values if which is not None else ():
                self.window.gestures.valued.emit(which, value, gesture)
        self._after(waits)

    # -- training --------------------------------------------------------------------------------

    @rule(name=st.sampled_from(["train.step", "train.epoch"]), waits=st.booleans())
    def train(self, name: str, waits: bool) -> None:
        self._trigger(name, waits)

    @rule(frames=st.integers(0, 12), pauses=st.booleans())
    def run_for_a_while(self, frames: int, pauses: bool) -> None:
        window = self.window
        with nothing_raised():
            window.training.set_running(True)
            for _ in range(frames):
                QApplication.processEvents()
                threading.Event().wait(0.002)
            window.training.set_running(not pauses and window.training.running)
        self._after(pauses)

    @rule(delay_s=st.sampled_from([0.0, 0.005, 0.03]))
    def load_the_machine(self, delay_s: float) -> None:
        """The training thread takes its time, so that more is asked for meanwhile."""
        self.delay_s = delay_s

    @rule(name=st.sampled_from(["edit.undo", "edit.redo"]), times=st.integers(1, 5), waits=st.booleans())
    def change_ones_mind(self, name: str, times: int, waits: bool) -> None:
        for _ in range(times):
            self._trigger(name, waits)

    # -- looking ---------------------------------------------------------------------------------

    @rule(name=st.sampled_from(LOOKS), waits=st.booleans())
    def look(self, name: str, waits: bool) -> None:
        self._trigger(name, waits)

    @rule(
        nodes=st.sampled_from(sorted(each.key for each in NODE_VIEWS)),
        edges=st.sampled_from(sorted(each.key for each in EDGE_VIEWS)),
        plane=st.sampled_from([(), (0,), (0, 1), (1, 0)]),
        ribbons=st.booleans(),
        waits=st.booleans(),
    )
    def look_at(self, nodes: str, edges: str, plane: tuple[int, ...], ribbons: bool, waits: bool) -> None:
        plane = plane if len(hands.snapshot_of(self.window).data.names) > max(plane, default=0) else ()
        with nothing_raised():
            self.window.looking.choose(Shown(nodes, edges, plane, ribbons))
        self._after(waits)

    @rule(which=st.integers(0, 9999))
    def select(self, which: int) -> None:
        found = parts(hands.snapshot_of(self.window))
        with nothing_raised():
            self.window.select(found[which % len(found)])
        self._after(False)

    # -- what must hold --------------------------------------------------------------------------

    def _check_views(self, snapshot: Snapshot) -> None:
        """All views show the same network when nothing is under way."""
        window = self.window
        if window.training.running:
            return
        experiment = window.document.experiment
        assert snapshot.experiment == experiment
        assert [column.count for column in window.diagram._scene.columns] == list(snapshot.plan.widths)
        assert [card.kind for card in window.builder.cards.cards] == [
            type(layer) for layer in experiment.network.layers
        ]
        assert snapshot.parameters.size == snapshot.plan.parameters

    def teardown(self) -> None:
        if not hasattr(self, "first"):
            return
        window, stack = self.window, self.window.document.undo_stack
        self.delay_s = 0.0
        with nothing_raised():
            window.training.set_running(False)
            last = instant(hands.settle(window))
            self._check_views(hands.settle(window))
        while stack.index < len(stack):
            self._trigger("edit.redo", True)
            last = instant(hands.settle(window))
        entries = [entry.text for entry in stack]
        while stack.index:
            self._trigger("edit.undo", True)
        assert instant(hands.settle(window)) == self.first, entries
        while stack.index < len(stack):
            self._trigger("edit.redo", True)
        assert instant(hands.settle(window)) == last, entries
        with nothing_raised():
            window.grab()
        hands.as_new(window)
        del window.training.runner._report
        grown = [now - then for now, then in zip(self._size(), self.size, strict=True)]
        assert max(grown[0], grown[1]) <= 0, f"windows, threads: {grown}"
        assert grown[2] <= SLACK, f"{grown[2]} objects more in the drawing"


@pytest.mark.timeout(0 if "GLASSBOX_MACHINE" in os.environ else 120)
def test_whatever_is_done_can_be_undone_and_made_again(window: Window) -> None:
    machine = type("Machine", (Editor,), {"window": window})
    given = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=not SEED,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
        print_blob=False,
    )
    run_state_machine_as_test(seed(SEED)(machine) if SEED else machine, settings=given)
