"""The settings of the program: their file, what follows them, and the window in which they are changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hands
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from gui import theme
from gui.dialogs.settings import GROUPS, SettingsDialog
from gui.fields import ChoiceField, FolderField, NumberField, ToggleField
from gui.folders import config_folder, log_folder, state_folder
from gui.forms import Field
from gui.preferences import Preferences
from gui.settings import Settings, read, settings_file, write
from gui.speeds import FULL_SPEED
from gui.window import Window

ROOT = Path(__file__).parents[2]
OTHER = {
    "theme": "dark",
    "language": "de",
    "speed": "250",
    "threads": 2,
    "keep_learned": False,
    "hints": False,
    "autosave": False,
    "autosave_seconds": 60,
    "folder": "elsewhere",
}


@pytest.fixture(autouse=True)
def _first_settings() -> Iterator[None]:
    """Each test begins, and leaves, without settings."""
    yield
    for path in config_folder().glob("*"):
        path.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where settings may be kept."""
    return tmp_path / "deep" / "settings.json"


# -- the file ----------------------------------------------------------------------------------------


def test_the_values_tried_are_all_settings_and_none_is_the_first() -> None:
    assert OTHER.keys() == Settings.model_fields.keys()
    assert [name for name, value in OTHER.items() if Settings().model_dump(mode="json")[name] == value] == []


@pytest.mark.parametrize("name", OTHER)
def test_every_setting_is_read_as_it_was_written(file: Path, name: str) -> None:
    settings = Settings.model_validate({name: OTHER[name]})
    write(file, settings)
    assert read(file) == (settings, "")


def test_without_a_file_the_first_settings_hold_and_nothing_is_said(file: Path) -> None:
    assert read(file) == (Settings(), "")


def test_the_file_can_be_read_by_people(file: Path) -> None:
    write(file, Settings())
    assert '\n  "autosave_seconds": 3,\n' in file.read_text()


def test_keys_of_another_version_stay_in_the_file(file: Path) -> None:
    write(file, Settings())
    file.write_text(json.dumps({"theme": "dark", "sound": [1, {"loud": True}]}))
    settings, complaint = read(file)
    write(file, settings)
    assert (settings.theme, complaint, json.loads(file.read_text())["sound"]) == ("dark", "", [1, {"loud": True}])


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe\x00", b"[1, 2]", b"null", b'"dark"', b"[" * 100_000, b" " * 1_000_001, b'{"theme": 1}',
     b'{"threads": 1e999}', b'{"threads": "many"}', b'{"threads": 0}', b'{"folder": 7}', b'{"autosave": "no"}'],
)  # fmt: skip
def test_a_broken_file_is_set_aside_as_it_is_and_the_first_settings_hold(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    settings, complaint = read(file)
    kept = file.with_name("settings.json.broken")
    assert (settings, kept.read_bytes(), file.exists()) == (Settings(), content, False)
    assert complaint.startswith("The settings file was broken")
    assert str(kept) in complaint


def test_what_is_sound_in_a_broken_file_holds(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"theme": "dark", "threads": 1000}')
    settings, complaint = read(file)
    assert (settings, "threads must be between 1 and 64, not 1000" in complaint) == (Settings(theme="dark"), True)


def test_a_folder_in_the_place_of_the_file_is_said(file: Path) -> None:
    file.mkdir(parents=True)
    settings, complaint = read(file)
    assert (settings, complaint.startswith("The settings cannot be read")) == (Settings(), True)


def test_all_folders_are_below_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    assert {folder().parent for folder in (config_folder, log_folder, state_folder)} == {tmp_path}


def test_otherwise_they_are_those_of_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GLASSBOX_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    assert "Glassbox" in str(config_folder())
    assert len({config_folder(), log_folder(), state_folder()}) > 1


# -- settings in force -------------------------------------------------------------------------------


def test_a_change_is_kept_at_once(file: Path) -> None:
    Preferences(file).change(threads=2)
    assert Preferences(file).settings == Settings(threads=2)


def test_a_change_keeps_what_another_window_has_changed(file: Path) -> None:
    one, other = Preferences(file), Preferences(file)
    one.change(theme="dark")
    other.change(threads=2)
    assert Preferences(file).settings == other.settings == Settings(theme="dark", threads=2)


def test_settings_that_cannot_be_kept_hold_and_that_is_said_once(file: Path, qtbot: QtBot) -> None:
    file.parent.write_text("a file in the place of the folder")
    preferences = Preferences(file)
    said: list[str] = []
    preferences.complained.connect(said.append)
    preferences.change(theme="dark")
    preferences.change(threads=2)
    assert preferences.settings == Settings(theme="dark", threads=2)
    assert len(said) == 1
    assert said[0].startswith("The settings cannot be kept")


def test_a_file_that_breaks_while_the_window_is_open_loses_nothing_that_was_chosen(file: Path) -> None:
    preferences = Preferences(file)
    said: list[str] = []
    preferences.complained.connect(said.append)
    preferences.change(theme="dark")
    file.write_text("{")
    preferences.change(threads=2)
    assert read(file) == (Settings(theme="dark", threads=2), "")
    assert len(said) == 1


def test_settings_of_older_versions_are_taken_over_and_kept_in_one_place(file: Path) -> None:
    layout = QSettings(str(config_folder() / "window.ini"), QSettings.Format.IniFormat)
    for key, value in {"theme": "dark", "speed": "11", "keep": "no", "geometry": "stays"}.items():
        layout.setValue(key, value)
    preferences = Preferences(file)
    preferences.take_over(layout)
    assert read(file)[0] == Settings(theme="dark", speed="full", keep_learned=False)
    assert layout.allKeys() == ["geometry"]


# -- the window follows ------------------------------------------------------------------------------


def test_the_window_begins_as_the_settings_say(open_window: Callable[..., Window]) -> None:
    write(settings_file(), Settings(theme="dark", speed="full", keep_learned=False))
    window = open_window(remember=True)
    found = theme.name(), window.training.speed, window.toolbar.speed.value(), window.editing.keeps_learned
    assert found == ("dark", FULL_SPEED, FULL_SPEED, False)


def test_the_window_follows_a_change(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.preferences.change(theme="dark", speed="5", keep_learned=False)
    found = theme.name(), window.training.speed, window.toolbar.speed.value(), window.editing.keeps_learned
    assert found == ("dark", 2, 2, False)
    assert not window.actions_by_id["edit.keep"].isChecked()


def test_what_is_switched_in_the_menu_is_a_setting(open_window: Callable[..., Window]) -> None:
    window = open_window()
    hands.trigger(window, "edit.keep")
    hands.trigger(window, "view.theme")
    window.toolbar.speed.setValue(0)
    settings = window.preferences.settings
    assert (settings.keep_learned, settings.theme, settings.speed) == (False, theme.name(), "1")


@pytest.mark.parametrize(("wish", "dark"), [("system", True), ("light", False)])
def test_the_desktop_decides_only_where_it_is_asked(
    open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch, wish: str, dark: bool
) -> None:
    window = open_window()
    window.preferences.change(theme=wish)
    monkeypatch.setattr(theme, "system_theme", lambda: "dark")
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert (theme.name() == "dark") is dark


def test_a_broken_file_is_said_in_the_banner_and_stops_nothing(open_window: Callable[..., Window]) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    settings_file().write_text("{ broken")
    window = open_window(remember=True)
    assert window.banner.isVisible()
    assert window.banner.label.text().startswith("The settings file was broken (it is no JSON)")


THREADS = """
from gui import threads
threads.begin_with_one()
import numpy, threadpoolctl
threads.use({count})
print(max(pool["num_threads"] for pool in threadpoolctl.threadpool_info()))
"""


@pytest.mark.parametrize(
    ("given", "count", "found"),
    [("", 1, 1), ("", 2, min(2, os.cpu_count() or 1)), ("", 64, os.cpu_count()), ("1", 2, 1)],
)
def test_the_threads_are_those_of_the_settings_unless_the_environment_says(given: str, count: int, found: int) -> None:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": given}
    if not given:
        del environment["OPENBLAS_NUM_THREADS"]
    done = subprocess.run([sys.executable, "-c", THREADS.format(count=count)], cwd=ROOT, env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert int(done.stdout) == found


def test_numpy_is_loaded_only_after_the_number_of_threads_is_said() -> None:
    code = "import sys, main, gui.launch; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# -- the dialog --------------------------------------------------------------------------------------


@pytest.fixture
def dialog(window: Window) -> Iterator[SettingsDialog]:
    """The settings, opened by their command in a window that has the first ones."""
    window.preferences.reset()
    hands.trigger(window, "edit.settings")
    found = window.findChild(SettingsDialog)
    assert found is not None
    yield found
    if isValid(found):
        found.close()
    hands.events()
    window.preferences.reset()


def field(dialog: SettingsDialog, name: str) -> Field:
    """The field of a setting."""
    return next(form.fields[name] for form in dialog.forms if name in form.fields)


def set_to_other(name: str, field: Field) -> None:
    """What a person does to choose the other value."""
    if isinstance(field, ToggleField):
        QTest.mouseClick(field, hands.LEFT, pos=field.rect().center())
    elif isinstance(field, ChoiceField):
        hands.choose(field, str(OTHER[name]))
    elif isinstance(field, NumberField):
        hands.type_into(field, str(OTHER[name]))
    else:
        field._choose(str(OTHER[name]))


def test_every_setting_has_a_row() -> None:
    assert {name for _, names in GROUPS for name in names} == Settings.model_fields.keys()


@pytest.mark.parametrize("name", OTHER)
def test_every_setting_is_changed_by_hand_and_counts_at_once(window: Window, dialog: SettingsDialog, name: str) -> None:
    field(dialog, name).setEnabled(True)
    set_to_other(name, field(dialog, name))
    assert window.preferences.settings == Settings.model_validate({name: OTHER[name]})


def test_a_change_made_elsewhere_is_shown(window: Window, dialog: SettingsDialog) -> None:
    window.toolbar.speed.setValue(0)
    shown = field(dialog, "speed")
    assert isinstance(shown, ChoiceField)
    assert shown.key == "1"


def test_the_interval_of_copies_is_shown_only_where_there_are_copies(window: Window, dialog: SettingsDialog) -> None:
    shown = field(dialog, "autosave_seconds").isVisible()
    window.preferences.change(autosave=False)
    assert (shown, field(dialog, "autosave_seconds").isVisible()) == (True, False)


def test_threads_cannot_be_set_where_the_environment_says_them(dialog: SettingsDialog) -> None:
    assert not field(dialog, "threads").isEnabled()
    assert any("OPENBLAS_NUM_THREADS says" in words for words in hands.words(dialog))


def test_defaults_brings_the_first_settings_back(window: Window, dialog: SettingsDialog) -> None:
    window.preferences.change(theme="dark", threads=2, folder=Path("elsewhere"))
    dialog.defaults.click()
    assert window.preferences.settings == Settings()


def test_escape_closes_the_dialog_which_blocks_nothing(dialog: SettingsDialog) -> None:
    assert not dialog.isModal()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_dialog_is_opened_only_once(window: Window, dialog: SettingsDialog) -> None:
    hands.trigger(window, "edit.settings")
    assert window.findChildren(SettingsDialog) == [dialog]


def test_the_folder_is_asked_for_without_blocking(dialog: SettingsDialog) -> None:
    button = field(dialog, "folder")
    assert isinstance(button, FolderField)
    assert button.text() == "Home …"
    button.click()
    asking = dialog.findChild(QFileDialog)
    assert asking is not None
    assert asking.fileMode() == QFileDialog.FileMode.Directory
    asking.reject()


def test_the_file_is_named_where_there_is_one(open_window: Callable[..., Window]) -> None:
    window = open_window(remember=True)
    hands.trigger(window, "edit.settings")
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    assert any(str(settings_file()) in words for words in hands.words(dialog))
