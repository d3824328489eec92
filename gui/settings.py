"""What a person can choose about the program itself, and the file that keeps it. No Qt.

The file is ``settings.json`` in ``gui.folders.config_folder()``. Keys that this version does not know stay in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from engine.files import replace_file
from engine.spec import Setting, Spec, explain
from gui.folders import config_folder
from gui.speeds import FIRST_SPEED, key_of, speed_choices

# Longer than any settings file; a file of another kind is not read to its end.
_MOST_BYTES = 1_000_000


def theme_choices() -> tuple[tuple[str, str], ...]:
    """(key, label) of the themes a person can choose."""
    return ("system", "As the desktop"), ("light", "Light"), ("dark", "Dark")


def language_choices() -> tuple[tuple[str, str], ...]:
    """(key, label) of the languages a person can choose."""
    return ("system", "As the desktop"), ("en", "English"), ("de", "Deutsch")


class Settings(Spec):
    """Everything that is chosen about the program and not about an experiment."""

    theme: Annotated[str, Setting("Theme", "The colours of the window.", choices=theme_choices)] = "system"
    language: Annotated[
        str, Setting("Language", "The language of the window, from the next start on.", choices=language_choices)
    ] = "system"
    speed: Annotated[
        str,
        Setting("Speed", "How many steps are trained at most in a second; the slider of the toolbar.",
                choices=speed_choices),
    ] = key_of(FIRST_SPEED)  # fmt: skip
    threads: Annotated[
        int,
        Setting("Threads", "Processor cores for large matrix products. One is fastest for the networks that people "
                "draw; the last digits of a run depend on it.", 1, 64),
    ] = 1  # fmt: skip
    keep_learned: Annotated[
        bool,
        Setting("Keep what was learned",
                "New and removed units and inserted layers leave the network's function as it is."),
    ] = True  # fmt: skip
    hints: Annotated[
        bool, Setting("Hints", "Says in the status strip what looks wrong in a run, with the evidence.")
    ] = True
    autosave: Annotated[bool, Setting("Autosave", "Keeps a copy of unsaved work, which is offered after a crash.")] = (
        True
    )
    autosave_seconds: Annotated[
        int,
        Setting(
            "Seconds between copies", "As long as this a piece of work may be in no copy.", 1, 600,
            scale="log", step=1.25, shown_if=("autosave", (True,)),
        ),
    ] = 3  # fmt: skip
    folder: Annotated[Path, Setting("Folder for projects", "Where a project is first looked for and saved.")] = Field(
        default_factory=Path.home
    )


def settings_file() -> Path:
    """Where the settings are kept."""
    return config_folder() / "settings.json"


def read(path: Path) -> tuple[Settings, str]:
    """The settings of a file, and a sentence where it is broken: then it is set aside, and what can be read is kept.

    The first settings where there is no file.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is too large to be settings")
        tree = _tree(path)
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings cannot be read ({error.strerror or error}: {path})."
    except (ValueError, RecursionError) as error:
        reason = "it is no JSON" if isinstance(error, UnicodeDecodeError | json.JSONDecodeError) else str(error)
        return Settings(), _set_aside(path, reason)
    return _known(path, tree)


def _tree(path: Path) -> dict[str, Any]:
    """What a file holds. Raises ``OSError``, ``ValueError`` or ``RecursionError``."""
    tree = json.loads(path.read_text("utf-8"))
    if not isinstance(tree, dict):
        raise ValueError("it holds no settings")
    return tree


def _known(path: Path, tree: dict[str, Any]) -> tuple[Settings, str]:
    given = {name: value for name, value in tree.items() if name in Settings.model_fields}
    try:
        return Settings.model_validate(given), ""
    except ValidationError as error:
        wrong = {str(fault["loc"][0]) for fault in error.errors()}
        sound = {name: value for name, value in given.items() if name not in wrong}
        return Settings.model_validate(sound), _set_aside(path, "; ".join(explain(error)))


def _set_aside(path: Path, reason: str) -> str:
    beside = path.with_name(f"{path.name}.broken")
    try:
        path.replace(beside)
    except OSError as error:
        return f"The settings file is broken ({reason}) and cannot be set aside ({error.strerror or error}: {path})."
    return f"The settings file was broken ({reason}), so the first settings hold; it is kept as {beside}."


def write(path: Path, settings: Settings) -> None:
    """Keeps settings, and what else the file holds. Raises ``OSError`` with the reason in plain words."""
    try:
        others = _tree(path)
    except (OSError, ValueError, RecursionError):
        others = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    tree = {**others, **settings.model_dump(mode="json")}
    replace_file(path, (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode())
