"""Reports as files: one page that needs nothing else, pages for print, and the way to them from the window."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import hands
import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage, QPainter
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.experiment import Experiment
from engine.reporting.report import report_of
from engine.reporting.wording import measure
from engine.trainer import Trainer
from gui.export import as_svg
from gui.report import charts, writing
from gui.report.charts import Chart, Series, paint_chart
from gui.report.pictures import pictures_of
from gui.report.reporting import reporting_of
from gui.report.writing import snapshot_of, write_report
from gui.theme import THEMES, colours, painted_in
from gui.window import Window

UNPAINTED = True
PATIENCE_MS = 40_000
EVIL = ("<script>alert(1)</script>", "a\"b'c&d", "}} {{ 7 * 7 }}")
# Elements of HTML that have no end.
VOID = {"meta", "img", "source", "br", "link", "input"}


def run(experiment: Experiment | None = None, data: Dataset | None = None, epochs: int = 3) -> Checkpoint:
    """An instant of a short run."""
    trainer = Trainer(experiment or Experiment(), data)
    trainer.run(epochs=epochs)
    return trainer.checkpoint()


def evil() -> Checkpoint:
    """A run with names that a page must not take for its own."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 2)), np.arange(60) % 3
    names = ('<img src=x onerror="alert(2)">', "b & c")
    return run(data=Dataset.from_arrays(x, y, names=names, classes=EVIL, test_fraction=0.3))


@pytest.fixture
def page(qapp: object, tmp_path: Path) -> Callable[[Checkpoint], str]:
    """The report of an instant as a page."""

    def make(point: Checkpoint) -> str:
        write_report(point, tmp_path / "report.html")
        return (tmp_path / "report.html").read_text("utf-8")

    return make


class Reader(HTMLParser):
    """Reads a page and complains about elements that are not closed where they should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data.strip())

    @property
    def pictures(self) -> list[bytes]:
        """All pictures in the page."""
        addresses = [given.get("src") or given.get("srcset", "") for tag, given in self.elements if tag in VOID]
        return [b64decode(each.removeprefix("data:image/svg+xml;base64,")) for each in addresses if each]


# -- the page ----------------------------------------------------------------------------------------


def test_the_page_has_the_numbers_of_the_run(page: Callable[[Checkpoint], str]) -> None:
    trainer = Trainer(Experiment())
    trainer.run(epochs=3)
    words = Reader(page(trainer.checkpoint())).words
    for part in ("train", "test"):
        for value in trainer.evaluate(part).values():
            assert measure(value) in words
    assert f"{trainer.network.plan.parameters:,}" in words


def test_the_page_loads_nothing_from_anywhere_and_runs_nothing(page: Callable[[Checkpoint], str]) -> None:
    text = page(run())
    reader = Reader(text)
    assert re.findall(r"https?:|//[a-z]|url\(|@import", re.sub(r"base64,[^\"]+", "", text)) == []
    assert {tag for tag, _ in reader.elements} & {"script", "link", "iframe", "object", "embed", "base"} == set()
    for picture in reader.pictures:
        found = set(re.findall(rb"(?:href|src)=\"([^\"]{0,30})|url\(([^)]*)", picture))
        assert {address[:22] for address, _ in found} <= {b"data:image/png;base64,"}
        assert set(re.findall(rb"https?://[^\"\s<]+", picture)) <= {
            b"http://www.w3.org/2000/svg", b"http://www.w3.org/1999/xlink",
        }  # fmt: skip


def test_every_picture_is_there_light_and_dark_with_words(page: Callable[[Checkpoint], str]) -> None:
    reader = Reader(page(run()))
    images = [given for tag, given in reader.elements if tag == "img"]
    sources = [given for tag, given in reader.elements if tag == "source"]
    assert (len(images), len(sources)) == (5, 5)
    assert all(given["alt"] for given in images)
    assert all(given["media"] == "screen and (prefers-color-scheme: dark)" for given in sources)
    for picture in reader.pictures:
        ElementTree.fromstring(picture)
    assert all(light["src"] != dark["srcset"] for light, dark in zip(images, sources, strict=True))


def test_names_are_words_and_nothing_else(page: Callable[[Checkpoint], str]) -> None:
    reader = Reader(page(evil()))
    assert {tag for tag, _ in reader.elements} & {"script"} == set()
    assert len([tag for tag, _ in reader.elements if tag == "img"]) == 5
    assert not any("onerror" in given for _, given in reader.elements)
    for name in EVIL:
        assert name in reader.words
    for picture in reader.pictures:
        root = ElementTree.fromstring(picture)
        assert not [each for each in root.iter() if str(each.tag).endswith("script")]


def test_the_colours_of_the_page_are_those_of_the_window(page: Callable[[Checkpoint], str]) -> None:
    text = page(run())
    for theme in THEMES.values():
        assert f"--text: {theme.text};" in text
        assert f"--surface: {theme.surface};" in text


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ({"source": "iris"}, {"diagram", "loss", "magnitudes", "answers", "map"}),
        ({"source": "wine"}, {"diagram", "loss", "magnitudes", "answers"}),
        ({"source": "sine"}, {"diagram", "loss", "magnitudes", "answers", "map"}),
        ({"source": "diabetes"}, {"diagram", "loss", "magnitudes", "answers"}),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_there_are_the_pictures_that_suit_the_data(data: dict[str, object], keys: set[str]) -> None:
    point = run(Experiment.model_validate({"data": data}))
    assert set(pictures_of(snapshot_of(point))) == keys


@pytest.mark.usefixtures("qapp")
def test_a_run_of_no_step_and_one_without_rows_have_reports(tmp_path: Path) -> None:
    drawn = {"source": "drawn", "points": {"points": [], "classes": 2}}
    for data in ({"source": "iris"}, drawn):
        point = Trainer(Experiment.model_validate({"data": data})).checkpoint()
        for kind in ("html", "pdf"):
            write_report(point, tmp_path / f"empty.{kind}")
            assert (tmp_path / f"empty.{kind}").stat().st_size > 5_000


# -- pages for print ---------------------------------------------------------------------------------


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.usefixtures("qapp")
def test_the_pages_for_print_are_a_pdf_with_as_many_pages_as_it_says(tmp_path: Path) -> None:
    write_report(run(), tmp_path / "report.pdf")
    pdf = (tmp_path / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert re.findall(rb"/Count (\d+)", pdf) == [b"%d" % pages_in(pdf)]
    assert 3 <= pages_in(pdf) <= 5


@pytest.mark.usefixtures("qapp")
def test_many_columns_and_classes_go_over_several_pages(tmp_path: Path) -> None:
    write_report(run(Experiment.model_validate({"data": {"source": "digits"}}), epochs=1), tmp_path / "report.pdf")
    assert pages_in((tmp_path / "report.pdf").read_bytes()) >= 4


class Paper:
    """Pages as pictures, on which nothing may be painted outside the margins."""

    def __init__(self) -> None:
        self.images: list[QImage] = []
        self.painter = QPainter()
        self.turn()

    def turn(self) -> None:
        """The next page."""
        if self.painter.isActive():
            self.painter.end()
        image = QImage(794, 1123, QImage.Format.Format_Grayscale8)
        image.fill(255)
        self.images.append(image)
        self.painter.begin(image)

    def pixels(self) -> list[np.ndarray]:
        """The pages as numbers, (height, width), 255 for white."""
        self.painter.end()
        return [
            np.frombuffer(image.constBits(), np.uint8).reshape(1123, image.bytesPerLine())[:, :794]
            for image in self.images
        ]


def long() -> Checkpoint:
    """A run with names that no line has room for, with and without spaces."""
    rng = np.random.default_rng(0)
    names = ("a very long name of a column " * 9, "x" * 300)
    classes = ("one of two classes with a long name " * 5, "y" * 200)
    data = Dataset.from_arrays(rng.normal(size=(60, 2)), np.arange(60) % 2, names=names, classes=classes)
    return run(data=data)


@pytest.mark.parametrize(
    "make", [run, evil, long, lambda: run(Experiment.model_validate({"data": {"source": "digits"}}))]
)
@pytest.mark.usefixtures("qapp")
def test_nothing_leaves_the_margins_of_a_page(make: Callable[[], Checkpoint]) -> None:
    from gui.report import pages

    point, paper = make(), Paper()
    with painted_in("light"):
        laid = pages.Pages(paper.painter, "foot", 9, paper.turn)
        pages.lay_out(laid, report_of(point), pictures_of(snapshot_of(point)))
    shots = paper.pixels()
    assert laid.number == len(shots)
    for shot in shots:
        assert (shot[:40] == 255).all()
        assert (shot[:, :50] == 255).all()
        assert (shot[:, -50:] == 255).all()
        assert (shot[-24:] == 255).all()
        # Between the last line and the foot there is air.
        assert (shot[-60:-50] == 255).all()


# -- charts ------------------------------------------------------------------------------------------


def painted(chart: Chart) -> np.ndarray:
    """A chart as numbers, (height, width, 3)."""
    image = QImage(348, 270, QImage.Format.Format_RGB888)
    image.fill(0xFFFFFFFF)
    with painted_in("light"), QPainter(image) as painter:
        paint_chart(painter, (348.0, 270.0), chart)
    return np.frombuffer(image.constBits(), np.uint8).reshape(270, -1)[:, : 3 * 348].reshape(270, 348, 3)


@pytest.mark.usefixtures("qapp")
def test_a_curve_goes_through_its_points() -> None:
    x = np.linspace(0, 100, 11)
    chart = Chart("step", "loss", (Series("a", x, 1.0 - x / 100, 0),))
    pixels = painted(chart).astype(int)
    blue = (pixels[..., 2] - pixels[..., 0]) > 100
    (left, right), (bottom, top) = chart.ranges()
    column = round(50 + (50 - left) / (right - left) * (348 - 64))
    row = round(270 - 40 - (0.5 - bottom) / (top - bottom) * (270 - 66))
    assert np.flatnonzero(blue[:, column]) == pytest.approx(row, abs=2)


@pytest.mark.usefixtures("qapp")
def test_a_gap_in_a_curve_stays_one_and_an_empty_chart_is_only_axes() -> None:
    x = np.arange(11.0)
    y = np.where((x > 3) & (x < 7), np.nan, 1.0)
    pixels = painted(Chart("x", "y", (Series("", x, y, 0),))).astype(int)
    blue = (pixels[..., 2] - pixels[..., 0]) > 100
    assert not blue[:, 185:200].any()
    assert blue[:, 80:100].any()
    painted(Chart("x", "y", (Series("", np.empty(0), np.empty(0), 0),)))


def test_pens_of_a_file_grow_with_the_drawing() -> None:
    assert not charts._pen(0).isCosmetic()
    assert charts._pen(-1).color().name() == colours().text.lower()


@pytest.mark.usefixtures("qapp")
def test_text_of_pictures_is_escaped() -> None:
    chart = Chart("<b>&", "y", (Series("<i>", np.arange(3.0), np.arange(3.0), 0),))
    svg = as_svg((348.0, 270.0), lambda painter: paint_chart(painter, (348.0, 270.0), chart), "<t>", "a & b")
    assert "<b>&" in {element.text for element in ElementTree.fromstring(svg).iter()}


# -- from the window ---------------------------------------------------------------------------------


def choose(window: Window, path: Path) -> None:
    """Gives the dialog for a file a name."""
    dialog = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    dialog.fileSelected.emit(str(path))
    dialog.close()


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_the_command_writes_the_report_of_this_instant_and_offers_to_open_it(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    hands.trigger(window, "file.report")
    choose(window, tmp_path / f"iris.{kind}")
    qtbot.waitUntil(lambda: window.banner.isVisible(), timeout=PATIENCE_MS)
    assert window.banner.label.text() == f"Written: {tmp_path / f'iris.{kind}'}"
    assert window.banner.property("tone") == "note"
    content = (tmp_path / f"iris.{kind}").read_bytes()
    assert content.startswith(b"<!DOCTYPE html>" if kind == "html" else b"%PDF-")
    window.banner.remedy.click()
    assert opened == [QUrl.fromLocalFile(str(tmp_path / f"iris.{kind}"))]
    assert window.document.experiment == Experiment()


def test_another_ending_is_refused_before_anything_is_done(window: Window, tmp_path: Path) -> None:
    hands.trigger(window, "file.report")
    choose(window, tmp_path / "iris.docx")
    assert window.banner.label.text() == "A report is written as .html or .pdf, not as 'iris.docx'."


def test_a_folder_that_is_not_there_is_said(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    reporting_of(window).write(tmp_path / "nowhere" / "iris.html")
    qtbot.waitUntil(lambda: window.banner.isVisible(), timeout=PATIENCE_MS)
    assert window.banner.label.text().endswith("iris.html could not be written: there is no such folder.")
    assert window.banner.property("tone") == "warning"


def test_what_the_file_held_stays_where_a_report_cannot_be_made(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    point = run()
    broken = replace(point, state={name: part for name, part in point.state.items() if name != "optimizer"})
    with pytest.raises(KeyError):
        writing.write_report(broken, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_closed_window_leaves_no_work_behind(open_window: Callable[..., Window], tmp_path: Path) -> None:
    window = open_window()
    reporting = reporting_of(window)
    reporting.write(tmp_path / "iris.html")
    window.training.wait_idle()
    window.close()
    assert not reporting._errand.busy
