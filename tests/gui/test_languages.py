"""The languages of the window: the catalogue is complete, and nothing English is left where German is spoken."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import catalogues
import eyes
import hands
import pytest
import tables
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QPushButton

from engine import DataSpec, load_data
from engine.data.sources import SOURCES
from engine.edge_views import EDGE_VIEWS
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS
from engine.registry import Registry
from engine.schedules import SCHEDULES
from engine.unit_views import NODE_VIEWS
from gui import language
from gui.actions import COMMANDS
from gui.app import start
from gui.dialogs.settings import SettingsDialog
from gui.fields import ChoiceField
from gui.folders import config_folder
from gui.selection import Unit, Weight
from gui.settings import language_choices, settings_file
from gui.text import keys_in_words, said, tr
from gui.window import SMALLEST, Window

ROOT = Path(__file__).parents[2]
OTHERS = [key for key in language.LANGUAGES if key != language.ENGLISH]
each_language = pytest.mark.parametrize("key", OTHERS)


@pytest.fixture(autouse=True)
def _english_again(qapp: QCoreApplication) -> Iterator[None]:
    """What comes after a test is English again, and nothing is kept."""
    yield
    language.speak(language.ENGLISH)
    for path in config_folder().glob("*"):
        path.unlink()


def choose(key: str) -> None:
    """The language that the settings say."""
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text(json.dumps({"language": key, "autosave": False}))


# -- the catalogue -----------------------------------------------------------------------------------


@each_language
def test_every_text_of_the_window_has_a_translation_and_there_is_none_too_many(key: str) -> None:
    there, wanted = language.catalogue(key)["texts"].keys(), catalogues.texts()
    assert (sorted(wanted - there), sorted(there - wanted)) == ([], [])


@each_language
def test_a_translation_has_the_same_insertions_lines_and_ends(key: str) -> None:
    def shape(words: str) -> tuple[object, ...]:
        ends = re.search(r"[.…?:]?$", words)
        return sorted(re.findall(r"\{\d\}", words)), words.count("\n"), ends and ends[0], words.strip() == words

    assert [
        english for english, other in language.catalogue(key)["texts"].items() if shape(english) != shape(other)
    ] == []


@each_language
def test_a_translation_names_keys_as_they_are_called_there(key: str) -> None:
    english = r"\b(Ctrl|Shift|Space|Enter)\b"
    assert [other for other in language.catalogue(key)["texts"].values() if re.search(english, other)] == []


@each_language
def test_sentences_of_the_engine_are_still_said_by_it(key: str) -> None:
    spoken = {words.casefold() for words in catalogues.spoken()}

    def is_said(sentence: str) -> bool:
        # Of a number of things the program writes down one: "row".
        noun = sentence.casefold().removeprefix("{0} ")
        return not {sentence.casefold(), noun, noun.removesuffix("s")}.isdisjoint(spoken)

    assert [sentence for sentence in language.catalogue(key)["sentences"] if not is_said(sentence)] == []


@each_language
def test_a_translated_sentence_inserts_nothing_that_is_not_there(key: str) -> None:
    def holes(words: str) -> set[str]:
        return set(re.findall(r"\{\d\}", words))

    sentences = language.catalogue(key)["sentences"]
    assert [english for english, other in sentences.items() if not holes(other) <= holes(english)] == []


def test_the_settings_offer_the_languages_that_there_are() -> None:
    assert dict(language_choices()) == {"system": "As the desktop", **language.LANGUAGES}


# -- what is spoken ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "german"),
    [
        ("every value is a number", "jeder Wert ist eine Zahl"),
        ("is always “no” or “yes”", "ist immer „no“ oder „yes“"),
        (
            "1,000 rows, 1 column as 12 inputs, 1 target of 3 classes",
            "1,000 Zeilen, 1 Spalte als 12 Eingaben, 1 Ziel aus 3 Klassen",
        ),
        (
            "Training diverged at step 7: the loss grew to 3e+08 (hidden 1). Try a learning rate ten times smaller, "
            "then reset.",
            "Das Training divergierte bei Schritt 7: der Verlust wuchs auf 3e+08 (Schicht 1). Eine zehnmal kleinere "
            "Lernrate versuchen und zurücksetzen.",
        ),
        ("Only 3 rows as good as new", "Only 3 rows as good as new"),
        ("Save", "Speichern"),
    ],
)
def test_what_the_engine_says_is_known_by_the_words_around_what_it_inserts(sentence: str, german: str) -> None:
    language.speak("de")
    assert said(sentence) == german


def test_a_text_without_a_translation_is_english() -> None:
    language.speak("de")
    assert (tr("No such text"), tr("Save")) == ("No such text", "Speichern")


def test_keys_are_english_again_however_often_german_was_spoken(qapp: QCoreApplication) -> None:
    for spoken, keys in (("de", "Strg+Z"), ("de", "Strg+Z"), ("en", "Ctrl+Z")):
        language.speak(spoken)
        assert keys_in_words("Ctrl+Z") == keys


def test_english_reads_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "files", lambda _: pytest.fail("a catalogue is read"))
    language.speak("en")
    assert (tr("Save"), said("every value is a number")) == ("Save", "every value is a number")


@pytest.mark.parametrize(
    ("desktop", "meant"),
    [("de_CH.UTF-8", "de"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "en"), ("ja_JP.UTF-8", "en")],
)
def test_the_first_language_is_that_of_the_desktop(desktop: str, meant: str) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("the desktop says it in another way here")
    code = "from gui import language; print(language.meant_by('system'))"
    environment = {**os.environ, "LC_ALL": desktop, "LANG": desktop, "LANGUAGE": ""}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert found.stdout.strip() == meant


def test_the_desktop_does_not_count_where_a_language_is_chosen() -> None:
    assert [language.meant_by(key) for key in language.LANGUAGES] == list(language.LANGUAGES)


def test_pictures_and_what_asks_for_no_settings_are_english(
    open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "meant_by", lambda _: "de")  # such as on a German desktop
    window = open_window(remember=False)
    assert window.actions_by_id["file.save"].text() == "Save"


def test_the_settings_say_that_another_language_comes_with_the_next_start(open_window: Callable[..., Window]) -> None:
    choose("en")
    window = open_window(remember=True)
    hands.trigger(window, "edit.settings")
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    assert not dialog.next_start.isVisible()
    field = dialog.forms[0].fields["language"]
    assert isinstance(field, ChoiceField)
    hands.choose(field, "de")
    assert dialog.next_start.isVisible()
    assert json.loads(settings_file().read_text())["language"] == "de"
    assert window.actions_by_id["file.save"].text() == "Save"


# -- the window --------------------------------------------------------------------------------------


def _layers(window: Window) -> Iterator[None]:
    for kind in LAYERS:
        if f"layer.add_{kind}" in window.actions_by_id:
            hands.trigger(window, f"layer.add_{kind}")
            yield
    for place in (*range(len(window.document.experiment.network.layers)), -1):
        hands.select_layer(window, place)
        yield


def _selections(window: Window) -> Iterator[None]:
    for selection in (Unit(0, 0), Unit(1, 0), Unit(3, 0), Weight(0, 0, 0), None):
        window.select(selection)
        yield


def _views(window: Window) -> Iterator[None]:
    for nodes in NODE_VIEWS:
        window.looking.choose(replace(window.looking.shown, nodes=nodes.key))
        yield
    for edges in EDGE_VIEWS:
        window.looking.choose(replace(window.looking.shown, edges=edges.key))
        yield


def _experiments(window: Window) -> Iterator[None]:
    changes = [(f"training.{part}.kind", kind) for part, kinds in
               (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)) for kind in kinds]  # fmt: skip
    for path, value in changes:
        window.document.change(window.document.experiment.with_value(path, value), "")
        yield
    hands.as_new(window)
    for source in ("spirals", "diabetes"):
        window.document.change(window.document.experiment.edited(data={"source": source}), "")
        yield
    hands.trigger(window, "data.draw")
    yield
    hands.as_new(window)


DIALOGS = ("help.shortcuts", "help.about", "edit.settings", "view.commands", "data.preparation", "data.predict",
           "diagram.export", "file.export")  # fmt: skip


def _dialogs(window: Window) -> Iterator[None]:
    for name in DIALOGS:
        hands.trigger(window, name)
        yield
    for dialog in window.findChildren(QDialog):
        dialog.close()


def journey(window: Window, table: Path) -> Iterator[None]:
    """Through all parts of a window; at each stop there is something else to read."""
    yield
    hands.trigger(window, "train.epoch")
    yield
    for part in (_selections, _layers, _views, _experiments, _dialogs):
        yield from part(window)
    panel = tables.open_file(window, table)
    yield
    panel.close()
    window.document.change(window.document.experiment.with_value("training.epochs", 1), "")
    window.training.set_running(True)
    tables.until(lambda: not window.training.running)
    yield


def read_along(window: Window, table: Path) -> set[str]:
    """All that there is to read on the way."""
    found: set[str] = set()
    for _ in journey(window, table):
        hands.settle(window)
        hands.events()
        found.update(eyes.seen(window))
    return found


@pytest.fixture
def german(qapp: QCoreApplication) -> Iterator[Window]:
    """A window that speaks German, as its settings say."""
    choose("de")
    _, window = start([])
    hands.settle(window)
    yield window
    window.files.ask = lambda _: "discard"
    window.close()
    window.deleteLater()
    hands.events()


class Marked(Mapping[str, str]):
    """A catalogue that puts what it translates in brackets."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def __getitem__(self, key: str) -> str:
        return f"⟦{self._words[key]}⟧"

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def outside(text: str) -> str:
    """What of a text is not in brackets."""
    while (inner := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = inner
    return re.sub("⟦[^⟦⟧]*…$", " ", text)


def same_everywhere(table: Path) -> list[str]:
    """What needs no translation: formulas, names of data, of keys, of files and of the program. The longest first."""
    parts = [part for module in catalogues.modules() for value in vars(module).values()
             if isinstance(value, Registry) for part in value]  # fmt: skip
    parts += [part for kinds in (LAYERS, OPTIMIZERS, SCHEDULES) for part in kinds.values()]
    found = {words for part in parts for name in ("formula", "symbol") if (words := getattr(part, name, ""))}
    found |= {line for formula in found for line in formula.split("\n")}
    for source in SOURCES:
        data = load_data(DataSpec(source=source.key))
        found |= {*data.columns, *(name.split(" (")[0] for name in data.columns), *data.classes, data.target}
    found |= {*re.split("[,\\n]", table.read_text()), table.name, "iris.py", f"{Path.home()}", "Glassbox", "sin "}
    found |= {keys_in_words(keys) for command in COMMANDS for keys in command.keys}
    found |= {QCoreApplication.translate("QDockWidget", words) for words in DOCKS}
    return sorted(filter(None, found), key=len, reverse=True)


# What Qt calls the buttons of a panel; they are translated by Qt.
DOCKS = ("Float", "Undocks and re-attaches the dock widget", "Close", "Closes the dock widget")


@pytest.mark.timeout(180)
def test_no_english_is_left_in_a_german_window(german: Window, tmp_path: Path) -> None:
    words = language.catalogue("de")["texts"]
    english = {text for text, other in words.items() if text != other} - set(words.values())
    lines = {line.strip() for text in read_along(german, tables.write(tmp_path)) for line in text.split("\n")}
    assert lines & english == set()


@pytest.mark.timeout(180)
def test_every_word_of_the_window_is_translated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    found = language.catalogue("de")
    marked = Marked(found["texts"]), {key: f"⟦{other}⟧" for key, other in found["sentences"].items()}
    monkeypatch.setattr(language, "catalogue", lambda _: dict(zip(("texts", "sentences"), marked, strict=True)))
    table, painted = tables.write(tmp_path), eyes.painted(monkeypatch)
    texts = set(map(outside, read_along(request.getfixturevalue("german"), table) | painted))
    known = re.compile("|".join(map(re.escape, same_everywhere(table))))
    assert {text for text in texts if re.search("[A-Za-z]{3}", known.sub("", text))} == set()


def test_search_and_menu_are_in_sight_at_every_width_of_a_german_window(german: Window) -> None:
    lost = []
    for width in range(SMALLEST[0], 1640, 20):
        german.resize(width, 700)
        hands.events()
        if not german.toolbar.menu_button.isVisible():
            lost.append(width)
    assert lost == []


# As far as a choice may reach into the margin beside it.
_HARDLY = 3


def _room(button: QPushButton) -> int:
    beside = button.iconSize().width() + 20 if not button.icon().isNull() else 0
    return button.contentsRect().width() - beside


@pytest.mark.parametrize("width", [SMALLEST[0], 1280, 1600])
def test_no_button_of_a_german_window_is_cut_off(german: Window, width: int) -> None:
    german.resize(width, 800)
    hands.settle(german)
    hands.events()
    cut = [
        button.text()
        for button in german.findChildren(QPushButton)
        if button.isVisible() and button.fontMetrics().horizontalAdvance(button.text()) > _room(button)
    ]
    assert cut == []


@pytest.mark.parametrize("place", [0, 2, 3, 4, 5, -1])
def test_every_choice_of_the_builder_has_room_in_german(german: Window, place: int) -> None:
    for kind in ("dropout", "batch_norm", "layer_norm", "gaussian_noise"):
        hands.trigger(german, f"layer.add_{kind}")
    hands.select_layer(german, place)
    hands.settle(german)
    hands.events()
    cut = set()
    for field in (each for each in german.builder.findChildren(ChoiceField) if each.isVisible()):
        parent, chosen = field.parentWidget(), field.currentIndex()
        for row in range(field.count()):
            field.setCurrentIndex(row)
            field.updateGeometry()
            if parent.minimumSizeHint().width() > parent.width() + _HARDLY:
                cut.add(field.itemText(row))
        field.setCurrentIndex(chosen)
    assert cut == set()
