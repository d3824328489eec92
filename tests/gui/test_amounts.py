"""How many of something there are: of one it is said otherwise than of none and of two, in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import catalogues
import pytest
from PySide6.QtCore import QCoreApplication

from engine.data.dataset import Dataset
from engine.export.description import counted as engine_counted
from engine.scoring import Scored
from gui import amounts, language
from gui.pages.page import TEST, TRAIN, rows_in_words
from gui.plots.ages import rows_of
from gui.text import said


@pytest.fixture(autouse=True)
def _english_again(qapp: QCoreApplication) -> Iterator[None]:
    yield
    language.speak(language.ENGLISH)


SENTENCES: dict[str, tuple[Callable[[int], str], tuple[str, str, str], tuple[str, str, str]]] = {
    "rows": (amounts.rows, ("0 rows", "1 row", "2 rows"), ("0 Zeilen", "1 Zeile", "2 Zeilen")),
    "units": (amounts.units, ("0 units", "1 unit", "2 units"), ("0 Einheiten", "1 Einheit", "2 Einheiten")),
    "inputs": (amounts.inputs, ("0 inputs", "1 input", "2 inputs"), ("0 Eingaben", "1 Eingabe", "2 Eingaben")),
    "columns": (amounts.columns, ("0 columns", "1 column", "2 columns"), ("0 Spalten", "1 Spalte", "2 Spalten")),
    "points": (amounts.points, ("0 points", "1 point", "2 points"), ("0 Punkte", "1 Punkt", "2 Punkte")),
    "parameters": (
        amounts.parameters,
        ("0 parameters", "1 parameter", "2 parameters"),
        ("0 Parameter", "1 Parameter", "2 Parameter"),
    ),
    "test rows": (
        lambda count: rows_in_words(count, TEST),
        ("0 test rows", "1 test row", "2 test rows"),
        ("0 Testzeilen", "1 Testzeile", "2 Testzeilen"),
    ),
    "training rows": (
        lambda count: rows_in_words(count, TRAIN),
        ("0 training rows", "1 training row", "2 training rows"),
        ("0 Trainingszeilen", "1 Trainingszeile", "2 Trainingszeilen"),
    ),
    "all rows": (
        lambda count: rows_of(count, count),
        ("no training rows", "1 training row", "all 2 training rows"),
        ("keine Trainingszeilen", "1 Trainingszeile", "alle 2 Trainingszeilen"),
    ),
    "steps of the engine": (
        lambda count: said(engine_counted(count, "step")),
        ("0 steps", "1 step", "2 steps"),
        ("0 Schritte", "1 Schritt", "2 Schritte"),
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_of_one_it_is_said_otherwise(name: str) -> None:
    say, english, german = SENTENCES[name]
    assert tuple(map(say, range(3))) == english
    language.speak("de")
    assert tuple(map(say, range(3))) == german


@pytest.mark.parametrize(("english", "german"), [("1 second", "1 Sekunde"), ("3 seconds", "3 Sekunden")])
def test_a_sentence_of_the_engine_is_translated_with_its_number(english: str, german: str) -> None:
    language.speak("de")
    assert said(f"The time limit of {english} is reached.") == f"Die Zeitgrenze von {german} ist erreicht."


@pytest.mark.parametrize(
    ("found", "whole", "words"),
    [(1, 1, "the only one is"), (0, 1, "0 of 1 are"), (1, 2, "1 of 2 is"), (2, 2, "2 of 2 are"), (0, 2, "0 of 2 are")],
)
def test_some_of_a_whole_are_one_or_many_or_the_only_one(found: int, whole: int, words: str) -> None:
    assert amounts.counted_of(found, whole, "the only one is", "{0} of {1} is", "{0} of {1} are") == words


def test_a_large_number_has_its_thousands_apart() -> None:
    assert amounts.counted(12345, "{0} row", "{0} rows of {1}", "x") == "12,345 rows of x"


@pytest.mark.parametrize(
    ("names", "words"), [(("a",), "x has 2 columns but 1 name was given"), (("a", "b", "c"), "3 names were given")]
)
def test_an_error_counts_as_people_do(names: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Dataset.from_arrays([[1, 2], [3, 4]], [0, 1], names=names)


@pytest.mark.parametrize(
    ("rows", "words"), [(1, "1 of 1 row has no answer"), (2, "2 of 2 rows have no answer")], ids=("one", "two")
)
def test_rows_without_an_answer_are_counted(rows: int, words: str) -> None:
    assert Scored(rows, rows, "it is too long", ()).shortfall == f"{words}: it is too long"


# Of these there are always several: more than can be listed, drawn or had at once, or a part of what is more.
SEVERAL = {
    "{0} cells are too many to copy, at most {1}: export the data instead.",
    "The clipboard holds {0} characters, and {1} can be pasted: save the table and open the file.",
    "A layout has a name of 1 to {0} letters.",
    "first of {0} targets",
    "the strongest {0} of {1} edges are drawn",
    "there is not enough memory for a picture of {0} × {1} pixels",
    "{0} × {1} pixels",
    "a picture of {0} × {1} pixels needs more than 1 GiB of memory; choose a smaller scale",
    "{0} of {1} classes",
    "{0} of {1} inputs",
    "{0} of {1} values counted",
    "{0} · the first {1} rows are shown",
}
THINGS = "row|input|unit|column|layer|epoch|step|point|parameter|line|class|slope|value|cell|output|byte|target|edge"
THINGS += "|character|letter|pixel|frame|file|image|weight|gradient|second"
NUMBERED = re.compile(rf"\{{\d\}} ((test|training|more|different) )?(({THINGS})e?s|categories)\b")


def uncounted() -> Iterator[str]:
    """The texts of the window with a number of things in them, made where nothing asks how many these are."""
    for function in [node for tree in catalogues.trees("gui") for node in ast.walk(tree)]:
        if isinstance(function, ast.FunctionDef) and not re.search(r"counted(_of)?\(", ast.unparse(function)):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr":
                    yield from filter(NUMBERED.search, catalogues.words_in(node.args[0]))


def test_no_text_of_the_window_counts_things_without_asking_how_many_they_are() -> None:
    assert set(uncounted()) == SEVERAL
