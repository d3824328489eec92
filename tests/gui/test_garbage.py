"""What nobody holds any more is destroyed in the window's thread, whatever other threads do."""

from __future__ import annotations

import gc
import threading
import weakref

from pytestqt.qtbot import QtBot

from gui.window import Window


class Knot:
    """Holds itself, so that only a collection takes it away."""

    def __init__(self) -> None:
        self.self = self


def test_only_the_window_collects_garbage(window: Window, qtbot: QtBot) -> None:
    assert not gc.isenabled()
    ended: list[threading.Thread] = []
    weakref.finalize(Knot(), lambda: ended.append(threading.current_thread()))

    def litter() -> None:
        for _ in range(30):
            kept = [[i] for i in range(20_000)]
        assert kept

    other = threading.Thread(target=litter)
    other.start()
    other.join()
    assert ended == []
    kept = []

    def is_ended() -> bool:
        kept.extend([i] for i in range(2000))  # something is always made
        return ended != []

    qtbot.waitUntil(is_ended, timeout=30_000)
    assert ended == [threading.main_thread()]
