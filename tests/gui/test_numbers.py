"""Numbers as people type them, whatever their locale."""

from __future__ import annotations

from collections.abc import Iterator

import hands
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, Qt

from gui.text import MINUS, as_sentence, editable, number, parse_number, percent, probability, signed
from gui.toolbar import in_short
from gui.window import Window

UNPAINTED = True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.0125", 0.0125),
        ("0,0125", 0.0125),
        ("1e-3", 0.001),
        ("1E-3", 0.001),
        ("1,5e2", 150.0),
        ("1.5e+2", 150.0),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5.0),
        ("+3", 3.0),
        ("-3.5", -3.5),
        (f"{MINUS}3.5", -3.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("  7 ", 7.0),
        ("1_000", 1000.0),
    ],
)
def test_a_number_means_what_was_typed(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "1.2.3", "1,2,3", "--1", "1e", "e3", "1e1.5", "nan", "inf", "0x10", "1/2", ".", ",", "-"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_number(text)


@pytest.mark.parametrize(("text", "value"), [("1,000", 1000), ("1.000", 1000), ("12.345.678", 12345678), ("1e3", 1000)])
def test_in_a_whole_number_a_separator_before_three_digits_groups_thousands(text: str, value: int) -> None:
    assert parse_number(text, whole=True) == value


def test_in_any_other_number_a_single_separator_is_the_decimal_one() -> None:
    assert parse_number("1,000") == 1.0


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_a_field_shows_is_read_back_as_the_same_number(value: float) -> None:
    assert parse_number(editable(value)) == pytest.approx(value, rel=1e-9)


@settings(deadline=None)
@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_are_read_back_exactly(value: int) -> None:
    assert parse_number(editable(value), whole=True) == value


def test_numbers_for_people_have_a_true_minus_sign() -> None:
    assert number(-0.5) == f"{MINUS}0.5"


def test_a_signed_number_always_shows_its_sign() -> None:
    assert (signed(0.25), signed(-0.25)) == ("+0.250", f"{MINUS}0.250")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "+0.000"),
        (0.012, "+0.012"),
        (-0.0046, f"{MINUS}0.0046"),
        (2.714e-4, "+0.000271"),
        (-3e-7, f"{MINUS}3e{MINUS}07"),
        (123456.0, "+123456.000"),
        (-1.5e20, f"{MINUS}1.5e+20"),
        (float("inf"), "+inf"),
    ],
)
def test_a_small_number_with_a_sign_never_looks_like_zero(value: float, words: str) -> None:
    assert signed(value) == words


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (0.0, "0.0000"),
        (0.69314, "0.6931"),
        (-1.5, f"{MINUS}1.5000"),
        (3.217e-5, f"3.2e{MINUS}05"),
        (4.4e-4, "0.00044"),
        (7858505.0, "7.859e+06"),
        (float("nan"), "nan"),
    ],
)
def test_a_small_loss_never_looks_like_none(loss: float, words: str) -> None:
    assert in_short(loss, 4) == words


@pytest.fixture(params=["C", "de_DE"])
def _locale(request: pytest.FixtureRequest) -> Iterator[None]:
    """A locale with a decimal point and one with a decimal comma."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("_locale")
@pytest.mark.parametrize(("text", "value"), [("0.0125", 0.0125), ("0,0125", 0.0125), ("1e-3", 0.001), ("1e−3", 0.001)])
def test_the_learning_rate_is_what_was_typed_in_any_locale(window: Window, text: str, value: float) -> None:
    hands.type_into(hands.number_field(window, "learning_rate"), text)
    assert window.document.experiment.training.optimizer.learning_rate == value


@pytest.mark.usefixtures("_locale")
def test_a_number_is_shown_in_c_notation_in_any_locale(window: Window) -> None:
    field = hands.number_field(window, "learning_rate")
    hands.type_into(field, "0,0125")
    assert field.text() == "0.0125"


def test_the_number_counts_when_the_field_is_left(window: Window) -> None:
    hands.type_into(hands.number_field(window, "learning_rate"), "0.5", end=None)
    hands.number_field(window, "batch_size").setFocus()
    assert window.document.experiment.training.optimizer.learning_rate == 0.5


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1e9", "1e999", ""])
def test_what_cannot_be_a_learning_rate_is_marked(window: Window, text: str) -> None:
    field = hands.number_field(window, "learning_rate")
    hands.type_into(field, "7", end=None)
    hands.type_into(field, text or "\b", end=None)
    assert field.property("invalid") is True


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1e9", "1e999"])
def test_what_cannot_be_a_learning_rate_is_taken_back(window: Window, text: str) -> None:
    field = hands.number_field(window, "learning_rate")
    hands.type_into(field, text)
    assert (field.text(), bool(field.property("invalid"))) == ("0.01", False)


@pytest.mark.parametrize("text", ["0", "70000", "2.5", "1e99", "1e999", "-3", "x"])
def test_what_cannot_be_a_batch_size_changes_nothing(window: Window, text: str) -> None:
    hands.type_into(hands.number_field(window, "batch_size"), text)
    assert len(window.document.undo_stack) == 0


def test_both_bounds_are_accepted(window: Window) -> None:
    field, kept = hands.number_field(window, "batch_size"), []
    for text in ("1", "65536"):
        hands.type_into(field, text)
        kept.append(window.document.experiment.training.batch_size)
    assert kept == [1, 65536]


def test_escape_takes_the_typing_back(window: Window) -> None:
    field = hands.number_field(window, "learning_rate")
    hands.type_into(field, "0.7", end=Qt.Key.Key_Escape)
    assert (field.text(), len(window.document.undo_stack)) == ("0.01", 0)


def test_typing_the_same_number_again_is_no_edit(window: Window) -> None:
    hands.type_into(hands.number_field(window, "learning_rate"), "0,010")
    assert len(window.document.undo_stack) == 0


def test_visiting_a_field_does_not_round_its_value(window: Window) -> None:
    third = window.document.experiment.with_value("training.optimizer.learning_rate", 1 / 3)
    hands.show(window, third)
    field = hands.number_field(window, "learning_rate")
    field.setFocus()
    hands.QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.document.experiment.training.optimizer.learning_rate == 1 / 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("the target has one class", "The target has one class."),
        ("people.csv cannot be read", "people.csv cannot be read."),
        ("row 3 has no value; switch it off.", "Row 3 has no value; switch it off."),
        ("", "."),
    ],
)
def test_words_become_a_sentence_and_names_of_files_stay(words: str, sentence: str) -> None:
    assert as_sentence(words) == sentence


@pytest.mark.parametrize(
    ("value", "in_percent", "in_a_column", "with_three"),
    [
        (1.0, "100 %", "100.0 %", "1.000"),
        (0.99996, "> 99.9 %", "> 99.9 %", "> 0.999"),
        (0.9994, "99.9 %", "99.9 %", "0.999"),
        (0.5, "50 %", "50.0 %", "0.500"),
        (0.0006, "0.1 %", "0.1 %", "0.001"),
        (0.00004, "< 0.1 %", "< 0.1 %", "< 0.001"),
        (0.0, "0 %", "0.0 %", "0.000"),
    ],
)
def test_what_is_not_quite_certain_never_looks_like_it(
    value: float, in_percent: str, in_a_column: str, with_three: str
) -> None:
    assert (percent(value), percent(value, below_each_other=True), probability(value)) == (
        in_percent,
        in_a_column,
        with_three,
    )


def test_another_output_is_written_as_it_is() -> None:
    assert (probability(-0.25), probability(1.25, 2), percent(float("nan"))) == (f"{MINUS}0.250", "1.25", "–")
