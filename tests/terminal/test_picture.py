"""``python main.py picture``: the real window in a PNG file, or a drawing of its network, without a screen."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Glassbox = Callable[..., Any]
VIEWS = ("window", "network", "output", "inspector", "loss", "magnitudes")


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


@pytest.mark.parametrize(("theme", "size"), [("light", (1440, 900)), ("dark", (1280, 800))])
def test_a_picture_has_the_size_that_was_asked_for(
    glassbox: Glassbox, folder: Path, theme: str, size: tuple[int, int]
) -> None:
    out = folder / f"{theme}.png"
    done = glassbox("picture", "--out", str(out), "--theme", theme, "--size", f"{size[0]}x{size[1]}", "--epochs", "2")
    assert (done.returncode, size_of(out)) == (0, size)


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


def test_nothing_is_printed_on_standard_output(glassbox: Glassbox, folder: Path) -> None:
    done = glassbox("picture", "--out", str(folder / "quiet.png"), "--epochs", "1", "--view", "loss")
    assert done.stdout == ""


def test_only_words_for_people_are_on_standard_error(glassbox: Glassbox, folder: Path) -> None:
    done = glassbox("picture", "--out", str(folder / "quiet.png"), "--epochs", "1", "--view", "loss")
    assert done.stderr.splitlines() == [f"written: {folder / 'quiet.png'}"]


FAULTS: dict[tuple[str, ...], str] = {
    ("--view", "window2", "--out", "a.png"): "window2",
    ("--theme", "purple", "--out", "a.png"): "purple",
    ("--size", "big", "--out", "a.png"): "big",
    ("--size", "0x0", "--out", "a.png"): "0x0",
    ("--size", "99999x99999", "--out", "a.png"): "99999",
    ("--out", "a.jpg"): "a.jpg",
    ("--view", "network", "--out", "a.jpg"): ".svg, .pdf, .png",
    ("--view", "loss", "--out", "a.svg"): "only --view network can be SVG",
    ("--out", "a.pdf"): "only --view network can be PDF",
    ("--zoom", "2", "--out", "a.png"): "--zoom",
    ("--transparent", "--out", "a.png"): "--transparent",
    ("--view", "network", "--zoom", "9", "--out", "a.png"): "between 0.25 and 8",
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
