"""The proof light and its view in the real window: what they say is so, and a wrong slope shows at once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine import BatchNorm, Dense, Experiment, LayerNorm
from engine.activations import ACTIVATIONS
from engine.gradient_check import COMPARED, TOLERANCE, in_words
from engine.probing import proof as proving
from engine.probing.proof import Proof
from engine.runner import Prove
from engine.snapshot import Snapshot
from gui import training
from gui.plots.errors import _highest
from gui.plots.proof import ProofView
from gui.plots.verdicts import exact, headline, name_of, power, proof_of, selection_of, sentence
from gui.selection import StageAt, Unit, Weight
from gui.text import tr
from gui.window import Window

STAGED = Experiment().with_layers((Dense(units=4), BatchNorm(), Dense(units=3, activation="relu"), LayerNorm()))


@pytest.fixture
def planted() -> Iterator[Callable[[object, str, Any], None]]:
    """Puts another function into a part that is in use, until the test is over."""
    before: list[tuple[object, str, Any]] = []

    def plant(part: object, name: str, function: Any) -> None:
        before.append((part, name, getattr(part, name)))
        object.__setattr__(part, name, function)

    yield plant
    for part, name, function in reversed(before):
        object.__setattr__(part, name, function)


@pytest.fixture
def view(window: Window) -> Iterator[ProofView]:
    """The view, open."""
    hands.trigger(window, "view.proof")
    found = window.views["proof"]
    assert isinstance(found, ProofView)
    hands.settle(window)
    yield found
    window.panels.docks["proof"].hide()


def trained(window: Window, experiment: Experiment | None = None, epochs: int = 3) -> tuple[Snapshot, Proof]:
    """An experiment after some epochs, and what is known of its gradients."""
    hands.show(window, (experiment or Experiment()).with_value("training.epochs", epochs))
    window.training.finish()
    snapshot = hands.settle(window)
    found = proof_of(snapshot)
    assert found is not None
    return snapshot, found


def shown(window: Window, proof: Proof | None) -> Snapshot:
    """The newest snapshot with another answer, in the light and in the view."""
    snapshot = replace(hands.snapshot_of(window), probes={} if proof is None else {"proof": proof})
    window.status.light.show_snapshot(snapshot)
    window.views["proof"].show_snapshot(snapshot)
    return snapshot


def read(view: ProofView) -> dict[str, float]:
    """The numbers of the view by their names, as a person reads them."""
    cells = re.findall(r"<tr><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", view.numbers.text())
    return {html.unescape(name): hands.read(re.sub(r"<[^>]+>", "", number).strip()) for name, number in cells}


def comparison(**values: float) -> np.void:
    """One comparison with these numbers."""
    made = np.zeros(1, COMPARED)
    made["half_above"] = made["half_below"] = np.nan
    for name, value in values.items():
        made[name] = value
    return made[0]


# -- the light ---------------------------------------------------------------------------------------


def test_the_light_is_there_before_the_first_step_and_opens_the_view(window: Window) -> None:
    light = window.status.light
    assert light.isVisible()
    assert (light.state, light.text().split(",")[0]) == ("green", "Gradients proven")
    assert light.accessibleName() == light.text()
    assert light.toolTip().startswith("All 123 slopes agree with central differences")
    assert light.focusPolicy() & Qt.FocusPolicy.TabFocus
    window.panels.docks["proof"].hide()
    light.setFocus()
    QTest.keyClick(light, Qt.Key.Key_Space)
    hands.events()
    assert window.panels.docks["proof"].isVisible()
    window.panels.docks["proof"].hide()


def test_the_light_says_the_largest_difference(window: Window) -> None:
    _, proof = trained(window)
    largest = max(float(each["error"]) for each in proof.compared)
    assert window.status.light.text() == f"Gradients proven, largest difference {power(largest)}"


def test_the_probe_is_asked_whatever_is_visible(window: Window) -> None:
    docks = [dock for dock in window.panels.docks.values() if not dock.isHidden()]
    for dock in docks:
        dock.hide()
    hands.events()
    assert "proof" in window.training.wants.probes
    for dock in docks:
        dock.show()


def test_every_state_has_a_shape_and_words_of_its_own(window: Window) -> None:
    _, green = trained(window)
    differs = comparison(ours=1.0, measured=2.0, error=0.5, verdict=1, floor=1e-4)
    states = {
        "green": green,
        "checking": replace(green, compared=green.compared[:7]),
        "amber": replace(green, trouble="numbers"),
        "red": replace(green, alarm=differs),
    }
    seen = {}
    for state, proof in states.items():
        shown(window, proof)
        light = window.status.light
        assert light.state == state
        picture = light.icon().pixmap(12, 12).toImage()
        covered = [picture.pixelColor(x, y).alpha() > 100 for y in range(12) for x in range(12)]
        seen[state] = (tuple(covered), light.text(), light.toolTip())
    for part in range(3):
        assert len({each[part] for each in seen.values()}) == 4


def test_without_an_answer_there_is_no_light(window: Window) -> None:
    shown(window, None)
    assert not window.status.light.isVisible()
    assert "as soon as there is a network" in window.views["proof"].told.text()  # type: ignore[attr-defined]


# -- the view ----------------------------------------------------------------------------------------


def test_the_numbers_of_the_largest_difference_are_those_of_the_probe(window: Window, view: ProofView) -> None:
    _, proof = trained(window, STAGED)
    found = read(view)
    worst = max((each for each in proof.compared if each["verdict"] <= 1), key=lambda each: each["error"])
    assert (found["backpropagation"], found["measured"]) == (worst["ours"], worst["measured"])
    assert found["difference"] == worst["ours"] - worst["measured"]
    assert (found["relative"], found["tolerance"], found["h"]) == (worst["error"], TOLERANCE, worst["h"])
    assert (found["L(w + h)"], found["L(w − h)"]) == (worst["above"], worst["below"])


def test_the_formula_with_its_numbers_gives_what_is_measured(window: Window, view: ProofView) -> None:
    _, proof = trained(window, STAGED)
    plain = next(each for each in proof.compared if np.isnan(each["half_above"]))
    closer = comparison(ours=1.0, measured=4.0 / 3.0, error=0.25, verdict=1, h=0.5, above=3.0, below=1.0,
                        half_above=2.25, half_below=1.5)  # fmt: skip
    for each in (plain, closer):
        shown(window, replace(proof, alarm=each))
        words = html.unescape(re.sub(r"<[^>]+>", "\n", view.numbers.text())).replace("\u00a0", " ").split("\n")
        line = next(line for line in words if line.startswith("(") and line.count(" = ") == 1)
        left, right = line.replace("−", "-").replace("·", "*").split(" = ")
        if each is closer:
            assert right == "1.3333333333333333"
        # Arithmetic in the notation of the view.
        assert re.fullmatch(r"[0-9e.()*/+\- ]+", left)
        assert calculated(left) == pytest.approx(float(right), rel=1e-12, abs=1e-300)


def calculated(formula: str) -> float:
    """The value of a formula with the numbers put in."""
    numbers = [float(part) for part in re.findall(r"(?<![\w)])-?\d[\d.]*(?:e[+-]?\d+)?", formula)]
    if len(numbers) == 4:
        above, below, two, h = numbers
        assert two == 2.0
        return (above - below) / (2.0 * h)
    four, half_above, half_below, h, above, below, two, again, three = numbers
    assert (four, two, again, three) == (4.0, 2.0, h, 3.0)
    return (4.0 * (half_above - half_below) / h - (above - below) / (2.0 * h)) / 3.0


def test_a_click_on_the_parameter_selects_it(window: Window, view: ProofView) -> None:
    snapshot, proof = trained(window)
    assert proof.worst is not None
    view.numbers.linkActivated.emit(str(int(proof.worst["index"])))
    assert window.selection == selection_of(snapshot, int(proof.worst["index"]))


def test_places_are_selected_and_named_as_everywhere(window: Window) -> None:
    snapshot, _ = trained(window, STAGED)
    layers = snapshot.plan.layers
    weight = layers[0].start + 1
    assert selection_of(snapshot, weight) == Weight(0, 1, 0)
    assert name_of(snapshot, weight) == "petal width (cm) → hidden 1 · 1"
    bias = layers[0].start + 2
    assert (selection_of(snapshot, bias), name_of(snapshot, bias)) == (Unit(1, 0), "bias of hidden 1 · 1")
    gamma = layers[1].stages[0].start + 2
    assert selection_of(snapshot, gamma) == StageAt(1)
    assert name_of(snapshot, gamma) == "γ of hidden 1 · 3 in batch norm before hidden 2"
    last = snapshot.plan.parameters - 1
    assert "output: bias of unit 3" in in_words(snapshot.plan, last, snapshot.data.names)
    assert name_of(snapshot, last) == "bias of virginica"


def test_the_plot_has_a_mark_for_each_comparison(window: Window, view: ProofView) -> None:
    _, proof = trained(window, STAGED)
    marks = {}
    for verdict, part in view.plot.marks.items():
        x, y = part.getOriginalDataset()
        for index, error in zip(x if x is not None else (), y if y is not None else (), strict=True):
            marks[int(index)] = (verdict, float(error))
    wanted = {int(each["index"]): (int(each["verdict"]), max(float(each["error"]), 1e-17)) for each in proof.compared}
    assert marks == wanted
    assert 10 ** view.plot.limit.value() == pytest.approx(TOLERANCE)


def test_of_very_many_marks_the_highest_of_each_place_are_drawn(window: Window, view: ProofView) -> None:
    many = np.zeros(5000, COMPARED)
    many["index"], many["error"] = np.arange(5000), np.random.default_rng(0).random(5000) * 1e-7
    kept = _highest(many, 5000)
    assert len(kept) == 1000
    assert kept["error"].tolist() == many["error"].reshape(1000, 5).max(axis=1).tolist()


def test_a_click_on_a_mark_selects_its_parameter(window: Window, view: ProofView) -> None:
    snapshot, proof = trained(window)
    hands.events()
    each = proof.compared[17]
    where = view.plot.getPlotItem().vb.mapViewToScene(QPointF(float(each["index"]), np.log10(each["error"])))
    view.plot.picked.connect(chosen := [].append)  # type: ignore[arg-type]
    assert view.plot._at(where) == each["index"]
    view.plot.scene().sigMouseMoved.emit(where)
    assert view.title._note.text().startswith(name_of(snapshot, int(each["index"])))
    QTest.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=view.plot.mapFromScene(where))
    hands.events()
    assert window.selection == selection_of(snapshot, int(each["index"]))
    assert chosen is not None


def test_the_table_has_every_comparison(window: Window, view: ProofView) -> None:
    snapshot, proof = trained(window, STAGED)
    table = view.table()
    assert table is not None
    columns = table.columns
    assert {len(values) for values in columns.values()} == {proof.checked}
    by_index = {int(each["index"]): each for each in proof.compared}
    for place, index in enumerate(columns["index"]):
        each = by_index[int(index)]
        assert columns["parameter"][place] == name_of(snapshot, int(index))
        assert [columns[name][place] for name in ("ours", "measured", "error")] == [
            each[name] for name in ("ours", "measured", "error")
        ]


WIDE = Experiment().with_layers((Dense(units=60), Dense(units=60)))


def test_all_are_checked_at_once_without_a_frozen_window(window: Window, view: ProofView, qtbot: QtBot) -> None:
    hands.show(window, WIDE)
    first = proof_of(hands.snapshot_of(window))
    assert first is not None
    assert first.checked < first.parameters
    assert window.status.light.text() == f"Gradients: {first.checked:,} of {first.goal:,} checked"
    QTest.mouseClick(view.button, Qt.MouseButton.LeftButton)
    assert qtbot.waitUntil(lambda: view.button.text() == "Cancel", timeout=10_000) is None
    ticks = []
    last = perf_counter()
    while view.under_way:
        hands.events(1)
        ticks.append(perf_counter() - last)
        last = perf_counter()
        assert len(ticks) < 1_000_000
    found = proof_of(window.training.snapshot)
    assert found is not None
    assert (found.asked, found.checked, found.state) == (1, found.parameters, "green")
    assert (view.button.text(), view.bar.isVisible()) == ("Check all now", False)
    assert view.count.text().startswith(f"{found.parameters:,} of {found.parameters:,} compared")
    # In small portions: half of all turns of the event loop are short.
    assert sorted(ticks)[len(ticks) // 2] < 0.1
    assert window.training.settled


def test_at_rest_the_sample_goes_on_quietly_and_then_stops(
    window: Window, view: ProofView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "_REST_S", 0.3)
    first, light = hands.show(window, WIDE), window.status.light
    drawn, proven = [], []
    window.training.shown.connect(drawn.append)
    window.training.proven.connect(proven.append)
    qtbot.waitUntil(lambda: hands.snapshot_of(window).probes["proof"].rested, timeout=20_000)
    found = proof_of(hands.snapshot_of(window))
    assert found is not None
    assert found.checked > first.probes["proof"].checked
    # Nothing but the proof was looked at, and it says the last word.
    assert (drawn, len(proven) > 2) == ([], True)
    head = tr("{0} of {1} compared").format(f"{found.checked:,}", f"{found.parameters:,}")
    assert view.count.text().startswith(f"{head}, at step 0, 32 rows")
    assert f"{head}, at step 0" in light.toolTip()
    assert (light.text().split(",")[0], view.bar.isVisible()) == (headline(found).split(",")[0], False)
    hands.settle(window)
    before = len(proven)
    qtbot.wait(100)
    assert (len(proven), window.training._timer.isActive(), window.proving._timer.isActive()) == (before, False, False)
    window.training.shown.disconnect(drawn.append)
    window.training.proven.disconnect(proven.append)


def test_after_a_pause_the_gradients_are_those_of_the_weights_of_now(window: Window) -> None:
    window.training.step_epoch()
    snapshot = hands.settle(window)
    found = proof_of(snapshot)
    assert found is not None
    assert (found.checked, set(found.compared["step"].tolist())) == (123, {snapshot.step})


def test_an_epoch_is_not_held_up_by_proofs_between_its_slices(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    hands.settle(window)
    posted: list[str] = []
    post = window.training.runner.post
    monkeypatch.setattr(window.training.runner, "post", lambda job: (posted.append(type(job).__name__), post(job)))
    # Slices so short that an epoch has many, and portions so small that there is always something to compare.
    monkeypatch.setattr(training, "_LONGEST_SLICE_S", 1e-9)
    monkeypatch.setattr(proving, "_BUDGET_S", 0.0)
    window.training.step_epoch()
    hands.settle(window)
    trained = [place for place, name in enumerate(posted) if name == "Train"]
    assert len(trained) > 1
    assert "Prove" not in posted[trained[0] : trained[-1]]
    assert "Prove" in posted[trained[-1] :]


def test_nothing_is_compared_after_the_window_is_closed(open_window: type[Window], qtbot: QtBot) -> None:
    window = open_window(WIDE)
    qtbot.waitUntil(lambda: window.proving._timer.isActive(), timeout=20_000)
    window.close()
    qtbot.wait(50)
    assert (window.proving._timer.isActive(), window.training._timer.isActive()) == (False, False)


def test_while_gradients_are_compared_at_rest_nothing_is_under_way(window: Window) -> None:
    hands.show(window, WIDE)
    window.training.look(Prove())
    window.training._tick()
    assert not window.training.runner.idle
    assert window.training.settled
    hands.settle(window)


def test_a_check_of_all_can_be_cancelled(window: Window, view: ProofView, qtbot: QtBot) -> None:
    hands.show(window, WIDE)
    QTest.mouseClick(view.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.button.text() == "Cancel", timeout=10_000)
    QTest.mouseClick(view.button, Qt.MouseButton.LeftButton)
    hands.settle(window)
    found = proof_of(window.training.snapshot)
    assert found is not None
    assert (found.asked, view.button.text()) == (0, "Check all now")


@pytest.mark.parametrize("trouble", ["rows", "numbers", "size"])
def test_what_cannot_be_compared_is_said_with_its_reason(window: Window, view: ProofView, trouble: str) -> None:
    shown(window, Proof(0, 123, trouble=trouble))
    words = {"rows": "there are no training rows", "numbers": "not a finite number", "size": "too large"}[trouble]
    assert words in view.told.text()
    assert (headline(Proof(0, 123, trouble=trouble)), view.table()) == ("Gradients not proven", None)


def test_a_difference_of_earlier_is_told_as_such(window: Window, view: ProofView) -> None:
    snapshot, proof = trained(window)
    earlier = comparison(index=0, step=2, ours=1.0, measured=2.0, error=0.5, verdict=1, floor=1e-4)
    shown(window, replace(proof, alarm=earlier))
    assert view.told.text().startswith("At step 2 the slopes differed, by 0.5 of their size, for petal length (cm)")
    assert sentence(snapshot, replace(proof, alarm=earlier)) == view.told.text()
    assert view.told.text().endswith("; compared again since, they agree.")
    assert window.status.light.text() == "A gradient differed"
    # What was not compared again is not said to be.
    rest = proof.compared[proof.compared["index"] != 0]
    assert sentence(snapshot, replace(proof, alarm=earlier, compared=rest)).endswith("hidden 1 · 1.")


def test_numbers_are_exact_and_small_ones_short() -> None:
    assert (exact(-0.1), power(3.2e-8), power(0.0), power(0.25)) == ("−0.1", "3·10⁻⁸", "0", "0.25")


# -- the break test ----------------------------------------------------------------------------------

REDDENED: dict[str, float] = {}


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "relu", "gelu", "leaky_relu"])
def test_a_wrong_slope_planted_while_it_trains_turns_the_light_red(
    window: Window, planted: Callable[..., None], qtbot: QtBot, key: str
) -> None:
    layers = (Dense(units=8, activation=key), Dense(units=8, activation="silu"))
    hands.show(window, Experiment().with_layers(layers).with_value("training.epochs", 100_000))
    light = window.status.light
    window.training.set_running(True)
    qtbot.waitUntil(lambda: hands.snapshot_of(window).step > 20, timeout=20_000)
    qtbot.waitUntil(lambda: light.state == "green", timeout=20_000)
    activation = hands.snapshot_of(window).plan.layers[0].activation
    right = activation.slope
    begun = perf_counter()
    planted(activation, "slope", lambda z, a: 1.01 * right(z, a))
    qtbot.waitUntil(lambda: light.state == "red", timeout=20_000)
    REDDENED[key] = perf_counter() - begun
    print(f"{key}: red after {REDDENED[key]:.2f} s")
    assert light.text() == "A gradient differs"
    # Long enough to be seen and clicked, also when all is right again.
    object.__setattr__(activation, "slope", right)
    until = perf_counter() + 1.0
    while perf_counter() < until:
        hands.events()
        assert light.state == "red"
    light.click()
    hands.events()
    view = window.views["proof"]
    assert isinstance(view, ProofView)
    assert view.isVisible()
    assert read(view)["relative"] == pytest.approx(0.01 / 1.01, rel=1e-3)
    window.training.set_running(False)
    window.panels.docks["proof"].hide()


@pytest.mark.parametrize(("units", "trains"), [(8, False), (320, False), (320, True)])
def test_a_wrong_slope_in_a_small_or_large_network_is_red_at_rest_and_in_training(
    window: Window, planted: Callable[..., None], qtbot: QtBot, units: int, trains: bool
) -> None:
    layers = (Dense(units=units, activation="tanh"), Dense(units=units, activation="silu"))
    experiment = Experiment().with_layers(layers).with_value("training.epochs", 100_000)
    snapshot, light = hands.show(window, experiment), window.status.light
    assert (snapshot.plan.parameters > 100_000) == (units > 100)
    activation = snapshot.plan.layers[0].activation
    right = activation.slope
    if trains:
        window.training.set_running(True)
        qtbot.waitUntil(lambda: hands.snapshot_of(window).step > 5, timeout=20_000)
    qtbot.waitUntil(lambda: light.state == "green", timeout=20_000)
    begun = perf_counter()
    planted(activation, "slope", lambda z, a: 1.01 * right(z, a))
    if not trains:
        # At rest slopes are those of other numbers after an edit alone.
        hands.show(window, experiment.with_value("training.seed", 5))
    qtbot.waitUntil(lambda: light.state == "red", timeout=20_000)
    print(f"{snapshot.plan.parameters} parameters: red after {perf_counter() - begun:.2f} s")
    assert "hidden 1" in light.toolTip()
    window.training.set_running(False)
    hands.settle(window)


def test_an_activation_of_its_own_with_a_wrong_slope_is_red(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ACTIVATIONS["softsign"]
    wrong = replace(entry, slope=lambda z, a: 1.0 - np.abs(a))
    monkeypatch.setitem(ACTIVATIONS._parts, "softsign", wrong)
    hands.show(window, Experiment().with_layers((Dense(units=5, activation="softsign"),)))
    assert window.status.light.state == "red"
    assert "hidden 1" in window.status.light.toolTip()


def test_a_wrong_way_back_of_a_layer_is_red(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LayerNorm, "_through_normalizing", lambda stage, slope, axis, at: slope * at.kept["inverse"])
    hands.show(window, Experiment().with_layers((Dense(units=5), LayerNorm(), Dense(units=4))))
    assert window.status.light.state == "red"


def test_a_wrong_slope_of_a_loss_is_red(window: Window, planted: Callable[..., None]) -> None:
    experiment = Experiment.model_validate({"data": {"source": "diabetes"}, "training": {"loss": "huber"}})
    snapshot = hands.show(window, experiment)
    right = snapshot.plan.loss.slope
    assert window.status.light.state == "green"
    planted(snapshot.plan.loss, "slope", lambda a, y: 0.9 * right(a, y))
    window.training.step_once()
    hands.settle(window)
    assert window.status.light.state == "red"
