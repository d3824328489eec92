"""A text that several threads parse in pieces is the same table, with the same sentences, as one parsed in a row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import DataError
from engine.data import pieces, text, text_files
from engine.data.progress import CancelledError
from engine.data.raw import RawTable
from engine.data.reading import read_file

ROWS = range(1, 3001)


def lines(row: Callable[[int], str], names: str = "a,b") -> str:
    return "\n".join([names, *map(row, ROWS)]) + "\n"


NUMBERS = lines(lambda n: f"{n},{n / 7:.9g}")
WORDS = lines(lambda n: f"{n},word {n % 11}")
TABLES: dict[str, bytes] = {
    "numbers": NUMBERS.encode(),
    "no names": NUMBERS.partition("\n")[2].encode(),
    "no line end at the end": NUMBERS.encode()[:-1],
    "whole numbers, then others": lines(lambda n: f"{n},{n if n < 2000 else n / 7}").encode(),
    "words": WORDS.encode(),
    "a word among numbers late": lines(lambda n: f"{n},{'often' if n == 2900 else f'{n}.50'}").encode(),
    "yes and no late": lines(lambda n: f"{n},{n % 2 == 0 if n > 2000 else ''}").encode(),
    "comments": lines(lambda n: f"# {n}\n{n},{n / 7:.9g}", "# why\na,b").encode(),
    "line ends of Windows": NUMBERS.replace("\n", "\r\n").encode(),
    "UTF-16": WORDS.replace("word", "wört").encode("utf-16"),
    "cp1252": WORDS.replace("word", "wört").encode("cp1252"),
    "cp1252 only late": lines(lambda n: f"{n},{'wört' if n == 2900 else 'word'}").encode("cp1252"),
    "quotes from the middle on": lines(lambda n: f'{n},"{n % 7 * "one "}\n{n}"' if n > 1500 else f"{n},one").encode(),
    "names in quotes": lines(lambda n: f"{n},{n / 7:.9g}", '"a","b"').encode(),
    "blank lines": lines(lambda n: f"\n \n{n},{n / 7:.9g}\n\n").encode(),
    "short lines": lines(lambda n: f"{n}" if n % 3 == 0 else f"{n},{n}").encode(),
    "blanks between": lines(lambda n: f"  {n}   {n / 7:.9g} ", "a b").encode(),
    "decimal commas": lines(lambda n: f"{n};{n},5", "a;b").encode(),
    "one column": lines(lambda n: f"{n}", "a").encode(),
}
WRONG: dict[str, tuple[bytes, str]] = {
    "a line too long": (lines(lambda n: "1,2,3" if n == 2000 else "1,2").encode(), r"line 2,001 of .* has 3 fields"),
    "a late quote that is not closed": (
        lines(lambda n: '1,"2' if n == 2900 else "1,2").encode(),
        r"line 2,901 of .* a quote .* not closed",
    ),
    "zero bytes": (b"a,b\n" + b"1,2\n" * 70_000 + b"1,\0\n", r"holds zero bytes"),
    "a text too long": (lines(lambda n: "x,2" if n != 2900 else "x" * 1_000_001 + ",2").encode(), r"row 2,900, column"),
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of some hundred letters."""
    monkeypatch.setattr(text, "_BLOCK", 300)
    monkeypatch.setattr(pieces, "_SIZE", 1000)


@pytest.fixture
def parsed_apart(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many blocks each piece had that was parsed by a thread."""
    seen: list[int] = []

    class Seen(pieces.Piece):
        def __init__(self, blocks: list[bytes]) -> None:
            seen.append(len(blocks))
            super().__init__(blocks)

    monkeypatch.setattr(text_files, "Piece", Seen)
    return seen


def table_of(folder: Path, content: bytes, **more: Any) -> RawTable:
    path = folder / "table.csv"
    path.write_bytes(content)
    return read_file(path, **more)


def assert_same(one: RawTable, other: RawTable) -> None:
    assert one.found == other.found
    for left, right in zip(one.columns, other.columns, strict=True):
        assert (left.name, left.stored, left.labels) == (right.name, right.stored, right.labels)
        np.testing.assert_array_equal(left.values, right.values)
        assert left.values.dtype == right.values.dtype


@pytest.mark.parametrize("name", TABLES)
def test_pieces_make_the_same_table(
    name: str, tmp_path: Path, parsed_apart: list[int], request: pytest.FixtureRequest
) -> None:
    whole = table_of(tmp_path, TABLES[name])
    assert parsed_apart == []
    request.getfixturevalue("small")
    assert_same(table_of(tmp_path, TABLES[name]), whole)
    assert len(parsed_apart) > 5


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_piece_is_said_as_ever(name: str, tmp_path: Path, small: None) -> None:
    content, sentence = WRONG[name]
    with pytest.raises(DataError, match=sentence):
        table_of(tmp_path, content)


@pytest.mark.usefixtures("small")
def test_a_row_is_counted_from_the_beginning_where_lines_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "_COUNTED", 0)
    content, _ = WRONG["a late quote that is not closed"]
    with pytest.raises(DataError, match=r"row 2,900 of .* a quote .* not closed"):
        table_of(tmp_path, content)


@pytest.mark.parametrize("blanks", ["", "\n", " \n\n"])
def test_a_line_too_long_is_found_as_the_first_of_a_piece_too(
    blanks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Blocks of 100 lines: every piece begins with the same line of them.
    row = "1,2\n"
    for place in range(400, 403):
        monkeypatch.setattr(text, "_BLOCK", len(row) * 400)
        monkeypatch.setattr(pieces, "_SIZE", 1)
        content = row * place + blanks + "1,2,3\n" + row * 2000
        with pytest.raises(DataError, match=rf"line {place + 1 + blanks.count(chr(10)):,} of .* has 3 fields"):
            table_of(tmp_path, content.encode())


@pytest.mark.usefixtures("small")
def test_progress_rises_piece_by_piece(tmp_path: Path) -> None:
    for name in ("numbers", "quotes from the middle on", "comments", "UTF-16"):
        heard: list[tuple[float, int]] = []
        table_of(tmp_path, TABLES[name], progress=lambda share, rows, heard=heard: heard.append((share, rows)))
        assert len(heard) > 5
        assert heard == sorted(heard)
        assert heard[-1] == (1.0, len(ROWS))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["numbers", "quotes from the middle on"])
def test_no_thread_is_left_when_reading_is_given_up(name: str, tmp_path: Path, parsed_apart: list[int]) -> None:
    def stop(_share: float, rows: int) -> None:
        if rows > 300:
            raise CancelledError

    before = set(threading.enumerate())
    with pytest.raises(CancelledError):
        table_of(tmp_path, TABLES[name], progress=stop)
    assert set(threading.enumerate()) <= before
    # Only what was under way when it was given up, not the rest of the table.
    assert len(parsed_apart) < 15


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["numbers", "words"])
def test_no_thread_is_left_at_the_end_or_after_an_error(name: str, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    table_of(tmp_path, TABLES[name])
    with pytest.raises(DataError):
        table_of(tmp_path, TABLES[name] + b"1,2,3\n")
    assert set(threading.enumerate()) <= before


def test_few_things_are_under_way_at_once() -> None:
    asked: list[int] = []

    def things() -> Any:
        for thing in range(50):
            asked.append(thing)
            yield thing

    with pieces.threads() as pool:
        for count, made in enumerate(pieces.made_in_order(pool, lambda thing: 2 * thing, things())):
            assert made == 2 * count
            assert len(asked) <= count + pieces._THREADS + 1
