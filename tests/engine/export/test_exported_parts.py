"""What is copied into exported files means what the engine means by it; nothing of a registry is forgotten."""

from __future__ import annotations

import gc
import inspect
import sys
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.activations import ACTIVATIONS
from engine.data.converting import MISSING, UNSEEN, as_dates, as_numbers, as_places
from engine.data.derived import TRANSFORMS
from engine.data.preparation import dates_in_parts
from engine.data.raw import RawTable
from engine.data.scaling import SCALES
from engine.data.table_spec import DATE_PARTS
from engine.data.typed import MISSING_MARKERS, named, typed_column
from engine.export import csv_parts, description, numpy_parts, parts, source
from engine.layers import LAYERS, Dense

BOUNDED = settings(deadline=None, max_examples=150, derandomize=True)
SPELLED = st.sampled_from(
    [
        "",
        " 1",
        "1,5",
        "1.5",
        "1,234.5",
        "1_0",
        "inf",
        "-inf",
        "nan",
        "1e3",
        "1.0",
        "01",
        "x",
        "yes",
        "Ja",
        "NO",
        "0",
        "1",
    ]
)
NUMBER = st.one_of(st.just(-0.0), st.floats(width=32), st.integers(-9, 9))
WORD = st.one_of(SPELLED, st.text(max_size=3))
VALUE = st.one_of(st.none(), NUMBER, WORD)
DATE = st.sampled_from(
    [
        "2024-01-31", "31.1.2024", "1/31/2024", "31/1/2024", "1/2/2024", "13/13/2024", "1.2.68", "1.2.69", "29.2.2023",
        "2024-01-31 12:30", "2024-01-31T12:30:05Z", "2024-01-31 12:30:05.5+02:00", "2024-01-31 1:00 -0130",
        " 2024/2/3 ",
        "1969-12-31 23:59", "soon", "1-2-2024",
    ]
)  # fmt: skip


def lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.one_of(st.none(), values), max_size=6)


def column(values: list[Any]) -> Any:
    return RawTable.from_rows(["it"], [{"it": value} for value in values]).columns[0]


@BOUNDED
@given(st.lists(VALUE, max_size=6))
def test_numbers_are_read_alike(values: list[Any]) -> None:
    assert np.array_equal(parts.numbers(values), as_numbers(column(values)), equal_nan=True)


@BOUNDED
@given(st.lists(st.one_of(st.none(), DATE, NUMBER), max_size=5))
def test_dates_are_read_alike(values: list[Any]) -> None:
    assert np.array_equal(parts.dates(values), as_dates(column(values)), equal_nan=True)


LABELS = [("a", "b", "c"), ("1", "2", "3.5"), ("0", "1"), ("no", "yes"), ("nein", "x"), ("False", "True"), ("1", "old")]
LABELS += [("01", "1", "1.0"), ("1000", "1e3"), ("no", "1"), ("-0", "x")]


@pytest.mark.parametrize("labels", LABELS)
@BOUNDED
@given(values=st.one_of(lists(NUMBER), lists(st.one_of(NUMBER, WORD, st.sampled_from(sum(LABELS, ()))))))
def test_categories_are_read_alike(labels: tuple[str, ...], values: list[Any]) -> None:
    wanted = as_places(column(values), labels).astype(np.float64)
    wanted[wanted == MISSING], wanted[wanted == UNSEEN] = np.nan, parts.UNSEEN
    meaning = getattr(parts, description.meaning(labels), str)
    assert np.array_equal(parts.places(values, labels, meaning), wanted, equal_nan=True)


@BOUNDED
@given(st.lists(st.floats(-3e9, 5e9), min_size=1, max_size=8))
def test_parts_of_dates_are_alike(seconds: list[float]) -> None:
    keys = [key for key, _ in DATE_PARTS]
    found = [getattr(parts, description.DATE_PARTS[key])(np.array(seconds)) for key in keys]
    assert np.array_equal(np.stack(found, axis=1), dates_in_parts(np.array(seconds), keys))


@pytest.mark.parametrize("part", ACTIVATIONS, ids=lambda part: part.key)
def test_an_activation_is_the_same_formula(part: Any) -> None:
    z = np.concatenate([np.linspace(-8, 8, 161), [-1e4, -100, 100, 1e4]]).astype(np.float32).reshape(-1, 5)
    tuned = part.tune(0.3) if part.tune else part
    written = numpy_parts.FORMULAS[part.key].format(z="z", setting=0.3)
    name, _, arguments = written.partition("(")
    function = getattr(numpy_parts, name.removeprefix("np."), getattr(np, name.removeprefix("np."), None))
    found = z if written == "z" else function(z, *([0.3] if "0.3" in arguments else []))
    assert found.dtype == np.float32
    assert found == pytest.approx(tuned.value(z.T, None).T, rel=2e-6, abs=1e-6)


def test_every_part_of_a_registry_is_written() -> None:
    assert set(numpy_parts.FORMULAS) == {part.key for part in ACTIVATIONS}
    assert set(numpy_parts.STAGES) == {kind for kind, cls in LAYERS.items() if cls is not Dense}
    assert set(description.TRANSFORMS) == {part.key for part in TRANSFORMS}
    assert set(description.DATE_PARTS) == {key for key, _ in DATE_PARTS}
    assert set(description.SCALE_WORDS) == {key for key, _ in SCALES}


def test_the_same_words_stand_for_no_value() -> None:
    assert csv_parts.NOTHING == MISSING_MARKERS


WRITTEN = st.sampled_from(
    ["1", "-2.5", "1,5", "1.234", "1,234", "1,234.5", "1.234,5", "1'234", "1 234", "1e3", "inf", "x", "2024-01-31", "."]
)


@BOUNDED
@given(st.lists(st.one_of(st.none(), WRITTEN), max_size=5), st.sampled_from(".,"))
def test_the_fields_of_a_file_are_typed_alike(words: list[str | None], decimal: str) -> None:
    kept = [None if word is None else csv_parts.from_field(word) for word in words]
    found, wanted = (
        csv_parts.typed(kept, decimal),
        typed_column("it", np.arange(len(words)), [w or "" for w in words], decimal),
    )
    if wanted.stored == "number":
        assert np.array_equal(np.array(found, np.float64), wanted.values, equal_nan=True)
    else:
        assert found == kept


@BOUNDED
@given(st.lists(st.sampled_from(["a", " a ", "a (2)", "a (3)", "", "column 2", "b  c", "b c"]), max_size=7))
def test_columns_have_the_names_that_the_program_gives(names: list[str]) -> None:
    assert csv_parts.named(names) == named(names)


@pytest.mark.parametrize("module", [parts, csv_parts, numpy_parts])
def test_what_is_copied_uses_nothing_of_the_program(module: Any) -> None:
    assert "engine" not in inspect.getsource(module).split('"""', 2)[2]


def test_texts_are_read_in_several_threads_at_once() -> None:
    # A callback of the collector lets other threads run in the middle of it, as may happen at any time.
    text, failed, before = "\n".join(f"def f{i}(x): return x + {i}" for i in range(300)), [], sys.getswitchinterval()
    gc.callbacks.append(slow := lambda *_: sum(range(1000)))
    sys.setswitchinterval(1e-5)

    def read() -> None:
        for _ in range(15):
            try:
                source._used(text)
            except SystemError as error:
                failed.append(error)

    threads = [Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(before)
    gc.callbacks.remove(slow)
    assert failed == []
