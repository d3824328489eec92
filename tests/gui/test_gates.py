"""The gates of logic in the window: by hand, by the perceptron rule, and the one that no line can part."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.snapshot import Snapshot
from gui.plots.decision import ClassGround
from gui.selection import Unit, Weight
from gui.window import Window

UNPAINTED = True


def without_layers(window: Window, gate: str) -> None:
    """A gate, a single step unit, and so the perceptron rule."""
    hands.choose(window.builder.source, gate)
    hands.trigger(window, "layer.none")
    hands.select_layer(window, -1)
    hands.choose(window.builder.cards.output.form.fields["activation"], "step")
    hands.settle(window)


def by_hand(window: Window, w1: str, w2: str, b: str) -> Snapshot:
    """Types two weights and the bias of the output into the inspector."""
    for which, text in ((Weight(0, 0, 0), w1), (Weight(0, 1, 0), w2), (Unit(1, 0), b)):
        window.select(which)
        hands.settle(window)
        hands.type_into(window.inspector.values.field, text)
        hands.settle(window)
    return hands.settle(window)


def border(snapshot: Snapshot) -> NDArray[np.float64]:
    """The points (points, 2) of the line that the map draws, in the units of the inputs."""
    assert snapshot.maps is not None
    _, (line, _) = ClassGround().show(snapshot, snapshot.maps)
    left, right, bottom, top = snapshot.maps.extent
    last = snapshot.maps.answers.shape[1] - 1
    return np.array([left, bottom]) + line.reshape(-1, 2) / last * np.array([right - left, top - bottom])


@pytest.mark.parametrize(("gate", "w1", "w2", "b"), [("and_gate", "1", "1", "-1.5"), ("or_gate", "2", "1", "-0.5")])
def test_a_gate_is_made_by_hand_and_its_line_is_the_one_of_the_numbers(
    window: Window, gate: str, w1: str, w2: str, b: str
) -> None:
    without_layers(window, gate)
    snapshot = by_hand(window, w1, w2, b)
    assert (snapshot.step, snapshot.evaluation.train["accuracy"]) == (0, 1.0)
    assert len(border(snapshot)) > 20
    np.testing.assert_allclose(border(snapshot) @ [float(w1), float(w2)] + float(b), 0.0, atol=1e-5)


def trained(window: Window, gate: str, epochs: int) -> Snapshot:
    without_layers(window, gate)
    experiment = window.document.experiment
    for path, value in (("optimizer.kind", "gradient_descent"), ("batch_size", 1), ("epochs", epochs)):
        experiment = experiment.with_value(f"training.{path}", value)
    hands.show(window, experiment)
    window.training.finish()
    return hands.settle(window)


@pytest.mark.parametrize("gate", ["and_gate", "or_gate"])
def test_the_perceptron_rule_finds_a_line_and_comes_to_rest(window: Window, gate: str) -> None:
    snapshot = trained(window, gate, 60)
    assert (snapshot.evaluation.train["accuracy"], snapshot.evaluation.train["loss"]) == (1.0, 0.0)
    assert window.status.hint.finding is None


def test_exclusive_or_has_no_line_and_the_hint_says_so(window: Window) -> None:
    snapshot = trained(window, "xor_gate", 60)
    assert snapshot.evaluation.train["accuracy"] < 1.0
    assert window.status.hint.finding is not None
    assert window.status.hint.finding.key == "no_rest"
    assert "60 epochs" in window.status.hint.finding.sentence
