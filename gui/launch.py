"""From the command line to the window or to a terminal command.

Imports no Qt until it is needed, and no NumPy before the number of its threads is said.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from gui import logs, threads
from gui.terminal import COMMANDS, completion_variable

if TYPE_CHECKING:
    from gui.window import Window

APT_LINE = (
    "apt-get install libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 "
    "libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)
# Qt aborts without a word to Python when one of these is missing on an X11 screen.
_X11_LIBRARIES = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-shape.so.0",
    "libxkbcommon-x11.so.0",
)
# Options without a command, which only have something said.
_ASKING = ("--help", "-h", "--version", "--install-completion", "--show-completion")


def program() -> int:
    """The command ``glassbox``, where it is installed."""
    return main(sys.argv[1:])


def main(arguments: Sequence[str]) -> int:
    """Runs what the arguments ask for and returns the exit code."""
    threads.begin_with_one()
    if completion_variable() in os.environ or (arguments and arguments[0] in _ASKING):
        return _in_terminal(arguments)
    with logs.kept(arguments):
        code = _in_terminal(arguments) if arguments and arguments[0] in COMMANDS else show(arguments)
        logs.log.info("exit code %s", code)
    return code


def _in_terminal(arguments: Sequence[str]) -> int:
    from gui.terminal.commands import run  # noqa: PLC0415

    return run(arguments)


def show(arguments: Sequence[str]) -> int:
    """Opens the window, with the file that the first argument names, and returns the exit code when it is closed."""
    file = Path(arguments[0]) if arguments else None
    # A name that is too long is none of a file either.
    if file is not None and not os.path.isfile(file):
        print(
            f"There is no command and no file '{arguments[0]}'. Start the window without arguments, or with a project "
            f"or the file of a table, or use one of: {', '.join(COMMANDS)} (see --help).",
            file=sys.stderr,
        )
        return 2
    if not has_display():
        return _without_window(file)
    missing = missing_libraries()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    from gui.app import start  # noqa: PLC0415
    from gui.qt_messages import keep_messages  # noqa: PLC0415

    keep_messages()
    application, window = start(arguments[1:], file=file)
    _close_when_interrupted(window)
    code = application.exec()
    window.close()
    return code


def _close_when_interrupted(window: Window) -> None:
    """Ctrl+C in the terminal closes the window like its button does, between two things that it is at.

    A second one, while that asks about unsaved work, ends the program at once; the work is offered at the next start.
    """
    from PySide6.QtCore import QTimer  # noqa: PLC0415

    def close(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        QTimer.singleShot(0, end)

    def end() -> None:
        window.close()
        signal.signal(signal.SIGINT, close)

    # Who is started in the background is not to be ended by a key.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, close)


def _without_window(file: Path | None) -> int:
    """What can be done in the terminal instead: a project is described, a table or the example is learned from."""
    from engine.files import PROJECT_SUFFIX  # noqa: PLC0415 - which brings NumPy

    if file is not None and file.suffix.lower() == PROJECT_SUFFIX:
        print("There is no display here, so no window can be opened.", file=sys.stderr)
        from gui.terminal.commands import guarded  # noqa: PLC0415
        from gui.terminal.describing import describe  # noqa: PLC0415

        return guarded(lambda: print(describe(file)))
    what = file.name if file else "the ready example"
    print(f"There is no display here, so {what} trains in the terminal instead.", file=sys.stderr)
    return _in_terminal(["train", "--data", str(file)] if file else ["train"])


def has_display() -> bool:
    """Whether a window could be shown."""
    if not sys.platform.startswith("linux"):
        return True
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY")) and _x11_answers()


def _x11_answers() -> bool:
    """Whether the X server that DISPLAY names can be reached; Qt would abort if not."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # a missing library, which is said elsewhere
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def missing_libraries() -> str:
    """One sentence when libraries of the system that Qt needs are missing, otherwise nothing."""
    try:
        import PySide6.QtWidgets  # noqa: F401, PLC0415
    except ImportError as error:
        return f"Qt cannot be loaded ({error}). On Debian or Ubuntu this installs what it needs: {APT_LINE}"
    on_x11 = bool(os.environ.get("DISPLAY")) and "QT_QPA_PLATFORM" not in os.environ
    if sys.platform.startswith("linux") and on_x11 and not os.environ.get("WAYLAND_DISPLAY"):
        absent = [name for name in _X11_LIBRARIES if not _loads(name)]
        if absent:
            return f"Qt needs {', '.join(absent)}. On Debian or Ubuntu this installs what it needs: {APT_LINE}"
    return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
