"""What nobody holds any more is destroyed in the window's thread, whatever other threads do."""

from __future__ import annotations

import gc
import platform
import sys
import threading
import weakref

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from gui.garbage import Collector, _trim, give_back
from gui.window import Window


class Knot:
    """Holds itself, so that only a collection takes it away."""

    def __init__(self) -> None:
        self.self = self


def test_only_the_window_collects_garbage(window: Window, qapp: QApplication) -> None:
    collector = qapp.findChild(Collector)
    assert collector is not None
    assert (gc.isenabled(), collector.findChild(QTimer).isActive()) == (False, True)
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
    for _ in range(30):
        collector.collect()
    assert ended == [threading.main_thread()]


def test_what_was_there_before_the_window_is_not_looked_through_again(qapp: QApplication) -> None:
    gc.unfreeze()
    assert any(each is Window for each in gc.get_objects())
    parent = QObject()
    Collector(parent)
    assert not any(each is Window for each in gc.get_objects())


def test_memory_is_given_back_where_the_system_can_take_it() -> None:
    assert (_trim() is not None) == (sys.platform == "linux" and platform.libc_ver()[0] == "glibc")
    give_back()
