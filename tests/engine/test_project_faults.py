"""Files that are damaged or hostile: each is refused in one clear sentence, at once, and takes hardly any memory."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pytest

from engine import Dense, Experiment, Project, ProjectError, TooLargeError, Trainer
from engine import load_project as load
from engine import save_project as save
from engine.data.opened import forget, held
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec
from tests.engine.test_project import rewritten

MOST_SECONDS = 1.0
MOST_BYTES = 64_000_000
TABLE = TableSpec(text="a,b,c\n" + "".join(f"{i % 7},{'xyz'[i % 3]},{'yn'[i % 2]}\n" for i in range(60)))
GOOD = Experiment(data=DataSpec(source="table", table=TABLE)).with_layers((Dense(units=4),))

Tensors = dict[str, Any]
Words = dict[str, str]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run on a table, with everything that a file can hold."""
    experiment = GOOD.with_value("training.early_stopping.patience", 9)
    trainer = Trainer(experiment)
    trainer.train(steps=20)
    path = tmp_path_factory.mktemp("good") / "a.glassbox"
    trainer.save(path)
    return path


@pytest.fixture
def copy(good: Path, tmp_path: Path) -> Path:
    """A copy of it that can be spoilt."""
    return Path(shutil.copy(good, tmp_path / "a.glassbox"))


def refused(path: Path) -> str:
    """What is said of a file that cannot be used; it is said at once."""
    begun = process_time()  # other programs may be at work
    with pytest.raises((ProjectError, TooLargeError)) as refusal:
        load(path)
    assert process_time() - begun <= MOST_SECONDS
    said = str(refusal.value)
    assert "\n" not in said
    assert len(said) <= 400
    return said


def taken(path: Path) -> int:
    """The memory that it takes to refuse a file, in bytes."""
    tracemalloc.start()
    try:
        with pytest.raises((ProjectError, TooLargeError)):
            load(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# -- damage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", range(100))
def test_a_file_cut_short_anywhere_is_damaged(copy: Path, percent: int) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) * percent // 100])
    assert refused(copy) == "a.glassbox is not a Glassbox project, or it is damaged"


@pytest.mark.parametrize("percent", range(100))
def test_a_bit_that_has_turned_anywhere_is_noticed(copy: Path, percent: int) -> None:
    content = bytearray(copy.read_bytes())
    for bit in range(8):
        place = len(content) * percent // 100
        content[place] ^= 1 << bit
        copy.write_bytes(content)
        said = refused(copy)
        assert said.startswith("a.glassbox ")
        content[place] ^= 1 << bit
    copy.write_bytes(content)
    assert load(copy).checkpoint is not None


def test_every_bit_of_the_numbers_counts(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    begin = 8 + int.from_bytes(content[:8], "little")
    for place in range(begin, len(content), 97):
        content[place] ^= 1
        copy.write_bytes(content)
        assert refused(copy) == "a.glassbox is damaged: its content is not what was written"
        content[place] ^= 1


def test_what_is_in_use_is_left_as_it_is_by_a_file_that_is_refused(copy: Path) -> None:
    forget()
    rewritten(copy, lambda t, w: t["run.order"].fill(0))
    refused(copy)
    assert held(TABLE) is None


# -- lies ----------------------------------------------------------------------------------------------


def edit(part: str, path: str, value: Any) -> Callable[[Tensors, Words], None]:
    """Another value in the words of a part, by its path."""

    def change(tensors: Tensors, words: Words) -> None:
        whole = json.loads(words[part])
        inner: Any = whole
        *way, last = path.split(".")
        for step in way:
            inner = inner[int(step) if step.isdigit() else step]
        inner[int(last) if last.isdigit() else last] = value
        words[part] = json.dumps(whole)

    return change


def tensor(name: str, value: Callable[[Any], Any]) -> Callable[[Tensors, Words], None]:
    """Another tensor in place of one."""
    return lambda tensors, words: tensors.update({name: value(tensors[name])})


def put(name: str, place: Any, value: Any) -> Callable[[Tensors, Words], None]:
    """Another number in a tensor."""

    def change(tensors: Tensors, words: Words) -> None:
        tensors[name][place] = value

    return change


def word(name: str, text: str | Callable[[str], str]) -> Callable[[Tensors, Words], None]:
    """Other words."""
    return lambda tensors, words: words.update({name: text if isinstance(text, str) else text(words[name])})


def wide_network(tensors: Tensors, words: Words) -> None:
    """Sixty-four layers of 4,096 units: 10⁹ weights."""
    edit("experiment", "network.layers", [{"kind": "dense", "units": 4096}] * 64)(tensors, words)


LIES: dict[str, tuple[Callable[[Tensors, Words], object], str]] = {
    "weights of another shape": (tensor("layers.0.weight", lambda w: w[:, :2].copy()), "layers.0.weight has the shape"),
    "weights that are missing": (lambda t, w: t.pop("layers.0.bias"), "layers.0.bias is missing"),
    "weights of whole numbers": (tensor("layers.0.bias", lambda b: b.astype("i4")), "made of int32"),
    "an unknown tensor": (lambda t, w: t.update(evil=np.zeros(3, "f4")), "nothing is known of 'evil'"),
    "an unknown word": (lambda t, w: w.update(evil="1"), "it says something of itself that is not known"),
    "a run without its data": (lambda t, w: w.pop("data"), "it says something of itself that is not known"),
    "an unknown setting": (edit("experiment", "network.evil", 1), "there is no setting called network.evil"),
    "an unknown activation": (
        edit("experiment", "network.layers.0.activation", "os.system"), "activation must be one of",
    ),
    "a bound that is no number": (
        word("experiment", lambda w: w.replace('"learning_rate":0.01', '"learning_rate":NaN')), "NaN stands where",
    ),
    "10⁹ units": (edit("experiment", "network.layers.0.units", 10**9), "units must be between 1 and 4096"),
    "10⁹ weights": (wide_network, ""),
    "a million layers": (
        edit("experiment", "network.layers", [{}] * 100_000), "network.layers",
    ),
    "deep nesting": (word("experiment", '{"a":' * 60_000 + "1" + "}" * 60_000), "is no JSON"),
    "deep nesting of lists": (word("run", "[" * 100_000), "is no JSON"),
    "a name that is there twice": (word("experiment", '{"data":{},"data":{}}'), "'data' is there twice"),
    "a hundred thousand unknown settings": (
        word("experiment", lambda w: json.dumps({f"a{i}": 1 for i in range(100_000)})), "nothing in it is as it",
    ),
    "a million numbers": (word("experiment", "[" + "1," * 950_000 + "1]"), "should be a valid dictionary"),
    "a hundred thousand names and one twice": (
        word("experiment", "{" + ",".join(f'"a{i}":1' for i in range(100_000)) + ',"a7":2}'), "'a7' is there twice",
    ),
    "a name of several lines": (word("experiment", '{"a\\nb\\n\\nc": 1}'), "there is no setting called a b c"),
    "negative steps": (edit("run", "step", -1), "step: input should be greater than or equal to 0"),
    "a position behind the end": (edit("run", "batches.cursor", 10**9), "goes on behind the last row"),
    "another bit generator": (edit("run", "noise.bit_generator", "MT19937"), "noise.bit_generator"),
    "a generator beyond its bits": (edit("run", "noise.state.state", 2**130), "noise.state.state"),
    "an order that has rows twice": (tensor("run.order", np.zeros_like), "does not have every row once"),
    "an order with a row that is not there": (put("run.order", 0, 10**12), "does not have every row once"),
    "an order of other rows": (tensor("run.order", lambda o: o[:-1]), "run.order has the shape"),
    "a history of another network": (
        edit("run", "history.2", "hidden 9.norm"), "its history is not one of this network",
    ),
    "a history that goes back": (put("run.history", (-1, 0), -5.0), "its history is not one of this network"),
    "a change of no kind": (edit("run", "lineage.events", [{"step": 3}]), "recorded in a way that cannot be read"),
    "a change of an unknown kind": (
        edit("run", "lineage.events", [{"step": 3, "kind": "exec"}]), "no change of the kind 'exec'",
    ),
    "losses in buckets of no width": (edit("run", "losses_width", 0), "losses_width"),
    "losses that contradict themselves": (edit("run", "losses_width", 3), "its batches contradict themselves"),
    "the best weights of another network": (
        tensor("run.best.parameters", lambda p: p[1:].copy()), "run.best.parameters has the shape",
    ),
    "rows of data below zero": (edit("data", "train", -3), "train: input should be greater"),
    "more rows than there are": (edit("data", "train", 10**7), "has the shape"),
    "rows that the table does not have": (put("data.rows_train", 0, 10**15), "rows that its table does not have"),
    "rows before the first": (put("data.rows_train", 0, -1), "rows that its table does not have"),
    "a class that there is not": (put("data.y_train", 0, 7), "a class that is none of the 2 there are"),
    "inputs that are no numbers": (put("data.x_train", (0, 0), np.nan), "its data are not made of finite numbers"),
    "an unknown source": (edit("data", "source", "../../etc"), "no source of data called"),
    "a value without a label": (put("table.codes", (0, 0), 99), "has values without a label"),
    "labels that go back": (put("table.label_ends", 0, 10**9), "the labels of its table contradict themselves"),
    "labels that are no text": (put("table.labels", 0, 255), "a label of its table is no text"),
    "more labels than there are": (edit("data", "tables.0.columns.1.labels", 10**6), "table.label_ends has the shape"),
    "columns of one name": (edit("data", "tables.0.columns.1.name", "a"), "two columns of the same name"),
    "three tables": (
        lambda t, w: edit("data", "tables", [{"origin": "", "digest": "", "rows": 1}] * 3)(t, w), "tables",
    ),
    "fewer classes than answers": (edit("preparation", "target.classes", ["y", "n", "?"]), "contradicts itself"),
    "a label too few": (edit("preparation", "columns.1.labels", ["x"]), "contradicts itself"),
    "a scale of nothing": (edit("preparation", "factor.0", 0.0), "contradicts itself"),
    "data that are elsewhere, of a description that is not": (
        lambda t, w: [edit("data", "kept", False)(t, w), [t.pop(n) for n in list(t) if n.startswith(("data", "table"))],
                      edit("experiment", "data", {"source": "iris"})(t, w)],
        "does not say where they are",
    ),
    "a newer format": (word("format", "3"), "written by a newer Glassbox (format 3)"),
    "format zero": (word("format", "0"), "it says something of itself that is not known"),
    "a format that is no number": (word("format", "²"), "describes no experiment"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_told_in_one_sentence(copy: Path, lie: str) -> None:
    change, words = LIES[lie]
    said = refused(rewritten(copy, change))
    assert words in said
    assert said.startswith("a.glassbox ") or lie == "10⁹ weights"
    assert taken(copy) <= MOST_BYTES


@pytest.mark.parametrize("lie", ["10⁹ units", "10⁹ weights"])
def test_a_network_beyond_all_bounds_is_refused_before_anything_is_allocated(copy: Path, lie: str) -> None:
    rewritten(copy, LIES[lie][0])
    seconds = []
    for _ in range(5):
        begun = perf_counter()
        with pytest.raises((ProjectError, TooLargeError)):
            load(copy)
        seconds.append(perf_counter() - begun)
    assert min(seconds) <= 0.05
    assert taken(copy) < 2_000_000


# -- other files ---------------------------------------------------------------------------------------


def header(described: Any, behind: bytes = b"") -> bytes:
    """A file with this header."""
    letters = described if isinstance(described, bytes) else json.dumps(described).encode()
    return len(letters).to_bytes(8, "little") + letters + behind


def packed() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("weights.npy", b"\x00" * 100)
    return archive.getvalue()


def entry(shape: list[Any], end: int, dtype: Any = "F32", start: int = 0) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


OTHERS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "zeros": lambda: bytes(4096),
    "a table": lambda: b"a,b\n1,2\n" * 500,
    "a pickle": lambda: pickle.dumps({"weights": [1.0] * 100}),
    "a ZIP archive": packed,
    "a header longer than the file": lambda: (2**40).to_bytes(8, "little") + b"{}",
    "a header of all the memory": lambda: (2**63).to_bytes(8, "little") + b"{}",
    "a header of 20 MB": lambda: header(b"{" + b" " * 20_000_000 + b"}"),
    "two million names": lambda: header(b"{" + b",".join(b'"%d":{}' % i for i in range(1_000_000)) + b"}"),
    "a million names that look like text": lambda: header(
        b"{" + b",".join(b'"%d\\\\":{}' % i for i in range(1_000_000)) + b"}"
    ),
    "a header of lists": lambda: header(b'{"a":[' + b"[]," * 4_000_000 + b"[]]}"),
    "ten million numbers": lambda: header({"__metadata__": {"format": "2", "experiment": "1," * 7_000_000}}),
    "a header that is deep": lambda: header(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "a header that is a list": lambda: header(b"[]"),
    "a header that is no text": lambda: header(b"{" + b"\xff" * 100),
    "words that are none": lambda: header({"__metadata__": {"format": 2}}),
    "words that are a list": lambda: header({"__metadata__": ["format"]}),
    "no experiment": lambda: header({"__metadata__": {"format": "2"}}),
    "tensors that overlap": lambda: header({"a": entry([4], 16), "b": entry([4], 20, start=4)}, bytes(20)),
    "tensors with a gap": lambda: header({"a": entry([1], 4), "b": entry([1], 12, start=8)}, bytes(12)),
    "a tensor beyond the end": lambda: header({"a": entry([1000], 4000)}, bytes(16)),
    "a shape that lies": lambda: header({"a": entry([2**40, 2**40], 16)}, bytes(16)),
    "a shape below zero": lambda: header({"a": entry([-2, -2], 16)}, bytes(16)),
    "a shape that is no number": lambda: header({"a": entry([True], 4)}, bytes(4)),
    "a shape of a fraction": lambda: header({"a": entry([1.0], 4)}, bytes(4)),
    "an unknown kind of number": lambda: header({"a": entry([4], 16, dtype="Q99")}, bytes(16)),
    "a kind that is a list": lambda: header({"a": entry([4], 16, dtype=["F32"])}, bytes(16)),
    "numbers behind the end": lambda: header({"a": entry([1], 4)}, bytes(400)),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_no_project_is_refused(tmp_path: Path, other: str) -> None:
    path = tmp_path / "a.glassbox"
    path.write_bytes(OTHERS[other]())
    said = refused(path)
    assert said.startswith("a.glassbox ")
    assert taken(path) <= MOST_BYTES
    assert ("is not a Glassbox project" in said) or ("too long to be true" in said) or ("is no JSON" in said)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among the files here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.glassbox")
    assert "is not a Glassbox project" in refused(tmp_path / "a.glassbox")


def test_a_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        load(tmp_path)


def test_a_project_that_says_too_much_of_itself_is_not_written(tmp_path: Path) -> None:
    pairs = tuple((i % 4096, i // 4096) for i in range(700_000))
    experiment = GOOD.with_layers((Dense(units=4096), Dense(units=4096)))
    layers = (experiment.network.layers[0], experiment.network.layers[1].model_copy(update={"pruned_weights": pairs}))
    small = Trainer(GOOD)
    project = Project.of(small.checkpoint())
    long = experiment.model_copy(update={"network": experiment.network.model_copy(update={"layers": layers})})
    with pytest.raises(ProjectError, match=r"^a.glassbox cannot be written"):
        save(tmp_path / "a.glassbox", Project(long, project.preparation, project.network))
    assert list(tmp_path.iterdir()) == []
