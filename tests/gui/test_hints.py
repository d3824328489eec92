"""The hint in the status strip: what looks wrong is said in one line, leads to its view, and can be silenced."""

from __future__ import annotations

from collections.abc import Callable

import hands
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.experiment import Experiment
from engine.findings import RULES, Finding, findings
from gui.hints import HintLine
from gui.selection import Unit
from gui.window import Window

LAYERS = [{"kind": "dense", "units": 8, "activation": "relu"}] * 2
DYING = Experiment.model_validate(
    {
        "network": {"layers": LAYERS},
        "training": {"optimizer": {"kind": "gradient_descent", "learning_rate": 2.0}, "epochs": 60},
    }
)


@pytest.fixture
def dying(open_window: Callable[..., Window]) -> Window:
    window = open_window(DYING)
    window.training.finish()
    hands.events()
    return window


def test_it_says_what_the_engine_has_found_and_only_the_gravest(dying: Window) -> None:
    hint = dying.status.hint
    assert dying.training.snapshot is not None
    first = findings(dying.training.snapshot)[0]
    assert first.key == "dead_units"
    assert (hint.sentence.words, hint.isHidden()) == (first.sentence, False)
    assert hint.sentence.accessibleName() == first.sentence
    for words in (RULES["dead_units"].about, RULES["dead_units"].helps):
        assert words in hint.sentence.toolTip()


def test_pressing_it_opens_the_view_and_selects_the_layer(dying: Window) -> None:
    hint = dying.status.hint
    assert hint.finding is not None
    QTest.mouseClick(hint.sentence, Qt.MouseButton.LeftButton)
    assert hint.finding.layer is not None
    assert dying.selection == Unit(hint.finding.layer + 1, 0)
    assert not dying.panels.docks["activations"].isHidden()


def test_pressing_it_says_what_helps_and_leaves_the_space_bar_to_training(dying: Window) -> None:
    QTest.mouseClick(dying.status.hint.sentence, Qt.MouseButton.LeftButton)
    assert dying.banner.label.text() == f"Dead units. What helps: {RULES['dead_units'].helps}"
    assert (dying.banner.isHidden(), dying.status.hint.sentence.hasFocus()) == (False, False)


def test_a_kind_that_is_silenced_stays_so_and_another_may_speak(dying: Window) -> None:
    hint = dying.status.hint
    QTest.mouseClick(hint.close_button, Qt.MouseButton.LeftButton)
    assert hint.finding is None or hint.finding.key != "dead_units"
    dying.training.finish()
    hands.events()
    assert hint.finding is None or hint.finding.key != "dead_units"


def test_the_settings_turn_it_off_and_on_again(dying: Window) -> None:
    hint = dying.status.hint
    dying.preferences.change(hints=False)
    assert (hint.finding, hint.isHidden()) == (None, True)
    dying.preferences.change(hints=True)
    assert hint.finding is not None


def test_a_sound_run_has_no_hint(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.training.finish()
    hands.events()
    assert (window.status.hint.finding, window.status.hint.isHidden()) == (None, True)


def test_a_sentence_without_room_ends_in_an_ellipsis_and_the_tooltip_has_it_all(dying: Window) -> None:
    sentence = dying.status.hint.sentence
    sentence.resize(120, sentence.height())
    assert sentence.text().endswith("…")
    assert sentence.words in sentence.toolTip()


def test_every_finding_leads_to_a_view_that_there_is(window: Window) -> None:
    assert {rule.view for rule in RULES} <= window.views.keys()
    heard: list[Finding] = []
    line = HintLine()
    line.followed.connect(heard.append)
    made = [Finding(rule.key, "Something is wrong", rule.view) for rule in RULES]
    for finding in made:
        line._show(finding)
        line.sentence.click()
    assert heard == made
