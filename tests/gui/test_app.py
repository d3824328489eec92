"""Starting and ending the program, and how it behaves when nothing happens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hands
import pytest
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.experiment import Experiment
from engine.trainer import Trainer
from gui import launch, theme
from gui.app import refuse_bad_release
from gui.folders import config_folder
from gui.launch import APT_LINE
from gui.settings import settings_file
from gui.speeds import FIRST_SPEED, FULL_SPEED
from gui.window import Window

ROOT = Path(__file__).parents[2]


def python(code: str, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process of its own; a variable that is None is taken away."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        **{k: v for k, v in variables.items() if v is not None},
    }
    for name, value in variables.items():
        if value is None:
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_start_returns_before_the_event_loop_with_a_window_that_is_shown(open_window: Callable[..., Window]) -> None:
    assert open_window().isVisible()


def test_an_experiment_that_is_given_is_opened(open_window: Callable[..., Window]) -> None:
    experiment = Experiment.model_validate({"data": {"source": "wine"}})
    assert open_window(experiment).document.experiment == experiment


def test_a_trainer_that_is_given_opens_with_its_own_data(open_window: Callable[..., Window]) -> None:
    data = Dataset.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"])
    window = open_window(trainer=Trainer(Experiment(), data))
    assert hands.snapshot_of(window).data is data


def test_data_of_ones_own_outlast_an_edit_of_the_network(open_window: Callable[..., Window]) -> None:
    data = Dataset.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"])
    window = open_window(trainer=Trainer(Experiment(), data))
    hands.trigger(window, "layer.add")
    assert hands.settle(window).data is data


def test_the_window_paints_before_anything_is_trained() -> None:
    code = """
import sys
from engine.experiment import Experiment
from gui.app import start
application, window = start([], Experiment.model_validate({"data": {"source": "xor"}}), remember=False)
print(window.isVisible(), window.training.snapshot is None)
window.close()
"""
    assert python(code).stdout.split() == ["True", "True"]


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    code = """
import sys
import gui.app
heavy = {"sklearn", "pandas", "scipy", "typer", "rich", "torch", "onnx", "matplotlib", "jinja2", "safetensors"}
print(sorted(heavy & {name.split(".")[0] for name in sys.modules}))
"""
    assert python(code).stdout.strip() == "[]"


def test_two_thousand_signals_are_survived() -> None:
    code = """
from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
class Talker(QObject):
    said = Signal(object)
    nothing = Signal()
class Listener(QObject):
    heard = 0
    @Slot(object)
    def hear(self, value):
        self.heard += bool(value)
    @Slot()
    def count(self):
        self.heard += 1
application = QCoreApplication([])
talker, listener = Talker(), Listener()
talker.said.connect(listener.hear)
talker.nothing.connect(listener.count)
for _ in range(2000):
    talker.said.emit(True)
    talker.nothing.emit()
print(listener.heard)
"""
    done = python(code)
    assert (done.returncode, done.stdout.strip()) == (0, "4000")


@pytest.mark.parametrize("qt", ["6.12.0"])
def test_a_release_of_qt_that_crashes_is_refused_with_a_sentence(qt: str) -> None:
    with pytest.raises(SystemExit, match=r"install the tested one: pip install"):
        refuse_bad_release(qt, (3, 11))


@pytest.mark.parametrize(("qt", "python_version"), [("6.12.0", (3, 12)), ("6.11.3", (3, 11)), ("6.12.1", (3, 11))])
def test_other_releases_are_not_refused(qt: str, python_version: tuple[int, int]) -> None:
    assert refuse_bad_release(qt, python_version) is None


@pytest.fixture(scope="module")
def without_display() -> subprocess.CompletedProcess[str]:
    """The program started without arguments where nothing can be shown."""
    code = "import sys; from gui.launch import main; print(main([]), 'PySide6.QtWidgets' in sys.modules)"
    return python(code, QT_QPA_PLATFORM=None, DISPLAY=None, WAYLAND_DISPLAY=None)


def test_without_a_display_the_example_trains_in_the_terminal(
    without_display: subprocess.CompletedProcess[str],
) -> None:
    assert ("no display" in without_display.stderr, "test accuracy" in without_display.stdout) == (True, True)


def test_without_a_display_no_window_library_is_loaded(without_display: subprocess.CompletedProcess[str]) -> None:
    assert without_display.stdout.split()[-2:] == ["0", "False"]


def test_missing_libraries_are_named_with_the_line_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(launch, "_X11_LIBRARIES", ("libnosuchthing.so.0",))
    sentence = launch.missing_libraries()
    assert ("libnosuchthing.so.0" in sentence, APT_LINE in sentence) == (True, True)


def test_when_nothing_is_missing_nothing_is_said() -> None:
    assert launch.missing_libraries() == ""


def test_a_qt_that_cannot_be_loaded_is_said_in_a_sentence() -> None:
    code = """
import sys
sys.modules["PySide6.QtWidgets"] = None
from gui.launch import main
sys.exit(main([]))
"""
    done = python(code)
    assert (done.returncode, "Traceback" in done.stderr, "apt-get install" in done.stderr) == (1, False, True)


def test_a_word_that_is_no_command_is_refused_with_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    code = launch.main(["trian"])
    assert (code, "trian" in capfd.readouterr().err) == (2, True)


# -- what is remembered ---------------------------------------------------------------------------


def stored() -> QSettings:
    """The layout of the window that the test run keeps."""
    return QSettings(str(config_folder() / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Each test begins without settings."""
    settings = stored()
    settings.clear()
    settings.sync()
    settings_file().unlink(missing_ok=True)


def test_settings_of_the_tests_are_not_those_of_the_user() -> None:
    assert str(settings_file()).startswith(os.environ["GLASSBOX_HOME"])


def test_the_theme_is_kept_for_the_next_start(open_window: Callable[..., Window]) -> None:
    window = open_window(remember=True)
    hands.trigger(window, "view.theme")
    chosen = theme.name()
    window.close()
    window.show_theme("light")
    open_window(remember=True)
    assert theme.name() == chosen


def test_the_speed_is_kept_for_the_next_start(open_window: Callable[..., Window]) -> None:
    open_window(remember=True).toolbar.speed.setValue(3)
    assert open_window(remember=True).training.speed == 3


def test_the_panels_are_kept_for_the_next_start(open_window: Callable[..., Window]) -> None:
    window = open_window(remember=True)
    window.panels.docks["magnitudes"].close()
    window.close()
    assert open_window(remember=True).panels.docks["magnitudes"].isHidden()


def test_a_window_that_is_not_to_remember_leaves_no_settings(open_window: Callable[..., Window]) -> None:
    window = open_window(remember=False)
    hands.trigger(window, "view.theme")
    window.toolbar.speed.setValue(1)
    window.close()
    assert (stored().allKeys(), settings_file().exists()) == ([], False)


@pytest.mark.parametrize(
    ("key", "value"),
    [("theme", "purple"), ("speed", "99"), ("speed", "-1"), ("speed", "fast"), ("layout", "x"), ("geometry", 5)],
)
def test_a_settings_file_that_was_tampered_with_does_no_harm(
    open_window: Callable[..., Window], key: str, value: object
) -> None:
    stored().setValue(key, value)
    window = open_window(remember=True)
    assert (window.isVisible(), 0 <= window.training.speed <= FULL_SPEED) == (True, True)


def test_the_first_speed_is_one_at_which_one_sees_it_learn(open_window: Callable[..., Window]) -> None:
    assert open_window().training.speed == FIRST_SPEED


def test_quit_closes_the_window(open_window: Callable[..., Window]) -> None:
    window = open_window()
    hands.trigger(window, "file.quit")
    assert not window.isVisible()


def test_a_closed_window_leaves_no_widget_thread_or_hook_behind() -> None:
    code = """
import gc, sys, threading
from PySide6.QtCore import QEvent, QCoreApplication
from gui.app import start
hook = sys.excepthook
application, window = start([], remember=False)
window.training.toggle()
window.training.wait_idle()
application.processEvents()
window.close()
window.deleteLater()
del window
QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
gc.collect()
print(len(application.allWidgets()), threading.active_count(), sys.excepthook == hook)
"""
    assert python(code).stdout.split() == ["0", "1", "True"]


# -- when nothing happens -------------------------------------------------------------------------


class Painted(QObject):
    """Counts the paint events of all widgets."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def painted(qapp: QApplication) -> Painted:
    """A counter of paint events, at work."""
    counter = Painted()
    qapp.installEventFilter(counter)
    yield counter
    qapp.removeEventFilter(counter)


def running_timers(window: Window) -> list[str]:
    """The timers of the window that are running."""
    from PySide6.QtCore import QTimer

    return [f"{timer.interval()} ms" for timer in window.findChildren(QTimer) if timer.isActive()]


def rest(window: Window, qtbot: QtBot) -> None:
    """Waits until nothing more is to come."""
    qtbot.waitUntil(lambda: not window.training.running and running_timers(window) == [])
    hands.settle(window)
    hands.events()
    qtbot.wait(150)


def test_an_idle_window_paints_nothing(window: Window, painted: Painted, qtbot: QtBot) -> None:
    rest(window, qtbot)
    painted.count = 0
    qtbot.wait(400)
    assert painted.count == 0


def test_a_paused_window_paints_nothing(window: Window, painted: Painted, qtbot: QtBot) -> None:
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: hands.snapshot_of(window).step > 0)
    hands.trigger(window, "train.toggle")
    rest(window, qtbot)
    painted.count = 0
    qtbot.wait(300)
    assert painted.count == 0


def test_in_an_idle_window_no_timer_runs(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: running_timers(window) == [])


def test_after_training_no_timer_runs(window: Window, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 5))
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: not window.training.running)
    qtbot.waitUntil(lambda: running_timers(window) == [])


def test_an_idle_window_takes_almost_no_time(window: Window, qtbot: QtBot) -> None:
    from time import perf_counter, process_time

    qtbot.wait(200)
    wall, spent = perf_counter(), process_time()
    loop_for(800)
    assert (process_time() - spent) / (perf_counter() - wall) < 0.05


def loop_for(milliseconds: int) -> None:
    """Runs the event loop as the program does, without asking it anything."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
