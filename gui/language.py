"""The language of the window: which there are, which is meant, and how it is spoken from now on."""

from __future__ import annotations

import json
from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gui import text

# The texts in the code are English, so that English needs no catalogue.
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
_spoken = ENGLISH


def meant_by(wished: str) -> str:
    """The key of a language for what the settings say; "system" is the first language of the desktop that is spoken."""
    if wished != "system":
        return wished
    spoken = (name.partition("-")[0] for name in QLocale.system().uiLanguages())
    return next((key for key in spoken if key in LANGUAGES), ENGLISH)


def catalogue(language: str) -> dict[str, dict[str, str]]:
    """The texts of the window in another language, and the sentences of the engine: each from English."""
    if language == ENGLISH:
        return {"texts": {}, "sentences": {}}
    found: dict[str, dict[str, str]] = json.loads((files("gui.languages") / f"{language}.json").read_text("utf-8"))
    return found


def spoken() -> str:
    """The key of the language in which texts are made."""
    return _spoken


def speak(language: str) -> None:
    """From now on texts are made in a language; those of Qt itself, such as the names of keys, too."""
    global _spoken
    _spoken = language
    words = catalogue(language)
    text.speak(words["texts"], words["sentences"])
    application = QCoreApplication.instance()
    assert application is not None
    # Those that were taken back before, and are not gone yet, are among them.
    for spoken in application.findChildren(QTranslator):
        application.removeTranslator(spoken)
        spoken.deleteLater()
    if language != ENGLISH:
        translator = QTranslator(application)
        if translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            application.installTranslator(translator)
