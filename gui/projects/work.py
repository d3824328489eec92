"""Work beside the window: one piece after the other in a thread of its own, its outcome taken in the window's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

_POLL_MS = 15
Found = TypeVar("Found")


@dataclass(frozen=True)
class _Errand:
    future: Future[Any]
    done: Callable[[Any], object]
    failed: Callable[[BaseException], object]


class Work(QObject):
    """Does what it is given in the order in which it is given. Nothing of it may touch Qt."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="files")
        self._errands: list[_Errand] = []
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is not done yet."""
        return bool(self._errands)

    def do(
        self, task: Callable[[], Found], done: Callable[[Found], object], failed: Callable[[BaseException], object]
    ) -> None:
        """Does a task; in the window's thread ``done`` is then given what it returns, or ``failed`` what it raises."""
        self._errands.append(_Errand(self._thread.submit(task), done, failed))
        self._timer.start()

    def close(self) -> None:
        """Waits for what is being done; the rest is not begun, and nothing is said any more."""
        self._timer.stop()
        self._errands.clear()
        self._thread.shutdown(wait=True, cancel_futures=True)

    @Slot()
    def _look(self) -> None:
        while self._errands and self._errands[0].future.done():
            errand = self._errands.pop(0)
            error = errand.future.exception()
            if error is None:
                errand.done(errand.future.result())
            else:
                errand.failed(error)
        if not self._errands:
            self._timer.stop()
