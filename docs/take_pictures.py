"""Takes the pictures of the documentation from the real program: ``python docs/take_pictures.py [NAME …]``.

Every picture is taken light and dark. Without names all of them are; ``view`` stands for all live views.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import sleep

os.environ["QT_QPA_PLATFORM"] = "offscreen"
# The settings are shown as they are at first, whatever the terminal says about threads.
os.environ.pop("OPENBLAS_NUM_THREADS", None)
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from engine import Dataset, DataSpec, Dense, Experiment, Trainer
from engine.checkpoint import Checkpoint
from engine.data.points import PointsSpec
from engine.reporting.report import report_of
from gui import threads
from gui.dialogs.settings import show_settings
from gui.exporting.opening import open_panel
from gui.pages.effects import EffectsPage
from gui.picture import check, keep, open_window
from gui.plots.data.view import DataView
from gui.plots.proof import ProofView
from gui.projects.swaps import Left, Owner, Swap
from gui.report.page import PROGRAM
from gui.report.pages import PAPER, Pages, lay_out
from gui.report.pictures import pictures_of
from gui.report.writing import snapshot_of
from gui.selection import Unit, Weight
from gui.terminal.options import Look, Options, build
from gui.theme import THEMES, colours
from gui.window import Window

HERE = Path(__file__).parent / "pictures"
FLATS = Path(__file__).parent / "examples" / "flats.csv"
_COLOURS = 255
# Neighbours whose channels differ by no more than this belong to a soft transition, and count so many times.
_SOFT, _SOFT_COUNTS = 8, 12.0
# A small window, whose drawing is some 690 × 500 pixels.
_SMALL = "1280x800"
# Of the panels of live views: curves over steps, a plot for each layer, a map.
_TIME, _WIDE, _SQUARE = (640, 280), (640, 300), (420, 400)


def wide_trainer() -> Trainer:
    """A trainer of 784-256-128-10 on made images of 28 × 28 pixels, each class a few blots at places of its own."""
    rng, side, classes, rows = np.random.default_rng(2), 28, 10, 3000
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1)
    places = rng.uniform(6, 22, (classes, 4, 2))
    y = np.arange(rows) % classes
    centres = places[y] + rng.normal(0, 1.2, (rows, 4, 2))
    distance = np.square(at[None, None] - centres[:, :, None, None]).sum(axis=-1)
    x = np.exp(-distance / 8.0).sum(axis=1).clip(0, 1) + rng.normal(0, 0.05, (rows, side, side))
    names = tuple(f"pixel_{row}_{column}" for row in range(side) for column in range(side))
    data = Dataset.from_arrays(x.reshape(rows, -1), y, names=names, test_fraction=0.2)
    experiment = Experiment().with_layers(tuple(Dense(units=units, activation="relu") for units in (256, 128)))
    return Trainer(experiment.edited(training={"epochs": 3, "batch_size": 64}), data)


def drawn_trainer() -> Trainer:
    """A trainer on points as one paints them: a ring of one class, a stroke of another inside, a third in a corner."""
    rng = np.random.default_rng(5)
    turn, along = rng.uniform(0, 2 * np.pi, 70), np.linspace(-0.25, 0.25, 30)
    ring = np.stack([-0.2 + 0.6 * np.cos(turn), 0.1 + 0.6 * np.sin(turn)], axis=1)
    stroke = np.stack([-0.2 + along, 0.1 + 0.8 * along], axis=1)
    corner = np.stack([0.7 + 0.12 * rng.normal(size=35), -0.7 + 0.12 * rng.normal(size=35)], axis=1)
    strokes = [ring + rng.normal(0, 0.03, ring.shape), stroke + rng.normal(0, 0.03, stroke.shape), corner]
    points = tuple((float(x), float(y), float(which)) for which, part in enumerate(strokes) for x, y in part)
    data = DataSpec(source="drawn", points=PointsSpec(points=points, classes=3), scale="none", test_fraction=0.2)
    return Trainer(Experiment(data=data).edited(training={"epochs": 300}))


def open_import(window: Window) -> QWidget:
    """The example table in the window in which tables are set up, with the column that has missing values selected."""
    window.opening.open_file(str(FLATS))
    panel = window.opening.panel
    wait(lambda: panel.isVisible() and panel.opened is not None)
    panel.content.select_column("energy")
    return panel


def open_predict(window: Window) -> QWidget:
    """The whole window with the panel in which a row is typed."""
    window.actions_by_id["data.predict"].trigger()
    return window


def open_export(window: Window) -> QWidget:
    """The panel in which the trained network is exported, with a NumPy export that is proven."""
    panel = open_panel(window)
    wait(lambda: panel.instant is not None)
    panel.targets.show_target("numpy")
    wait(lambda: panel.save.isEnabled() and bool(panel.preview.name.text()))
    panel.check.click()
    wait(lambda: panel.proof.words.text().startswith("Proven"))
    return panel


def open_settings(window: Window) -> QWidget:
    """The settings as they are at first."""
    return show_settings(window.preferences, window)


def open_recovery(window: Window) -> QWidget:
    """What is offered after a crash, for two pieces of work that are made up."""
    swap, folder = Swap(Path("unsaved.glassbox")), Path("/data/networks")
    found = [
        Left(swap, Owner(folder / "flats.glassbox", None, "flats.glassbox"), datetime(2026, 3, 5, 16, 42), 3840),
        Left(swap, Owner(None, None, "Spirals"), datetime(2026, 3, 4, 9, 15), 120),
    ]
    offer = window.recovery_offer
    offer.show_found(found, lambda _: None, lambda _: None)
    return offer


def wait(for_it: Callable[[], bool]) -> None:
    """Lets the window work until something holds, ten seconds at most."""
    for _ in range(1000):
        QApplication.processEvents()
        if for_it():
            break
        sleep(0.01)


class FirstPage(QWidget):
    """The first page of a report, in the colours of the theme in force."""

    def __init__(self, point: Checkpoint) -> None:
        super().__init__()
        self._report, self._pictures = report_of(point, PROGRAM), pictures_of(snapshot_of(point))
        self.setFixedSize(round(PAPER[0]), round(PAPER[1]))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The pages one below the other, of which the first can be seen."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            pages = Pages(painter, f"{self._report.title} · {PROGRAM}", 3, lambda: painter.translate(0, PAPER[1]))
            lay_out(pages, self._report, self._pictures)


def open_report(window: Window) -> QWidget:
    """The first page of the report of the window's run."""
    found: list[Checkpoint | None] = []
    window.training.fetch(found.append)
    window.training.wait_idle()
    assert found[0] is not None
    return FirstPage(found[0])


def over_fitted() -> Trainer:
    """A large network on few points that are scattered much, whose learning rate was lowered after a while."""
    data = DataSpec(source="moons", samples=160, noise=0.35, test_fraction=0.3)
    layers = tuple(Dense(units=units, activation="relu") for units in (48, 48))
    training = {"epochs": 200, "l2": 1e-4, "schedule": {"kind": "step", "every": 60.0}}
    experiment = Experiment(data=data).with_layers(layers).edited(training=training)
    trainer = Trainer(experiment)
    trainer.run(epochs=90)
    trainer.reconfigure(experiment.with_value("training.optimizer.learning_rate", 0.003))
    return trainer


def page(key: str, then: Callable[[Window], object] = lambda _: None) -> Callable[[Window], object]:
    """Turns the output to a page, and does something there."""

    def turn(window: Window) -> None:
        def is_there() -> bool:
            snapshot, shown = window.training.snapshot, window.output.view
            return snapshot is not None and shown is not None and not shown.problem(snapshot)

        window.output.choose(key)
        window.training.wait_idle()
        wait(is_there)
        then(window)

    return turn


def open_pins(window: Window) -> QWidget:
    """The panel of three weights and a bias that were pinned before the first step."""
    for parameter in (Weight(0, 0, 3), Weight(1, 2, 3), Weight(2, 3, 1), Unit(1, 3)):
        window.pin(parameter)
    float_panel(window, "pins", _TIME)
    train_in_sight(window)
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    return window.panels.docks["pins"]


def open_status(window: Window) -> QWidget:
    """The status strip after training, when all gradients have been compared."""
    view = window.views["proof"]
    assert isinstance(view, ProofView)
    view.check_wished.emit()
    wait(lambda: window.status.light.state == "green")
    return window.status


def show_means(window: Window) -> None:
    """The effects with the means of many rows behind them."""
    effects = window.output.view
    assert isinstance(effects, EffectsPage)
    effects.mean.click()
    wait(lambda: window.training.snapshot is not None and "mean_effects" in window.training.snapshot.probes)


def train_in_sight(window: Window) -> None:
    """Trains epoch by epoch, so that the views see the network on its way."""
    window.setFocus()
    while window.training.snapshot is None or not window.training.snapshot.finished:
        window.training.step_epoch()
        window.training.wait_idle()


def over_time(window: Window) -> None:
    """The distributions as heat maps over the steps."""
    window.views["distributions"].title.switched.emit("time", True)
    train_in_sight(window)


def turn_data_to(key: str) -> Callable[[Window], None]:
    """Turns the view of the data to a page."""

    def turn(window: Window) -> None:
        view = window.views["data"]
        assert isinstance(view, DataView)
        view.show_page(key)

    return turn


@dataclass(frozen=True)
class Shot:
    """One picture. ``options`` describe what is trained, or ``trainer`` makes it; ``zoom`` is that of the drawing.

    ``sets`` chooses what is to be seen once it is trained; ``panel`` is the size of the panel of a live view, which
    then floats. ``opens`` opens something else in the window and returns what the picture is of.
    """

    options: Options = field(default=Options())
    look: Look = field(default=Look())
    trainer: Callable[[], Trainer] | None = None
    trained: bool = True
    zoom: float = 1.0
    sets: Callable[[Window], object] | None = None
    panel: tuple[int, int] | None = None
    opens: Callable[[Window], QWidget] | None = None


SPIRALS = Options(
    data="spirals", hidden="12 tanh, 12 tanh", epochs=300, seed=3, changes=("data.noise=0.05",)
)  # fmt: skip
DEEP = Options(
    data="moons", hidden=", ".join(["32 tanh"] * 20), epochs=30, seed=1,
    changes=("training.optimizer.learning_rate=0.001",),
)  # fmt: skip
STAGES = Options(
    data="moons", hidden="8 relu, batch_norm, dropout 0.1, 8 tanh", epochs=500,
    changes=("training.early_stopping.patience=30", "training.schedule.kind=cosine"),
)  # fmt: skip
TABLE = Options(
    data=str(FLATS), epochs=100, changes=('data.table.columns=[{"name": "listed", "role": "off"}]',)
)  # fmt: skip
DIGITS = Options(data="digits", hidden="10 relu, 10 relu", epochs=40)
WINE = Options(data="wine", epochs=30)
MOONS = Options(data="moons", hidden="8 tanh", epochs=40, changes=("data.noise=0.3", "data.samples=600"))
# Eight layers of sigmoid units, through which hardly any gradient comes.
SINKING = Options(data="moons", hidden=", ".join(["12 sigmoid"] * 8), epochs=6)
# Units of ReLU that a large learning rate has killed.
DYING = Options(data="moons", hidden="16 relu, 12 relu, 8 tanh", epochs=60,
    changes=("training.optimizer.learning_rate=0.1",),
)  # fmt: skip
SHOTS = {
    "window": Shot(),
    "window-spirals": Shot(SPIRALS, Look(size=_SMALL)),
    "window-stages": Shot(STAGES, Look(size=_SMALL)),
    "network-untrained": Shot(look=Look("network"), trained=False),
    "network-spirals": Shot(SPIRALS, Look("network")),
    "network-row": Shot(look=Look("network", nodes="sample", edges="contribution", row=60)),
    "network-digits": Shot(DIGITS, Look("network", size=_SMALL)),
    "network-wide": Shot(look=Look("network", size=_SMALL), trainer=wide_trainer),
    "network-heat-map": Shot(look=Look("network", size=_SMALL, heat_map=True), trainer=wide_trainer),
    "network-deep": Shot(DEEP, Look("network")),
    "network-deep-zoomed": Shot(DEEP, Look("diagram", size=_SMALL), zoom=5.0),
    "import": Shot(opens=open_import, trained=False),
    "export": Shot(TABLE, opens=open_export),
    "report": Shot(opens=open_report),
    "settings": Shot(opens=open_settings, trained=False),
    "recovery": Shot(look=Look(size=_SMALL), opens=open_recovery, trained=False),
    "window-table": Shot(TABLE),
    "window-predict": Shot(TABLE, opens=open_predict),
    "window-drawn": Shot(look=Look(size=_SMALL), trainer=drawn_trainer),
    "view-loss": Shot(
        look=Look("loss"), trainer=over_fitted, panel=(760, 300), sets=lambda w: w.loss.show_pointer(640)
    ),
    "view-magnitudes": Shot(SPIRALS, Look("magnitudes"), panel=_TIME),
    "view-pins": Shot(SPIRALS, trained=False, opens=open_pins),
    "view-gradients": Shot(SINKING, Look("gradients"), panel=(760, 280)),
    "view-distributions": Shot(SPIRALS, Look("distributions"), panel=_WIDE),
    "view-distributions-time": Shot(SPIRALS, Look("distributions"), trained=False, panel=_WIDE, sets=over_time),
    "view-activations": Shot(DYING, Look("activations"), panel=(640, 360)),
    "view-matrix": Shot(SPIRALS, Look("matrix", select="hidden 2 3"), panel=(760, 360)),
    "view-explorer": Shot(SPIRALS, Look("explorer"), panel=(420, 560)),
    "view-data": Shot(look=Look("data"), panel=(640, 300)),
    "view-data-scatter": Shot(look=Look("data"), panel=(560, 360), sets=turn_data_to("scatter")),
    "view-data-balance": Shot(WINE, Look("data"), panel=(560, 240), sets=turn_data_to("balance")),
    "view-proof": Shot(SPIRALS, Look("proof"), panel=(420, 600)),
    "output-map": Shot(SPIRALS, Look("output"), panel=_SQUARE),
    "output-number-map": Shot(TABLE, Look("output"), panel=_SQUARE, sets=page("number_map")),
    "output-fit": Shot(Options(data="sine"), Look("output"), panel=_SQUARE),
    "output-confusion": Shot(
        DIGITS, Look("output"), panel=(720, 400), sets=page("confusion", lambda w: w.output.confusion.open_cell((8, 5)))
    ),
    "output-prediction": Shot(TABLE, Look("output"), panel=_SQUARE),
    "output-residuals": Shot(TABLE, Look("output"), panel=(560, 360), sets=page("residuals")),
    "output-misread": Shot(DIGITS, Look("output"), panel=(560, 330), sets=page("misread")),
    "output-effects": Shot(TABLE, Look("output"), panel=(640, 400), sets=page("effects", show_means)),
    "output-roc": Shot(MOONS, Look("output"), panel=_SQUARE, sets=page("roc")),
    "output-precision-recall": Shot(MOONS, Look("output"), panel=_SQUARE, sets=page("precision_recall")),
    "output-calibration": Shot(MOONS, Look("output"), panel=_SQUARE, sets=page("calibration")),
    "layout-train": Shot(SPIRALS, sets=lambda w: w.actions_by_id["layout.train"].trigger()),
    "layout-inspect": Shot(SPIRALS, sets=lambda w: w.actions_by_id["layout.inspect"].trigger()),
    "status-hint": Shot(SINKING, opens=open_status),
}


def main(names: list[str]) -> None:
    """Takes every picture in turn, or those that are named."""
    threads.use(1)
    HERE.mkdir(exist_ok=True)
    wished = [name for name in SHOTS if not names or name in names or name.partition("-")[0] in names]
    for name in wished:
        take(name, SHOTS[name])


def take(name: str, shot: Shot) -> None:
    """Opens the window once and takes both pictures."""
    check(HERE / f"{name}.png", shot.look)
    trainer = None if shot.trainer is None else shot.trainer()
    experiment = None if trainer else build(shot.options)
    window = open_window(experiment, shot.look, trainer=trainer, trained=shot.trained)
    window.diagram.zoom_by(shot.zoom)
    if shot.panel is not None:
        float_panel(window, shot.look.view, shot.panel)
    if shot.sets is not None:
        shot.sets(window)
        window.training.wait_idle()
    part = None if shot.opens is None else shot.opens(window)
    for theme in THEMES:
        out = HERE / f"{name}-{theme}.png"
        if part is None:
            keep(window, out, replace(shot.look, theme=theme))
        else:
            grab(window, part, theme).save(str(out), "PNG")
        print(f"{out.name}: {shrink(out):,} bytes")
    window.close()


def float_panel(window: Window, name: str, size: tuple[int, int]) -> None:
    """Takes the panel of a view out of the window, so large."""
    dock = window.panels.docks[name]
    dock.setFloating(True)
    dock.resize(*size)
    wait(lambda: dock.isVisible() and (dock.width(), dock.height()) == size)


def grab(window: Window, part: QWidget, theme: str) -> QPixmap:
    """A part of the program as it is on the screen."""
    window.show_theme(theme)
    window.training.wait_idle()
    for _ in range(4):
        QApplication.processEvents()
    return part.grab()


def shrink(path: Path) -> int:
    """Writes a PNG again with the few colours that it mostly has, compressed as far as possible; returns its bytes."""
    picture = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), picture.width())
    writer = QImageWriter(str(path), b"png")
    writer.setCompression(100)
    writer.write(picture.convertToFormat(QImage.Format.Format_Indexed8, palette(pixels)))
    return path.stat().st_size


def palette(pixels: np.ndarray) -> list[int]:
    """Up to 255 colours as 0xffRRGGBB for a picture (height, width) of such: median cut.

    The range of colours is halved again and again where it is widest and fullest. Pixels in soft transitions count
    many times: there steps would be seen, not at the rims of lines.
    """
    packed, where = np.unique(pixels & 0xFFFFFF, return_inverse=True)
    colours = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(float)
    by_channel = colours[where].reshape(*pixels.shape, 3)
    step = np.abs(np.diff(by_channel, axis=0, append=by_channel[-1:])).max(axis=-1)
    step = np.maximum(step, np.abs(np.diff(by_channel, axis=1, append=by_channel[:, -1:])).max(axis=-1))
    counts = np.bincount(where.ravel(), weights=np.where(step <= _SOFT, _SOFT_COUNTS, 1.0).ravel())
    boxes = [np.arange(len(colours))]
    while len(boxes) < _COLOURS:
        spreads = [np.ptp(colours[box], axis=0).max() * counts[box].sum() ** 0.5 for box in boxes]
        widest = boxes.pop(int(np.argmax(spreads)))
        if len(widest) == 1:
            boxes.append(widest)
            break
        axis = int(np.ptp(colours[widest], axis=0).argmax())
        order = widest[np.argsort(colours[widest, axis], kind="stable")]
        passed = np.cumsum(counts[order])
        cut = min(max(int(np.searchsorted(passed, passed[-1] / 2)), 1), len(order) - 1)
        boxes += [order[:cut], order[cut:]]
    # The commonest colour of a box, not the mean: grounds and words keep theirs exactly.
    return [0xFF000000 | int(packed[box[counts[box].argmax()]]) for box in boxes]


if __name__ == "__main__":
    main(sys.argv[1:])
