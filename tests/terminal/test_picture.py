"""``python main.py picture``: the real window in a PNG file, or a drawing of its network, without a screen."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gui.plots import catalogue
from gui.terminal.options import VIEWS as CHOICES

Glassbox = Callable[..., Any]
SVG = "{http://www.w3.org/2000/svg}"
LIVE = ("output", "loss", "magnitudes", *(kind.id for kind in catalogue.VIEWS))
VIEWS = ("window", "diagram", "network", "inspector", *LIVE)


def size_of(path: Path) -> tuple[int, int]:
    """Width and height that a PNG file says it has."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures of this file are written."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def alone(glassbox: Glassbox, folder: Path) -> Any:
    """What came of a picture that was taken in a process of its own."""
    return glassbox("picture", "--out", str(folder / "light.png"), "--size", "1440x900", "--epochs", "2")


def test_a_picture_has_the_size_that_was_asked_for(alone: Any, folder: Path) -> None:
    assert (alone.returncode, size_of(folder / "light.png")) == (0, (1440, 900))


def test_nothing_is_printed_on_standard_output(alone: Any) -> None:
    assert alone.stdout == ""


def test_only_words_for_people_are_on_standard_error(alone: Any, folder: Path) -> None:
    assert alone.stderr.splitlines() == [f"written: {folder / 'light.png'}"]


def test_a_dark_picture_has_the_size_that_was_asked_for(here: Glassbox, folder: Path) -> None:
    out = folder / "dark.png"
    done = here("picture", "--out", str(out), "--theme", "dark", "--size", "1280x800", "--untrained", "--data", "xor")
    assert (done.returncode, size_of(out)) == (0, (1280, 800))


def test_the_smallest_picture_has_the_size_that_was_asked_for(here: Glassbox, folder: Path) -> None:
    out = folder / "small.png"
    here("picture", "--out", str(out), "--size", "960x600", "--untrained", "--data", "xor")
    assert size_of(out) == (960, 600)


def test_a_size_that_the_window_cannot_have_is_refused_or_kept(here: Glassbox, folder: Path) -> None:
    out = folder / "tiny.png"
    done = here("picture", "--out", str(out), "--size", "320x200", "--untrained", "--data", "xor")
    assert (done.returncode, size_of(out) if out.exists() else None) in ((2, None), (0, (320, 200)))


def test_light_and_dark_are_different_pictures(here: Glassbox, folder: Path) -> None:
    pictures = []
    for theme in ("light", "dark"):
        out = folder / f"other-{theme}.png"
        here("picture", "--out", str(out), "--theme", theme, "--view", "network", "--untrained", "--data", "xor")
        pictures.append(out.read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("view", VIEWS[1:])
def test_every_view_has_a_picture_of_its_own(here: Glassbox, folder: Path, view: str) -> None:
    out = folder / f"{view}.png"
    done = here("picture", "--out", str(out), "--view", view, "--epochs", "2", "--data", "xor")
    width, height = size_of(out)
    assert (done.returncode, 150 < width < 1440, 150 < height < 900) == (0, True, True)


@pytest.mark.parametrize(("suffix", "begin"), [("svg", b"<?xml"), ("pdf", b"%PDF-"), ("png", b"\x89PNG")])
def test_the_network_is_drawn_in_the_format_of_the_suffix(
    here: Glassbox, folder: Path, suffix: str, begin: bytes
) -> None:
    out = folder / f"drawing.{suffix}"
    done = here("picture", "--view", "network", "--out", str(out), "--untrained", "--data", "xor")
    assert (done.returncode, done.stderr, out.read_bytes()[: len(begin)]) == (0, f"written: {out}\n", begin)


@pytest.mark.parametrize("view", LIVE)
@pytest.mark.parametrize(("suffix", "begin"), [("svg", b"<?xml"), ("pdf", b"%PDF-")])
def test_a_live_view_is_drawn_in_the_format_of_the_suffix(
    here: Glassbox, folder: Path, view: str, suffix: str, begin: bytes
) -> None:
    out = folder / f"{view}.{suffix}"
    done = here("picture", "--view", view, "--out", str(out), "--epochs", "2", "--data", "xor")
    assert (done.returncode, done.stderr, out.read_bytes()[: len(begin)]) == (0, f"written: {out}\n", begin)


@pytest.mark.parametrize(
    ("page", "name"),
    [("roc", "ROC"), ("Confusion matrix", "Confusion matrix"), ("precision-recall", "Precision–recall")],
)
def test_a_picture_of_the_output_is_of_the_page_that_is_named(
    here: Glassbox, folder: Path, page: str, name: str
) -> None:
    svg = folder / "page.svg"
    done = here("picture", "--view", "output", "--page", page, "--out", str(svg), "--epochs", "2", "--data", "xor")
    root = ElementTree.fromstring(svg.read_text())
    assert (done.returncode, root.findtext(f"{SVG}title")) == (0, f"Output · {name}")
    assert name in ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_the_map_of_numbers_is_called_map_too(here: Glassbox, folder: Path) -> None:
    svg = folder / "numbers.svg"
    here("picture", "--view", "output", "--page", "map", "--out", str(svg), "--epochs", "1", "--data", "plane")
    words = ["".join(text.itertext()) for text in ElementTree.fromstring(svg.read_text()).iter(f"{SVG}text")]
    assert ("Map" in words, "Prediction" in words) == (True, False)


def test_a_live_view_can_be_drawn_larger(here: Glassbox, folder: Path) -> None:
    sizes = []
    for zoom in ("1", "2"):
        out = folder / f"loss-{zoom}.png"
        here("picture", "--view", "loss", "--out", str(out), "--zoom", zoom, "--epochs", "2", "--data", "xor")
        sizes.append(size_of(out))
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])


def test_a_picture_can_be_of_every_live_view() -> None:
    assert set(LIVE) <= set(CHOICES)


def test_the_network_can_be_drawn_larger(here: Glassbox, folder: Path) -> None:
    sizes = []
    for zoom in ("1", "3"):
        out = folder / f"zoom-{zoom}.png"
        here("picture", "--view", "network", "--out", str(out), "--zoom", zoom, "--untrained", "--data", "xor")
        sizes.append(size_of(out))
    assert sizes[1] == (3 * sizes[0][0], 3 * sizes[0][1])


def test_the_network_can_be_drawn_on_nothing(here: Glassbox, folder: Path) -> None:
    out = folder / "clear.png"
    here("picture", "--view", "network", "--out", str(out), "--transparent", "--untrained", "--data", "xor")
    colour_type = out.read_bytes()[25]
    assert colour_type == 6  # red, green, blue and alpha


def drawn(here: Glassbox, out: Path, *options: str) -> bytes:
    """The bytes of an untrained network, drawn with some options."""
    done = here("picture", "--view", "network", "--out", str(out), "--untrained", "--size", "960x600", *options)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def test_nodes_and_edges_show_what_is_asked_for(here: Glassbox, folder: Path) -> None:
    svg = drawn(here, folder / "row.svg", "--nodes", "sample", "--edges", "contribution", "--row", "60").decode("utf-8")
    assert ("row 60 · versicolor" in svg, "contribution w·a" in svg) == (True, True)


def test_inputs_of_a_plane_go_by_name_or_by_number(here: Glassbox, folder: Path) -> None:
    planes = ("alcohol, proline", "1,13", "Alcohol , 13")
    files = [drawn(here, folder / f"{i}.svg", "--data", "wine", "--plane", p) for i, p in enumerate(planes)]
    assert (files[0] == files[1] == files[2], b"alcohol \xc3\x97 proline" in files[0]) == (True, True)


def test_the_unit_of_a_name_may_be_left_out_where_an_input_is_named(here: Glassbox, folder: Path) -> None:
    svg = drawn(here, folder / "petal.svg", "--plane", "petal width")
    assert "activation over petal width" in svg.decode("utf-8")


def test_large_pairs_of_layers_are_heat_maps_when_asked_for(here: Glassbox, folder: Path) -> None:
    svg = drawn(here, folder / "map.svg", "--data", "digits", "--hidden", "40 relu", "--heat-map").decode("utf-8")
    assert "64 inputs" in svg


@pytest.mark.parametrize("option", [("--nodes", "sample"), ("--row", "60"), ("--select", "hidden 2 · 5")])
def test_an_option_changes_the_picture_of_the_window(here: Glassbox, folder: Path, option: tuple[str, ...]) -> None:
    pictures = []
    for number, options in enumerate(((), option)):
        out = folder / f"option-{number}.png"
        here("picture", "--out", str(out), "--untrained", *options)
        pictures.append(out.read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("name", ["hidden 2 · 5", "Hidden 2 5"])
def test_a_unit_is_selected_by_its_name(here: Glassbox, folder: Path, name: str) -> None:
    out = folder / f"{name}.png"
    here("picture", "--view", "inspector", "--out", str(out), "--untrained", "--select", name)
    other = folder / "other.png"
    here("picture", "--view", "inspector", "--out", str(other), "--untrained", "--select", "hidden 2 · 6")
    assert size_of(out) == size_of(other)
    assert out.read_bytes() != other.read_bytes()


FAULTS: dict[tuple[str, ...], str] = {
    ("--view", "window2", "--out", "a.png"): "window2",
    ("--theme", "purple", "--out", "a.png"): "purple",
    ("--size", "big", "--out", "a.png"): "big",
    ("--size", "0x0", "--out", "a.png"): "0x0",
    ("--size", "99999x99999", "--out", "a.png"): "99999",
    ("--out", "a.jpg"): "a.jpg",
    ("--view", "network", "--out", "a.jpg"): ".svg, .pdf, .png",
    ("--view", "diagram", "--out", "a.svg"): "--view diagram is written as PNG, not as SVG",
    ("--out", "a.pdf"): "--view window is written as PNG, not as PDF",
    ("--view", "loss", "--out", "a.gif"): "loss is drawn as .svg, .pdf, .png",
    ("--zoom", "2", "--out", "a.png"): "--zoom",
    ("--transparent", "--out", "a.png"): "--transparent",
    ("--view", "network", "--zoom", "9", "--out", "a.png"): "between 0.25 and 8",
    ("--nodes", "sums", "--out", "a.png"): "there are activation, pre_activation, gradient, saturation, sample",
    ("--edges", "weights", "--out", "a.png"): "there are weight, gradient, update, first_moment",
    ("--plane", "petal length, nosuch", "--out", "a.png"): "there is no input 'nosuch'; there are petal length (cm)",
    ("--plane", "3", "--out", "a.png"): "there is no input '3'",
    ("--plane", "1, petal length", "--out", "a.png"): "one or two different inputs",
    ("--data", "wine", "--plane", "1,2,3", "--out", "a.png"): "one or two different inputs",
    ("--data", "digits", "--plane", "65", "--out", "a.png"): "and 52 more",
    ("--row", "0", "--out", "a.png"): "the rows 1 to 150",
    ("--row", "151", "--out", "a.png"): "the rows 1 to 150",
    ("--select", "hidden 9 · 1", "--out", "a.png"): "hidden 1 · 1, hidden 2 · 1, setosa",
    ("--view", "loss", "--nodes", "sample", "--out", "a.png"): "--nodes is for --view window, diagram, network",
    ("--view", "loss", "--row", "2", "--out", "a.png"): "--row is for",
    ("--view", "network", "--select", "setosa", "--out", "a.png"): "--select is for --view window",
    ("--view", "loss", "--page", "roc", "--out", "a.png"): "--page is for --view window, output, not for 'loss'",
    ("--page", "rocs", "--out", "a.png"): "the output has no page 'rocs'; there are map, number_map, fit, confusion",
    ("--page", "residuals", "--untrained", "--out", "a.png"): "no page 'residuals' of the output; there are map, "
    "confusion, effects, roc, precision_recall, calibration",
    ("--data", "irsi", "--out", "a.png"): "irsi",
    ("--set", 'data.features=["nosuch"]', "--out", "a.png"): "nosuch",
    (): "--out",
}


@pytest.mark.parametrize("fault", FAULTS, ids=" ".join)
def test_wrong_use_exits_with_2_and_a_sentence(here: Glassbox, fault: tuple[str, ...]) -> None:
    done = here("picture", *fault)
    assert (done.returncode, FAULTS[fault] in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_file_that_cannot_be_written_exits_with_1_and_names_it(here: Glassbox) -> None:
    done = here("picture", "--out", "/nowhere/at/all.png", "--untrained", "--data", "xor")
    assert (done.returncode, "/nowhere/at/all.png" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
