"""A text in pieces of whole lines, and threads that work on several of them at once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from engine.data.text import Text

_Thing = TypeVar("_Thing")
_Made = TypeVar("_Made")
# Letters of a piece: enough to be worth a thread's while, and few enough that progress is heard of often.
_SIZE = 16_000_000
_THREADS = min(4, os.cpu_count() or 1)


@contextmanager
def threads() -> Iterator[Executor]:
    """Threads that end with the block, at the latest after the piece that each is working on."""
    pool = ThreadPoolExecutor(_THREADS)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def made_in_order(pool: Executor, make: Callable[[_Thing], _Made], things: Iterable[_Thing]) -> Iterator[_Made]:
    """What is made of each thing, in their order; one more than there are threads is under way at most.

    The things are asked for in the thread of the caller. Raises what ``make`` and ``things`` raise.
    """
    under_way: deque[Future[_Made]] = deque()
    for thing in things:
        under_way.append(pool.submit(make, thing))
        if len(under_way) > _THREADS:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def shares(things: Sequence[_Thing]) -> list[Sequence[_Thing]]:
    """A share of the things for each thread."""
    return [things[thread::_THREADS] for thread in range(_THREADS)]


class Piece:
    """A part of a text as the parser reads it, block by block; what has been read is given up."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = deque(blocks)

    def read(self, _size: int = -1) -> bytes:
        """The next block, nothing at the end."""
        return self._blocks.popleft() if self._blocks else b""

    def __iter__(self) -> Iterator[bytes]:
        """Block by block, which makes it a file to the parser."""
        return iter(self.read, b"")


def plain_pieces(text: Text) -> Iterator[list[bytes]]:
    """Blocks that make up whole lines, which can be read apart as no field in quotes goes on over their ends.

    From the first ones with such quotes on, everything stays in the text, and so does a text of a single piece.
    """
    first = True
    while blocks := _whole_lines(text):
        if _have_quotes(blocks) or (first and text.ended):
            text.put_back(blocks)
            return
        yield blocks
        first = False


def _whole_lines(text: Text) -> list[bytes]:
    """The blocks of the next piece, none when the text has ended."""
    blocks: list[bytes] = []
    size = 0
    while block := text.read():
        size += len(block)
        end = block.rfind(b"\n") + 1 if size >= _SIZE else 0
        blocks.append(block[: end or None])
        if end:
            text.put_back([block[end:]])
            break
    return blocks


def _have_quotes(blocks: list[bytes]) -> bool:
    """Whether there are quotes, apart from names in quotes: some that end in the first line."""
    last = blocks[0].rfind(b'"') + 1
    named = b"\n" not in blocks[0][:last] and blocks[0].count(b'"', 0, last) % 2 == 0
    return not named or any(b'"' in block for block in blocks[1:])
