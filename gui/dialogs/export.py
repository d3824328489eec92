"""Taking the drawing and the weights away: how the drawing is to look, and where the file goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine import matrices
from engine.files import replace_file
from engine.snapshot import Snapshot
from gui import theme
from gui.buttons import push_button
from gui.diagram.drawing import Drawing
from gui.export import COPY_SCALE, KINDS, Picture, copied_at, copy_diagram, export_diagram, image, pixels_of
from gui.forms import Form
from gui.greying import grey
from gui.projects.choosing import stem_of, usual_folder
from gui.selection import Selection, StageAt, layer_of, unit_name
from gui.text import editable, tr
from gui.theme import colours

if TYPE_CHECKING:
    from gui.window import Window

_PREVIEW = QSize(480, 320)
_SAID_MS = 12_000
_CHECK = 8
_MM_PER_PIXEL = 25.4 / 96
_MATRIX_KINDS = (("csv", "CSV with names and biases"), ("npy", "NumPy array"))


class Preview(QWidget):
    """The drawing as it will be; where it is transparent, on a checkerboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._transparent = False
        self.setFixedSize(_PREVIEW)
        self.setAccessibleName(tr("Preview of the drawing"))

    def show_picture(self, picture: QImage, transparent: bool) -> None:
        """Shows a picture, made smaller to fit."""
        self._image, self._transparent = picture, transparent
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The picture in the middle, with a hairline around it."""
        fitted = self._image.size().scaled(self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, 0, fitted.width(), fitted.height())
        box.moveCenter(QRectF(self.rect()).center())
        with QPainter(self) as painter:
            if self._transparent:
                self._check(painter, box)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, self._image)
            painter.setPen(QPen(QColor(colours().line), 1.0))
            painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))

    @staticmethod
    def _check(painter: QPainter, box: QRectF) -> None:
        painter.fillRect(box, QColor(colours().surface))
        painter.setClipRect(box)
        for row in range(int(box.height()) // _CHECK + 1):
            for column in range(row % 2, int(box.width()) // _CHECK + 1, 2):
                square = QRectF(box.x() + column * _CHECK, box.y() + row * _CHECK, _CHECK, _CHECK)
                painter.fillRect(square, QColor(colours().chip))
        painter.setClipping(False)


class ExportPanel(QDialog):
    """How the drawing of one instant is to look. ``save_wished(picture)``, ``copy_wished(picture)``."""

    save_wished = Signal(object)
    copy_wished = Signal(object)

    def __init__(self, drawing: Drawing, how: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export diagram"))
        self._drawing, self.picture = drawing, how
        self.preview, self.form, self.figures = Preview(), Form(Picture), QLabel()
        self.figures.setProperty("role", "note")
        self.form.edited.connect(self._edit)
        self.save = push_button(tr("Save as…"), tr("Chooses a file and writes the drawing (Enter)"), "primary")
        self.copy = push_button(tr("Copy"), tr("Puts the drawing on the clipboard as an image and as SVG"))
        self.cancel = push_button(tr("Cancel"), tr("Closes this panel (Esc)"))
        self.save.setDefault(True)
        self.save.clicked.connect(self._wish_to_save)
        self.copy.clicked.connect(self._wish_to_copy)
        self.cancel.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        for widget in (self.preview, self.form, self.figures):
            layout.addWidget(widget)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self._show()

    @Slot(str, object, int)
    def _edit(self, path: str, value: object, _gesture: int) -> None:
        self.picture = self.picture.with_value(path, value)
        self._show()

    def _show(self) -> None:
        """The form, the preview and the size of what will be written; a size that cannot be is said at once."""
        how, size, snapshot = self.picture, self._drawing.size, self._drawing.snapshot
        self.form.show_spec(how)
        fitting = min(_PREVIEW.width() / size[0], _PREVIEW.height() / size[1]) * self.devicePixelRatioF()
        small = how.edited(kind="png", scale=min(max(fitting, 0.25), 8.0))
        self.preview.show_picture(image(self._drawing, small), how.transparent)
        instant = tr("epoch {0}, step {1}").format(f"{snapshot.epoch:,}", f"{snapshot.step:,}")
        try:
            width, height = pixels_of(how, size)
        except ValueError as error:
            self.figures.setText(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            grey(self.save, self.figures.text())
            return
        grey(self.save, "")
        extent = tr("{0} × {1} pixels").format(f"{width:,}", f"{height:,}")
        if how.kind != "png":
            sides = (f"{side * _MM_PER_PIXEL:.0f}" for side in size)
            extent = tr("{0} × {1} mm, curves and text").format(*sides)
        self.figures.setText(f"{extent} · {instant}")

    @Slot()
    def _wish_to_save(self) -> None:
        self.save.setFocus()  # a number still being typed is taken over, where a click gives no focus too
        self.save_wished.emit(self.picture)

    @Slot()
    def _wish_to_copy(self) -> None:
        self.copy_wished.emit(self.picture)


# -- the diagram ---------------------------------------------------------------------------------------


def open_panel(window: Window) -> None:
    """Asks how the drawing is to look, then for a file; what is written is what the panel shows."""
    drawing = _drawing_of(window)
    if drawing is None:
        _say_nothing_yet(window)
        return
    panel = ExportPanel(drawing, _last_picture(window), window)

    def save(how: Picture) -> None:
        for name in ("kind", "scale", "transparent"):
            window.remember(f"export/{name}", str(getattr(how, name)))

        def write(path: Path) -> None:
            scale = how.scale if path.suffix.lower() == ".png" else 1.0
            export_diagram(drawing, path, scale=scale, transparent=how.transparent, theme=how.theme)
            panel.close()

        ask_for_file(window, panel, tr("Export diagram"), _name_of(window, drawing.snapshot), KINDS, how.kind, write)

    def copy(how: Picture) -> None:
        copy_diagram(drawing, how)
        _say_copied(window, copied_at(how))

    panel.save_wished.connect(save)
    panel.copy_wished.connect(copy)
    panel.show()


def copy_as_it_is(window: Window) -> None:
    """Puts the drawing on the clipboard, in the window's colours."""
    drawing = _drawing_of(window)
    if drawing is None:
        _say_nothing_yet(window)
        return
    how = Picture(theme=theme.name())
    copy_diagram(drawing, how)
    _say_copied(window, copied_at(how))


def _drawing_of(window: Window) -> Drawing | None:
    """What the window shows of the network at this instant, or None while the data are being loaded."""
    snapshot, diagram = window.training.snapshot, window.diagram
    return None if snapshot is None else Drawing(snapshot, (diagram.width(), diagram.height()), window.looking.shown)


def _last_picture(window: Window) -> Picture:
    """As it was chosen the last time, in the colours in force; as at first when that cannot be read."""
    plain = Picture(theme=theme.name())
    try:
        return plain.edited(
            kind=recalled(window, "export/kind", plain.kind),
            scale=float(recalled(window, "export/scale", str(COPY_SCALE))),
            transparent=recalled(window, "export/transparent", "") == "True",
        )
    except ValueError:
        return plain


def _name_of(window: Window, snapshot: Snapshot) -> str:
    return f"{stem_of(window.document)} {'-'.join(str(width) for width in snapshot.plan.widths)}"


# -- the weights ---------------------------------------------------------------------------------------


def save_weights(window: Window) -> None:
    """Asks for a file for the weights of the selected layer, or of the first."""
    snapshot = window.training.snapshot
    if snapshot is None:
        _say_nothing_yet(window)
        return
    layer = nearest_layer(window.selection, snapshot)
    plan = snapshot.plan.layers[layer]

    def write(path: Path) -> None:
        inputs, units = (
            [unit_name(snapshot, column, i) for i in range(snapshot.plan.widths[column])]
            for column in (layer, layer + 1)
        )
        biases = snapshot.biases(layer) if plan.bias else None
        matrices.save_matrix(path, snapshot.weights(layer), biases, inputs, units)

    title = tr("Export the weights of {0}").format(plan.name)
    ask_for_file(window, window, title, f"{stem_of(window.document)} {plan.name}", _MATRIX_KINDS, "csv", write)


def nearest_layer(selection: Selection, snapshot: Snapshot) -> int:
    """The layer of the plan in which the selection is, or behind it for a stage; otherwise the first."""
    if isinstance(selection, StageAt):
        places = [layer.place for layer in snapshot.plan.layers]
        return next(i for i, place in enumerate(places) if place < 0 or place > selection.place)
    return layer_of(selection) or 0


# -- the history ---------------------------------------------------------------------------------------


def save_history(window: Window) -> None:
    """Asks for a file for what was recorded of the run so far."""
    snapshot = window.training.snapshot
    if snapshot is None:
        _say_nothing_yet(window)
        return

    def write(path: Path) -> None:
        replace_file(path, snapshot.history.as_csv().encode())

    name = f"{stem_of(window.document)} history"
    ask_for_file(window, window, tr("Save the history"), name, (("csv", tr("Table as CSV")),), "csv", write)


# -- files ---------------------------------------------------------------------------------------------


def ask_for_file(
    window: Window,
    parent: QWidget,
    title: str,
    name: str,
    kinds: tuple[tuple[str, str], ...],
    kind: str,
    write: Callable[[Path], None],
) -> QFileDialog:
    """Like ``choose_file``; writes at once, and says what came of it."""

    def write_here(path: Path) -> None:
        _write(window, path, write)

    return choose_file(window, parent, title, name, kinds, kind, write_here)


def choose_file(
    window: Window,
    parent: QWidget,
    title: str,
    name: str,
    kinds: tuple[tuple[str, str], ...],
    kind: str,
    chosen: Callable[[Path], None],
) -> QFileDialog:
    """Opens a dialog for a file to write, in the folder of the last one, or else of the last project or table.

    The dialog belongs to ``parent``. ``kinds``: suffix and description; the suffix of the name that is chosen decides,
    ``kind`` where it has none.
    """
    dialog = QFileDialog(parent, title, recalled(window, "export/folder", str(usual_folder(window))))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    filters = {suffix: f"{tr(text)} (*.{suffix})" for suffix, text in kinds}
    dialog.setNameFilters(list(filters.values()))
    dialog.selectNameFilter(filters[kind])
    dialog.setDefaultSuffix(kind)
    dialog.selectFile(f"{name}.{kind}")

    def follow(described: str) -> None:
        dialog.setDefaultSuffix(next(suffix for suffix, text in filters.items() if text == described))

    def done(file: str) -> None:
        window.remember("export/folder", str(Path(file).parent))
        chosen(Path(file))

    dialog.filterSelected.connect(follow)
    dialog.fileSelected.connect(done)
    dialog.open()
    return dialog


def _write(window: Window, path: Path, write: Callable[[Path], None]) -> None:
    """Writes and says where, or what went wrong."""
    try:
        write(path)
    except OSError as error:
        window.banner.say(tr("{0} could not be written: {1}.").format(path, error.strerror or error))
    except ValueError as error:
        window.banner.say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
    else:
        window.status.showMessage(tr("Written: {0}").format(path), _SAID_MS)


def _say_copied(window: Window, scale: float) -> None:
    window.status.showMessage(tr("Copied: the diagram as an image ({0}×) and as SVG").format(editable(scale)), _SAID_MS)


def _say_nothing_yet(window: Window) -> None:
    window.status.showMessage(tr("Nothing to export yet: the data are still being loaded."), _SAID_MS)


def recalled(window: Window, key: str, otherwise: str) -> str:
    """A choice kept by ``Window.remember``."""
    return otherwise if window.settings is None else str(window.settings.value(key, otherwise))
