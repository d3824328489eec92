"""Work in a process of its own: what it tells and returns comes back, and it ends when it is given up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Event
from time import perf_counter, sleep

import pytest

from engine.apart import ApartError, Tell, do_apart
from engine.data.progress import CancelledError
from engine.matrix_threads import threads_in_use, use_threads


def who(word: str, tell: Tell) -> tuple[str, int]:
    """Tells two things and returns the word and the number of the process."""
    tell(1)
    tell({"two": 2.0})
    return word, os.getpid()


def fail(tell: Tell) -> None:
    """Ends with an error."""
    raise ZeroDivisionError("by nothing")


def vanish(tell: Tell) -> None:
    """Ends without a word."""
    os._exit(7)


def sleep_long(tell: Tell) -> None:
    """Begins, and never ends."""
    tell(os.getpid())
    sleep(600)


def count_threads(tell: Tell) -> int | None:
    """How many threads there are for matrices."""
    return threads_in_use()


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = threads_in_use()
    yield
    assert before is not None
    use_threads(before)


def test_what_is_told_and_returned_comes_back_from_another_process() -> None:
    told: list[object] = []
    word, process = do_apart(who, ("hello",), told.append, Event())  # type: ignore[misc]
    assert (word, told) == ("hello", [1, {"two": 2.0}])
    assert process != os.getpid()


def test_an_error_comes_back_with_its_traceback() -> None:
    with pytest.raises(ApartError, match=r"(?s)in fail.*ZeroDivisionError: by nothing"):
        do_apart(fail, (), print, Event())


def test_a_process_that_vanishes_is_an_error_too() -> None:
    with pytest.raises(ApartError, match="ended with the code 7"):
        do_apart(vanish, (), print, Event())


def test_what_is_given_up_ends_at_once_with_its_process() -> None:
    given_up, begun = Event(), [0.0]
    processes: list[int] = []

    def tell(report: object) -> None:
        assert isinstance(report, int)
        processes.append(report)
        given_up.set()
        begun[0] = perf_counter()

    with pytest.raises(CancelledError):
        do_apart(sleep_long, (), tell, given_up)
    assert perf_counter() - begun[0] < 1.0
    with pytest.raises(ProcessLookupError):
        os.kill(processes[0], 0)


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("count", [1, 2])
def test_matrices_use_as_many_threads_as_where_it_was_begun(count: int) -> None:
    use_threads(count)
    assert do_apart(count_threads, (), print, Event()) == threads_in_use() == count
