"""Taking the drawing and the weights away: files, clipboard, and the way there by hand."""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import hands
import numpy as np
import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from engine.experiment import Experiment
from engine.layers import Dense
from engine.snapshot import Snapshot
from gui import theme
from gui.diagram.drawing import LEAST, MOST_EDGES, Drawing, strokes
from gui.diagram.layout import bend
from gui.diagram.raster import Style
from gui.diagram.shown import Shown
from gui.dialogs.export import ExportPanel, nearest_layer
from gui.export import Picture, encoded, export_diagram, image
from gui.fields import ChoiceField, NumberField, ToggleField
from gui.selection import StageAt, Unit, Weight
from gui.theme import colours
from gui.thumbnails import Thumbnails
from gui.window import Window

UNPAINTED = True
SIZE = (840, 600)
SVG = "{http://www.w3.org/2000/svg}"
PLAIN = Shown()
STYLE = Style((0, 0, 255), (255, 128, 0))


@pytest.fixture
def folder(window: Window, tmp_path: Path) -> Iterator[Path]:
    """A folder for files; afterwards the clipboard is empty and no panel open."""
    yield tmp_path
    for panel in window.findChildren(ExportPanel):
        panel.close()
    QGuiApplication.clipboard().clear()
    window.status.clearMessage()
    hands.events()


def drawing(window: Window, size: tuple[int, int] = SIZE) -> Drawing:
    return Drawing(hands.snapshot_of(window), size)


def svg_of(snapshot: Snapshot, shown: Shown = PLAIN, **how: object) -> ElementTree.Element:
    return ElementTree.fromstring(encoded(Drawing(snapshot, SIZE, shown), Picture(kind="svg", **how)))


def curves(svg: ElementTree.Element) -> list[ElementTree.Element]:
    """The groups whose path is a single cubic curve in the colour of a sign."""
    signs = {colours().positive.lower(), colours().negative.lower()}
    groups = [group for group in svg.iter(f"{SVG}g") if group.get("stroke", "").lower() in signs]
    return [
        path for group in groups for path in group.iter(f"{SVG}path") if path.get("d", "").count("C") == 1
    ]  # fmt: skip


# -- strokes --------------------------------------------------------------------------------------


def test_strong_edges_lie_above_weak_ones() -> None:
    values = np.array([[0.9, -0.1], [0.5, -0.7]])
    assert [(s.source, s.unit) for s in strokes(values, 1.0, STYLE)] == [(0, 1), (1, 0), (1, 1), (0, 0)]


def test_width_and_opacity_grow_with_the_magnitude() -> None:
    drawn = list(strokes(np.linspace(0.05, 1.0, 20)[None, :], 1.0, STYLE))
    assert np.all(np.diff([(s.width, s.opacity) for s in drawn], axis=0) > 0)


def test_the_largest_value_is_as_wide_as_the_style_allows() -> None:
    (stroke,) = strokes(np.array([[-2.0]]), 2.0, STYLE)
    assert (stroke.width, stroke.negative) == (STYLE.widest, True)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, LEAST / 2])
def test_what_is_not_finite_or_nothing_is_left_out(value: float) -> None:
    assert [s.unit for s in strokes(np.array([[value, 1.0]]), 1.0, STYLE)] == [1]


def test_of_a_crowd_the_strongest_are_drawn() -> None:
    values = np.random.default_rng(0).uniform(-1, 1, (40, 50))
    drawn = {(s.source, s.unit) for s in strokes(values, 1.0, STYLE)}
    strongest = np.argsort(-np.abs(values).ravel())[:MOST_EDGES]
    assert drawn == {divmod(int(edge), 50) for edge in strongest}


def test_in_a_crowd_only_the_strongest_are_broad() -> None:
    values = np.linspace(0.01, 1.0, 400).reshape(20, 20)
    widths = [s.width for s in strokes(values, 1.0, STYLE)]
    assert len(set(widths[:-60])) == 1
    assert min(widths[-60:]) > 2 * widths[0]


def test_an_edge_of_the_file_is_the_curve_of_the_window(window: Window) -> None:
    path = curves(svg_of(hands.snapshot_of(window)))[0].get("d", "")
    x, y, x1, y1, x2, y2, to_x, to_y = map(float, re.findall(r"-?[\d.]+", path))
    assert (y1, y2, x1 == pytest.approx((x + to_x) / 2, abs=0.01), x1 == x2) == (y, to_y, True, True)
    u = np.linspace(0, 1, 9)
    along = 3 * u * (1 - u) ** 2 * 0.5 + 3 * u**2 * (1 - u) * 0.5 + u**3
    assert np.allclose(bend(along), 3 * u**2 - 2 * u**3, atol=1e-3)


# -- SVG ------------------------------------------------------------------------------------------


def test_an_svg_has_a_curve_for_every_edge_that_can_be_seen(window: Window) -> None:
    snapshot = hands.snapshot_of(window)
    weights = np.concatenate([snapshot.weights(i).ravel() for i in range(3)])
    seen = int((np.abs(weights) > LEAST * np.abs(weights).max()).sum())
    assert len(curves(svg_of(snapshot))) == seen > 100


def test_negative_edges_are_dashed_in_an_svg(window: Window) -> None:
    tint = colours().negative.lower()
    groups = [g for g in svg_of(hands.snapshot_of(window)).iter(f"{SVG}g") if g.get("stroke", "").lower() == tint]
    assert {g.get("stroke-dasharray") for g in groups if g.findall(f"{SVG}path")} == {"7,4.5"}


def test_words_are_text_in_an_svg(window: Window) -> None:
    words = [text.text for text in svg_of(hands.snapshot_of(window)).iter(f"{SVG}text")]
    wanted = {"petal length (cm)", "petal width (cm)", "setosa", "versicolor", "virginica", "hidden 1", "8 · tanh"}
    assert wanted - set(words) == set()


def test_an_svg_has_the_extent_of_the_drawing(window: Window) -> None:
    svg = svg_of(hands.snapshot_of(window))
    assert svg.get("viewBox") == f"0 0 {SIZE[0]} {SIZE[1]}"
    width = float(svg.get("width", "").removesuffix("mm"))
    assert width == pytest.approx(SIZE[0] * 25.4 / 96, abs=0.01)


def test_an_svg_says_what_it_shows(window: Window) -> None:
    svg = svg_of(hands.snapshot_of(window))
    title, words = svg.findtext(f"{SVG}title") or "", svg.findtext(f"{SVG}desc") or ""
    assert (title, "hidden 1: 8 Tanh" in words) == ("Neural network 2 – 8 – 8 – 3", True)


def test_an_svg_names_fonts_that_every_machine_has(window: Window) -> None:
    families = {text.get("font-family", "") for text in svg_of(hands.snapshot_of(window)).iter(f"{SVG}text")}
    assert all(family.endswith("sans-serif") for family in families)


def test_names_with_signs_of_xml_survive(window: Window) -> None:
    from dataclasses import replace

    snapshot = hands.snapshot_of(window)
    data = replace(snapshot.data, names=('a<b & "c"', "d>e"))
    words = [text.text for text in svg_of(replace(snapshot, data=data)).iter(f"{SVG}text")]
    assert {'a<b & "c"', "d>e"} - set(words) == set()


def test_the_units_of_two_inputs_have_their_pictures_in_an_svg(window: Window) -> None:
    assert len(list(svg_of(hands.snapshot_of(window)).iter(f"{SVG}image"))) == 8 + 8 + 3


def test_a_wide_network_has_no_more_edges_than_can_be_told_apart(window: Window) -> None:
    snapshot = hands.show(
        window, Experiment().with_value("data.source", "digits").with_layer(0, units=300).with_layer(1, units=200)
    )
    assert 0 < len(curves(svg_of(snapshot))) <= 3 * MOST_EDGES


def test_stages_are_named(window: Window) -> None:
    from gui.terminal.options import Options, build

    experiment = build(Options(None, "4 tanh, dropout 0.2", None, None, (), None, None, None, None, None))
    words = [text.text for text in svg_of(hands.show(window, experiment)).iter(f"{SVG}text")]
    assert "dropout 0.2" in words


def test_an_svg_drawn_again_is_the_picture(window: Window) -> None:
    snapshot = hands.snapshot_of(window)
    renderer = QSvgRenderer(QByteArray(encoded(Drawing(snapshot, SIZE), Picture(kind="svg"))))
    again = QImage(*SIZE, QImage.Format.Format_RGB32)
    with QPainter(again) as painter:
        renderer.render(painter)
    plain = image(Drawing(snapshot, SIZE), Picture(kind="png", scale=1.0))
    difference = np.abs(pixels(again).astype(int) - pixels(plain).astype(int)).mean()
    assert difference < 4.0  # of 255; the words may be set in another font


def pixels(picture: QImage) -> np.ndarray:
    rgba = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(rgba.constBits(), np.uint8).reshape(rgba.height(), rgba.width(), 4).copy()


# -- PDF ------------------------------------------------------------------------------------------


def test_a_pdf_is_one_page_of_the_size_of_the_drawing(window: Window) -> None:
    pdf = encoded(drawing(window), Picture(kind="pdf"))
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf)
    assert [[float(n) for n in box.split()] for box in boxes] == [[0, 0, 630, 450]]


def test_a_pdf_brings_its_fonts(window: Window) -> None:
    pdf = encoded(drawing(window), Picture(kind="pdf"))
    assert re.search(rb"/FontFile[23]? \d+ 0 R", pdf) is not None


def test_figures_in_a_file_can_be_searched(window: Window) -> None:
    tabular = QFont.Tag("tnum")
    with theme.painted_in("light"):
        in_a_file = theme.font(12)
    assert (theme.font(12).isFeatureSet(tabular), in_a_file.isFeatureSet(tabular)) == (True, False)


def test_a_pdf_has_curves_and_no_picture_larger_than_a_unit(window: Window) -> None:
    pdf = encoded(drawing(window), Picture(kind="pdf"))
    widths = [int(width) for width in re.findall(rb"/Subtype /Image\n/Width (\d+)", pdf)]
    streams = [zlib.decompress(s) for s in re.findall(rb"stream\r?\n(x.+?)\r?\nendstream", pdf, re.DOTALL)]
    drawn = max((s for s in streams if b" c\n" in s), key=len)
    assert (max(widths) <= 160, drawn.count(b" c\n") > 100) == (True, True)


# -- PNG ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.25, 1.0, 1.5, 8.0])
def test_a_png_has_any_scale(window: Window, folder: Path, scale: float) -> None:
    path = folder / "a.png"
    export_diagram(drawing(window, (400, 300)), path, scale=scale)
    read = QImage(str(path))
    assert (read.width(), read.height()) == (400 * scale, 300 * scale)


@pytest.mark.parametrize(("transparent", "alpha"), [(True, 0), (False, 255)])
def test_a_png_is_transparent_or_not(window: Window, folder: Path, transparent: bool, alpha: int) -> None:
    path = folder / "a.png"
    export_diagram(drawing(window), path, transparent=transparent)
    assert QImage(str(path)).pixelColor(1, 1).alpha() == alpha


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_drawing_has_the_theme_it_is_asked_for_and_the_window_keeps_its_own(window: Window, name: str) -> None:
    before = theme.name(), colours()
    drawn = image(drawing(window), Picture(kind="png", theme=name))
    assert drawn.pixelColor(1, 1) == QColor(theme.THEMES[name].surface)
    assert (theme.name(), colours()) == before


def test_the_window_and_the_file_show_the_same(window: Window) -> None:
    size = window.diagram.width(), window.diagram.height()
    seen = window.diagram.grab().toImage()
    drawn = image(drawing(window, size), Picture(kind="png", scale=1.0))
    below = slice(80, None)  # the window has buttons in its head
    difference = np.abs(pixels(seen)[below].astype(int) - pixels(drawn)[below].astype(int)).mean()
    assert difference < 3.0


@pytest.mark.parametrize("scale", [0.2, 8.5, float("nan")])
def test_a_scale_out_of_bounds_is_refused_with_the_bounds(window: Window, folder: Path, scale: float) -> None:
    with pytest.raises(ValueError, match=r"between 0\.25 and 8"):
        export_diagram(drawing(window), folder / "a.png", scale=scale)


def test_too_many_pixels_are_refused_before_any_memory_is_taken(window: Window, folder: Path) -> None:
    with pytest.raises(ValueError, match="more than 1 GiB"):
        export_diagram(drawing(window, (4000, 3000)), folder / "a.png", scale=8.0)


def test_another_suffix_is_refused_with_those_that_there_are(window: Window, folder: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.pdf, \.png, not as 'a\.jpg'"):
        export_diagram(drawing(window), folder / "a.jpg")


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_a_file_that_cannot_be_written_names_the_path_and_the_reason(window: Window, folder: Path, suffix: str) -> None:
    path = folder / "none" / f"a.{suffix}"
    with pytest.raises(OSError, match="there is no such folder") as caught:
        export_diagram(drawing(window, (400, 300)), path)
    assert caught.value.filename == str(path)


def test_what_is_drawn_widest_is_the_largest_weight(window: Window) -> None:
    snapshot = hands.snapshot_of(window)
    largest = max(float(np.abs(snapshot.weights(layer)).max()) for layer in range(len(snapshot.plan.layers)))
    assert drawing(window).scale == largest


# -- what the window shows ------------------------------------------------------------------------


@pytest.fixture
def look(window: Window) -> Iterator[Callable[..., Drawing]]:
    """Shows something else in the window, and gives the drawing of it; afterwards the usual is shown again."""

    def choose(experiment: Experiment | None = None, trained: bool = False, **shown: object) -> Drawing:
        if experiment is not None:
            hands.show(window, experiment)
        window.looking.choose(Shown(**shown))  # type: ignore[arg-type]
        hands.settle(window)
        if trained:
            hands.trigger(window, "train.step")
            hands.settle(window)
        size = window.diagram.width(), window.diagram.height()
        return Drawing(hands.snapshot_of(window), size, window.looking.shown)

    yield choose
    window.looking.choose(PLAIN)
    hands.settle(window)


DIGITS = Experiment().with_value("data.source", "digits")
VIEWS: dict[str, tuple[Experiment, dict[str, object]]] = {
    "one row": (Experiment(), {"nodes": "sample", "edges": "contribution"}),
    "sums": (Experiment(), {"nodes": "pre_activation", "edges": "gradient"}),
    "gradients": (Experiment().with_value("data.source", "wine"), {"nodes": "gradient", "edges": "update"}),
    "gauges": (Experiment().with_value("data.source", "wine"), {"nodes": "saturation", "edges": "second_moment"}),
    "plane": (Experiment().with_value("data.source", "wine"), {"plane": (0, 12), "edges": "effective_step"}),
    "weights as pictures": (DIGITS, {"edges": "first_moment"}),
    "heat maps": (DIGITS.with_layer(0, units=60).with_layer(1, units=50), {"ribbons": True}),
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_file_shows_what_the_window_shows(window: Window, look: Callable[..., Drawing], view: str) -> None:
    experiment, shown = VIEWS[view]
    found = look(experiment, trained=True, **shown)
    seen = pixels(window.diagram.grab().toImage())
    drawn, plain = (
        pixels(image(each, Picture(kind="png", scale=1.0)))
        for each in (found, Drawing(found.snapshot, found.size, PLAIN))
    )
    foot = slice(80, int(found.size[1]) - 40)  # the window has buttons in its head and its foot
    near, far = (np.abs(seen[foot].astype(int) - each[foot].astype(int)).mean() for each in (drawn, plain))
    # Maps and pictures of weights are in the snapshot, and drawn even where nobody says what was asked for.
    assert (near < 5.0, near < far) == (True, view not in ("plane", "sums", "weights as pictures"))


def words_of(found: Drawing) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(encoded(found, Picture(kind="svg"))).iter(f"{SVG}text")]


def test_the_numbers_of_one_row_are_in_the_file(look: Callable[..., Drawing]) -> None:
    found = look(nodes="sample", edges="contribution")
    trace = found.snapshot.trace
    assert trace is not None
    wanted = [f"{value:.2f}".replace("-", "\N{MINUS SIGN}") for value in trace.a[0]]
    assert [text for text in words_of(found) if text in wanted][: len(wanted)] == wanted


def test_the_contributions_of_one_row_are_the_edges_of_the_file(look: Callable[..., Drawing]) -> None:
    found = look(nodes="sample", edges="contribution")
    snapshot = found.snapshot
    assert snapshot.trace is not None
    parts = [snapshot.weights(i) * x[:, None] for i, x in enumerate(snapshot.trace.inputs)]
    assert found.scale == pytest.approx(max(np.abs(part).max() for part in parts), rel=1e-6)


def test_edges_without_values_are_hairlines_and_the_legend_says_why(look: Callable[..., Drawing]) -> None:
    found = look(edges="gradient")
    svg = ElementTree.fromstring(encoded(found, Picture(kind="svg")))
    quiet = [group for group in svg.iter(f"{SVG}g") if group.get("stroke", "").lower() == colours().quiet.lower()]
    lines = [path for group in quiet for path in group.iter(f"{SVG}path") if path.get("d", "").count("C") == 1]
    assert (len(curves(svg)), len(lines)) == (0, 2 * 8 + 8 * 8 + 8 * 3)
    assert any("dL/dw: Nothing to show before the next step: train one." in words for words in words_of(found))


def test_the_legend_of_a_file_counts_the_edges_of_the_fullest_gap(look: Callable[..., Drawing]) -> None:
    found = look(DIGITS.with_layer(0, units=512))
    drawn, whole = found.drawn or (0, 0)
    assert (whole, 300 < drawn <= MOST_EDGES) == (64 * 512, True)
    assert any(f"edges: strongest {drawn} of 32,768" in text for text in words_of(found))


def test_so_many_edges_are_drawn_as_the_legend_says(look: Callable[..., Drawing]) -> None:
    found = look(DIGITS.with_layers((Dense(units=512),)))
    drawn, _ = found.drawn or (0, 0)
    left, right = found.columns[:2]
    svg = ElementTree.fromstring(encoded(found, Picture(kind="svg")))
    starts = [float(re.findall(r"-?[\d.]+", path.get("d", ""))[0]) for path in curves(svg)]
    assert sum(left.x < x < right.x for x in starts) == pytest.approx(drawn, abs=drawn * 0.02)


def test_columns_close_to_each_other_have_fewer_edges_between_them(look: Callable[..., Drawing]) -> None:
    far = look(DIGITS.with_layers((Dense(units=64),) * 2)).drawn or (0, 0)
    near = look(DIGITS.with_layers((Dense(units=64),) * 10)).drawn or (0, 0)
    assert (near[1], near[0] < far[0]) == (far[1], True)


def test_a_tall_layer_says_in_the_file_how_many_units_it_has(look: Callable[..., Drawing]) -> None:
    assert "… 300" in words_of(look(DIGITS.with_layer(0, units=300)))


def test_a_heat_map_has_the_colour_of_its_strongest_weight(look: Callable[..., Drawing]) -> None:
    found = look(DIGITS.with_layers((Dense(units=40),)), ribbons=True)
    layer = max((0, 1), key=lambda n: float(np.abs(found.snapshot.weights(n)).max()))
    ribbon, weights = found.ribbon(layer), found.snapshot.weights(layer)
    assert ribbon is not None
    source, unit = np.unravel_index(int(np.abs(weights).argmax()), weights.shape)
    left, top, width, height = ribbon.cell_of(int(source), int(unit))
    drawn = image(found, Picture(kind="png", scale=4.0))
    tint = drawn.pixelColor(round(4 * (left + width / 2)), round(4 * (top + height / 2)))
    assert tint.name() == (colours().positive if weights[source, unit] > 0 else colours().negative).lower()


def test_a_heat_map_stands_in_place_of_the_edges(look: Callable[..., Drawing]) -> None:
    found = look(DIGITS.with_layers((Dense(units=40),)), ribbons=True)
    svg = ElementTree.fromstring(encoded(found, Picture(kind="svg")))
    assert (curves(svg), found.drawn) == ([], None)
    assert any(text.startswith("64 inputs") for text in words_of(found))


def test_a_small_pair_of_layers_keeps_its_edges_beside_heat_maps(look: Callable[..., Drawing]) -> None:
    found = look(ribbons=True)
    assert [found.ribbon(layer) for layer in range(3)] == [None, None, None]


def test_a_file_says_in_words_what_nodes_and_edges_show(look: Callable[..., Drawing]) -> None:
    words = look(nodes="sample", edges="contribution").description
    assert ("Edges: contribution w·a." in words, "Nodes: activation, row 1 · setosa, outputs by class." in words) == (
        True,
        True,
    )


def test_the_corners_of_pictures_in_a_file_are_as_round_as_their_frames(window: Window) -> None:
    found = drawing(window)
    pictures = Thumbnails().images(found.snapshot, PLAIN, 0, found.columns[1], 160, 4.0)
    # A radius of 8 units is one of 32 pixels: the arc passes the diagonal 9.4 pixels from the corner.
    alphas = [pictures[0].pixelColor(at, at).alpha() for at in (5, 8, 11, 80)]
    assert alphas == [0, 0, 255, 255]


def test_the_panel_writes_what_the_window_shows(window: Window, folder: Path, look: Callable[..., Drawing]) -> None:
    look(nodes="sample", edges="contribution")
    panel = open_panel(window)
    panel.save.click()
    give_name(file_dialog(panel), folder / "row.svg")
    assert "contribution w·a" in (folder / "row.svg").read_text("utf-8")


def test_copying_takes_what_the_window_shows(window: Window, folder: Path, look: Callable[..., Drawing]) -> None:
    look(nodes="saturation")
    hands.trigger(window, "diagram.copy")
    svg = bytes(QGuiApplication.clipboard().mimeData().data("image/svg+xml").data()).decode("utf-8")
    assert "at which the activation is flat" in svg


# -- by hand --------------------------------------------------------------------------------------


def open_panel(window: Window) -> ExportPanel:
    if window.isActiveWindow():
        QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    else:
        hands.trigger(window, "diagram.export")
    (panel,) = (panel for panel in window.findChildren(ExportPanel) if panel.isVisible())
    panel.activateWindow()
    hands.events()
    return panel


def file_dialog(parent: object) -> QFileDialog:
    (dialog,) = (dialog for dialog in parent.findChildren(QFileDialog) if dialog.isVisible())  # type: ignore[attr-defined]
    return dialog


def give_name(dialog: QFileDialog, path: Path) -> None:
    """Types a name into the file dialog and presses Enter."""
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(path))
    QTest.keyClick(line, Qt.Key.Key_Return)
    hands.events()


def test_ctrl_e_and_two_times_enter_write_a_file(window: Window, folder: Path) -> None:
    assert window.isActiveWindow()
    panel = open_panel(window)
    QTest.keyClick(panel, Qt.Key.Key_Return)
    give_name(file_dialog(panel), folder / "net.svg")
    assert ElementTree.parse(folder / "net.svg").getroot().tag == f"{SVG}svg"
    assert window.status.currentMessage() == f"Written: {folder / 'net.svg'}"


def test_the_panel_closes_when_the_file_is_written(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    panel.save.click()
    give_name(file_dialog(panel), folder / "net.svg")
    assert window.findChildren(ExportPanel) == []


def test_the_suffix_of_the_name_decides(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    panel.save.click()
    give_name(file_dialog(panel), folder / "net.pdf")
    assert (folder / "net.pdf").read_bytes().startswith(b"%PDF-")


def test_a_name_without_a_suffix_gets_that_of_the_format(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    hands.choose(panel.form.findChild(ChoiceField, "kind"), "pdf")
    panel.save.click()
    give_name(file_dialog(panel), folder / "net")
    assert [file.name for file in folder.iterdir()] == ["net.pdf"]


def test_scale_and_transparency_of_the_panel_are_those_of_the_file(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    hands.choose(panel.form.findChild(ChoiceField, "kind"), "png")
    hands.type_into(panel.form.findChild(NumberField, "scale"), "0.5", end=Qt.Key.Key_Tab)
    QTest.mouseClick(panel.form.findChild(ToggleField, "transparent"), hands.LEFT)
    panel.save.click()
    give_name(file_dialog(panel), folder / "net.png")
    read = QImage(str(folder / "net.png"))
    size = round(window.diagram.width() / 2), round(window.diagram.height() / 2)
    assert (read.width(), read.height(), read.pixelColor(1, 1).alpha()) == (*size, 0)


def test_the_panel_says_how_large_the_file_will_be(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    hands.choose(panel.form.findChild(ChoiceField, "kind"), "png")
    width, height = window.diagram.width() * 2, window.diagram.height() * 2
    assert panel.figures.text().startswith(f"{width:,} × {height:,} pixels · epoch 0, step 0")


def test_a_folder_that_cannot_be_written_is_said_in_the_banner_and_the_panel_stays(
    window: Window, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = open_panel(window)
    panel.save.click()
    dialog = file_dialog(panel)
    dialog.fileSelected.emit(str(folder / "none" / "net.svg"))
    said, visible = window.banner.label.text(), panel.isVisible()
    dialog.close()
    window.banner.hide()
    assert said == f"{folder / 'none' / 'net.svg'} could not be written: there is no such folder."
    assert visible


def test_escape_closes_the_panel(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    hands.events()
    assert window.findChildren(ExportPanel) == []


def test_every_control_of_the_panel_has_a_name_and_a_tooltip(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    controls = [*panel.form.fields.values(), panel.save, panel.copy, panel.cancel]
    assert [c for c in controls if not (c.accessibleName() and c.toolTip())] == []


def test_copying_puts_an_image_of_twice_the_size_and_an_svg_on_the_clipboard(window: Window, folder: Path) -> None:
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    data = QGuiApplication.clipboard().mimeData()
    svg = ElementTree.fromstring(bytes(data.data("image/svg+xml").data()))
    assert (QImage(data.imageData()).width(), svg.tag) == (2 * window.diagram.width(), f"{SVG}svg")


def test_the_panel_copies_what_it_shows(window: Window, folder: Path) -> None:
    panel = open_panel(window)
    hands.choose(panel.form.findChild(ChoiceField, "theme"), "dark")
    QTest.mouseClick(panel.copy, hands.LEFT)
    copied = QImage(QGuiApplication.clipboard().mimeData().imageData())
    assert copied.pixelColor(1, 1) == QColor(theme.DARK.surface)


def test_choices_and_folder_are_kept_for_the_next_time(open_window: object, tmp_path: Path) -> None:
    for expected in ("svg", "pdf"):
        window = open_window(remember=True)  # type: ignore[operator]
        panel = open_panel(window)
        assert panel.form.findChild(ChoiceField, "kind").key == expected
        hands.choose(panel.form.findChild(ChoiceField, "kind"), "pdf")
        panel.save.click()
        dialog = file_dialog(panel)
        folder = dialog.directory().absolutePath()
        give_name(dialog, tmp_path / f"{expected}.pdf")
    assert folder == str(tmp_path)


# -- weights --------------------------------------------------------------------------------------


def test_the_weights_of_the_selected_layer_are_written_with_their_names(window: Window, folder: Path) -> None:
    snapshot = hands.snapshot_of(window)
    window.select(Unit(3, 0))
    hands.trigger(window, "weights.export")
    give_name(file_dialog(window), folder / "w.csv")
    with (folder / "w.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert (head[1:], rows[0][0], rows[-1][0]) == (["setosa", "versicolor", "virginica"], "hidden 2 · 1", "bias")
    read = np.array([[float(cell) for cell in row[1:]] for row in rows], np.float32)
    assert np.array_equal(read, np.vstack([snapshot.weights(2), snapshot.biases(2)]))


def test_weights_are_written_as_an_array_by_the_suffix(window: Window, folder: Path) -> None:
    hands.trigger(window, "weights.export")
    give_name(file_dialog(window), folder / "w.npy")
    assert np.array_equal(np.load(folder / "w.npy"), hands.snapshot_of(window).weights(0))


def test_the_history_is_written_with_all_digits(window: Window, folder: Path) -> None:
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    hands.trigger(window, "file.history")
    give_name(file_dialog(window), folder / "run.csv")
    with (folder / "run.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    losses = [float(line["train_loss"]) for line in lines]
    assert losses == hands.snapshot_of(window).history["train.loss"].tolist()
    assert lines[-1]["step"] == "4"


@pytest.mark.parametrize(
    ("selection", "layer"),
    [(None, 0), (Unit(0, 1), 0), (Unit(1, 0), 0), (Unit(3, 1), 2), (Weight(1, 0, 0), 1), (StageAt(1), 1)],
)
def test_the_layer_written_is_that_of_the_selection_or_the_first(window: Window, selection: object, layer: int) -> None:
    from gui.terminal.options import Options, build

    experiment = build(Options(None, "4 tanh, dropout 0.2, 4 tanh", None, None, (), None, None, None, None, None))
    assert nearest_layer(selection, hands.show(window, experiment)) == layer  # type: ignore[arg-type]


def test_a_layer_without_biases_has_no_row_of_them(window: Window, folder: Path) -> None:
    hands.show(window, Experiment().with_layer(0, bias=False))
    hands.trigger(window, "weights.export")
    give_name(file_dialog(window), folder / "w.csv")
    assert "bias" not in (folder / "w.csv").read_text("utf-8")


def test_the_menu_file_comes_first_and_ends_with_quit(window: Window) -> None:
    first = window.toolbar.menu_button.menu().actions()[0]
    actions = [action.objectName() for action in first.menu().actions() if not action.isSeparator()]
    assert (first.text(), actions[-1]) == ("File", "file.quit")
    assert {"diagram.export", "diagram.copy", "weights.export"} <= set(actions)
