"""The letters of a file of text, checked and written in one way."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from engine.data.detection import LONGEST_LINE
from engine.data.table import DataError

_BLOCK = 1_000_000


class Text:
    """A file as the parser reads it: UTF-8 with ``\\n`` between lines, and comments emptied.

    ``read`` raises ``DataError`` for what cannot be a table, and ``UnicodeDecodeError`` for another encoding.
    """

    def __init__(self, file: IO[bytes], codec: str, comment: str, origin: str, delimiter: str = "") -> None:
        self._file = file
        # What may stand before a quote that opens a field; elsewhere a quote is a letter like others.
        self._outside = {b"", b"\n", delimiter.encode()} if delimiter else set()
        self._lines, self._quoted_from, self._quoted = 0, 0, -1
        file.seek(0)
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._ascii_is_itself = not codec.startswith("utf-16") and codec != "utf-8-sig"
        self._comment = re.compile(rb"(?m)^" + re.escape(comment.encode()) + rb".*$") if comment else None
        self._rest, self._open, self._ended = b"", 0, False
        self._back: deque[bytes] = deque()
        self.origin = origin

    @property
    def ended(self) -> bool:
        """Whether everything has been read."""
        return self._ended and not self._back and not self._rest

    def put_back(self, blocks: Sequence[bytes]) -> None:
        """What was read, or may as well have been, comes again before everything else."""
        self._back.extendleft(block for block in reversed(blocks) if block)

    def read(self, _size: int = -1) -> bytes:
        """The next letters in UTF-8, nothing at the end; whole lines where there are comments."""
        if self._back:
            return self._back.popleft()
        block = self._rest + self._next_block()
        cut = block.rfind(b"\n") + 1
        self._open = len(block) - cut if cut or self._comment else self._open + len(block)
        if self._open > LONGEST_LINE:
            raise DataError(
                f"a line of {self.origin} is longer than {LONGEST_LINE:,} letters; check where its lines end"
            )
        if self._outside:
            self._refuse_endless_quote(block)
        if self._comment is None:
            return block
        if not self._ended:
            block, self._rest = block[:cut], block[cut:]
            return self._comment.sub(b"", block) if block else self.read()
        self._rest = b""
        return self._comment.sub(b"", block)

    def _refuse_endless_quote(self, block: bytes) -> None:
        """A field in quotes may hold line ends, but where they go on for ever the closing quote was forgotten."""
        last = block.rfind(b'"')
        if last >= 0:
            opens = block[max(last - 100, 0) : last].rstrip(b" ")[-1:] in self._outside
            self._quoted_from = self._lines + _line_ends(block[:last]) + 1
            self._quoted = len(block) - last if opens else -1
        elif self._quoted >= 0:
            self._quoted += len(block)
        self._lines += _line_ends(block)
        if self._quoted > LONGEST_LINE:
            raise DataError(
                f'line {self._quoted_from:,} of {self.origin} has a quote (") that is not closed within '
                f"{LONGEST_LINE:,} letters; close it or take it out"
            )

    def _next_block(self) -> bytes:
        """The next letters in UTF-8, checked; no line end is cut in two."""
        block = self._file.read(_BLOCK)
        if block.endswith(b"\r"):
            block += self._file.read(1)
        self._ended = not block
        plain = self._ascii_is_itself and block.isascii() and not self._decoder.getstate()[0]
        if not plain:
            block = self._decoder.decode(block, final=self._ended).encode("utf-8")
        if b"\0" in block:
            raise DataError(f"{self.origin} holds zero bytes, so it is not a table of text")
        return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block

    def __iter__(self) -> Iterator[str]:
        """Line by line, which makes it a file to the parser."""
        rest = b""
        while block := self.read():
            *lines, rest = (rest + block).split(b"\n")
            yield from (line.decode("utf-8") + "\n" for line in lines)
        if rest:
            yield rest.decode("utf-8")


def _line_ends(letters: bytes) -> int:
    """How many lines end; several times as fast as ``letters.count``."""
    return int(np.count_nonzero(np.frombuffer(letters, np.uint8) == ord("\n")))
