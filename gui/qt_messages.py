"""What Qt itself has to say goes into the log."""

from __future__ import annotations

import logging
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from gui.logs import log

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# Said again and again where there is no screen.
_MEANINGLESS = "propagateSizeHints"


def keep_messages() -> None:
    """From now on messages of Qt are logged; those that warn are also printed, as before."""
    qInstallMessageHandler(_keep)


def _keep(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = _LEVELS[kind]
    log.log(level, "Qt: %s", message)
    # A program without a terminal has nowhere to print.
    if level >= logging.WARNING and _MEANINGLESS not in message and sys.stderr is not None:
        print(message, file=sys.stderr)
