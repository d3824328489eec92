"""The misread images: what they look like, what they are, and what they were taken for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from engine.snapshot import Snapshot
from gui.diagram.nodes import image_side
from gui.pages.page import rows_in_words
from gui.pages.scored import Scored, scored
from gui.pages.scoredpage import ScoredPage
from gui.plots.view import About, Table
from gui.text import number, probability, tr
from gui.theme import colours, rgb

# So many are shown at most, the largest errors.
MOST = 100
_SIDE = 48
_ROW = Qt.ItemDataRole.UserRole


class Misread(ScoredPage):
    """Every row with a wrong answer as an image, the largest error first. A click, or Enter, traces it."""

    about = About(
        "Which images does it misread?",
        "Every row whose answer is wrong, the one whose true class was thought least likely first, with what it is and "
        "what it was taken for.",
        ("error = 1 − p[true class]",),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = QListWidget()
        self._dress_images()
        self.images.itemClicked.connect(self._pick)
        self.images.itemActivated.connect(self._pick)
        self._range: tuple[object, float, float] = (None, 0.0, 1.0)
        self._shown: object = None
        self._scored: Scored | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 8, 4)
        layout.addWidget(self.images)

    def _dress_images(self) -> None:
        images = self.images
        images.setAccessibleName(tr("Misread images"))
        images.setStyleSheet("QListWidget { border: none; padding: 0; }")
        images.setViewMode(QListView.ViewMode.IconMode)
        images.setMovement(QListView.Movement.Static)
        images.setResizeMode(QListView.ResizeMode.Adjust)
        images.setUniformItemSizes(True)
        images.setIconSize(QSize(_SIDE, _SIDE))
        images.setGridSize(QSize(66, 74))
        images.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)

    def show_theme(self) -> None:
        """Has the images drawn in the colours of the theme in force."""
        self._shown = None

    def draw(self, snapshot: Snapshot) -> None:
        """Shows the rows that are misread at an instant."""
        found = self._scored = self.rows_of(snapshot)
        part, misread = found.part, found.misread()
        few = misread[:MOST]
        share = number(100.0 * len(misread) / max(len(found.rows), 1))
        what = tr("{0} of {1}, {2} %").format(f"{len(misread):,}", rows_in_words(len(found.rows), part), share)
        cut = tr("first {0} of {1}").format(MOST, what) if len(misread) > MOST else what
        self.words.say(cut)
        key = (snapshot.data, part, few.tobytes(), found.answer[few].tobytes(), found.scores[few].tobytes())
        if self._shown is None or key[0] is not self._shown[0] or key[1:] != self._shown[1:]:  # type: ignore[index]
            self._shown = key
            self._fill(snapshot, found, few)
        self._mark()

    def _fill(self, snapshot: Snapshot, found: Scored, places: NDArray[np.int64]) -> None:
        scrolled = self.images.verticalScrollBar().value()
        self.images.clear()
        names = snapshot.data.classes
        pictures = self._pictures(snapshot, found.part, places)
        for place, picture in zip(places.tolist(), pictures, strict=True):
            truth, answer = (names[each[place]] for each in (found.truth, found.answer))
            item = QListWidgetItem(QIcon(picture), f"{truth} → {answer}")
            item.setData(_ROW, int(found.rows[place]))
            lines = [tr("row {0}, click to trace it").format(int(found.rows[place]) + 1)]
            for each in (found.truth[place], found.answer[place]):
                lines.append(f"{names[each]}: {probability(float(found.scores[place, each]), 4)}")
            item.setToolTip("\n".join(lines))
            self.images.addItem(item)
        self.images.verticalScrollBar().setValue(scrolled)

    def _pictures(self, snapshot: Snapshot, part: str, places: NDArray[np.int64]) -> list[QPixmap]:
        """Rows of a part as images, from the ground to the text's colour over the range of all pixels."""
        data, c = snapshot.data, colours()
        side = image_side(data.names)
        assert side is not None
        if self._range[0] is not data:
            ends = [data.x_scaling.undo(each) for x in (data.x_train, data.x_test) if len(x)
                    for each in (x.min(axis=0), x.max(axis=0))]  # fmt: skip
            self._range = (data, float(np.min(ends)), float(np.max(ends)))
        _, low, high = self._range
        values = data.x_scaling.undo(data.part(part)[0][places])
        share = ((values - low) / max(high - low, 1e-12)).clip(0.0, 1.0).reshape(-1, side, side, 1)
        ground, ink = (np.array(rgb(each), np.float64) for each in (c.chip, c.text))
        pixels = np.ascontiguousarray((ground + share * (ink - ground)).round().astype(np.uint8))
        made = [QImage(each.tobytes(), side, side, 3 * side, QImage.Format.Format_RGB888) for each in pixels]
        size, quick = QSize(_SIDE, _SIDE), Qt.TransformationMode.FastTransformation
        return [QPixmap.fromImage(each.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, quick)) for each in made]

    def _mark(self) -> None:
        """The traced row is the current one, where it is among them."""
        for place in range(self.images.count()):
            if self.images.item(place).data(_ROW) == self.marks.row:
                self.images.setCurrentRow(place)
                return
        self.images.clearSelection()

    @Slot(QListWidgetItem)
    def _pick(self, item: QListWidgetItem) -> None:
        self.row_picked.emit(int(item.data(_ROW)))

    def problem(self, snapshot: Snapshot) -> str:
        """Where none is misread, that is said."""
        found, trouble = scored(snapshot, self.marks.part_of(snapshot)), super().problem(snapshot)
        if trouble or len(found.misread()):
            return trouble
        return tr("{0}: none is misread.").format(rows_in_words(len(found.rows), found.part))

    def table(self) -> Table | None:
        """All misread rows, the largest error first."""
        if self._scored is None or self.snapshot is None:
            return None
        found, names = self._scored, self.snapshot.data.classes
        places = found.misread()
        figure = tr("probability of {0}") if found.probable else tr("output of {0}")
        return Table(
            {
                tr("row"): found.rows[places] + 1,
                tr("true"): [names[k] for k in found.truth[places]],
                tr("answer"): [names[k] for k in found.answer[places]],
                figure.format(tr("true")): found.scores[places, found.truth[places]],
                figure.format(tr("answer")): found.scores[places, found.answer[places]],
            }
        )
