"""Work in a process of its own, which takes nothing from whoever waits for it: no interpreter lock, no settings."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event
from typing import Any

from engine.data.progress import CancelledError
from engine.matrix_threads import threads_in_use, use_threads

# How often it is looked whether the work is given up, in seconds.
_LOOK_S = 0.05
Tell = Callable[[object], None]


class ApartError(RuntimeError):
    """The work has ended with an error of the program; the message is its traceback."""


@dataclass(frozen=True)
class _Ended:
    """What the work has returned, or the traceback of what ended it."""

    result: object = None
    details: str = ""


def do_apart(work: Callable[..., object], given: tuple[Any, ...], tell: Tell, given_up: Event) -> object:
    """``work(*given, tell)`` in a process of its own, with a fresh interpreter; returns what it returns.

    ``work`` must be a function of a module, and what is given, told and returned must be plain values. Raises
    ``CancelledError``, after the process has been ended, when ``given_up`` is set, and ``ApartError``.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(work, given, threads_in_use(), theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            if given_up.is_set():
                raise CancelledError
            if not ours.poll(_LOOK_S):
                continue
            report = ours.recv()
            if not isinstance(report, _Ended):
                tell(report)
            elif report.details:
                raise ApartError(report.details)
            else:
                return report.result
    except EOFError:
        process.join()
        raise ApartError(f"the process has ended with the code {process.exitcode}") from None
    finally:
        process.terminate()
        process.join()
        ours.close()


def _do(work: Callable[..., object], given: tuple[Any, ...], threads: int | None, connection: Connection) -> None:
    """The whole life of the process. It makes way for everything else that the machine has to do.

    Products of matrices use as many threads as where it was begun, so that they come to the same, bit for bit.
    """
    if threads is not None:
        use_threads(threads)
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        ended = _Ended(work(*given, connection.send))
    except Exception:  # noqa: BLE001 - whatever it is must reach whoever waits
        ended = _Ended(details=traceback.format_exc())
    connection.send(ended)
