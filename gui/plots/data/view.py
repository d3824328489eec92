"""The Data view: a table of all rows, two columns as a scatter plot, and the balance of the classes."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.model import Evaluation
from engine.snapshot import Snapshot
from gui.plots.data.balance import BalancePage
from gui.plots.data.points import ScatterPage
from gui.plots.data.rows import Answers, Rows
from gui.plots.data.sheet import Sheet
from gui.plots.data.table import TablePage
from gui.plots.titles import PanelTitle
from gui.plots.view import About, Empty, Table, View
from gui.text import tr


class DataView(View):
    """Shows what a network learns from, on one of three pages; ``page`` is the key of the one that is shown."""

    about = About(
        "What is in the data?",
        "Every row of the training and the test part in your units, with what the network answers now.",
        ("value = x · factor + shift", "error = answer − truth", "share = rows of the class / rows of the part"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        switches = (
            ("table", tr("table"), tr("All rows, sorted and filtered")),
            ("scatter", tr("scatter"), tr("Two columns against one another")),
            ("balance", tr("balance"), tr("How many rows of each class there are, or how the numbers spread")),
        )
        self.title = PanelTitle(tr("Data"), switches)
        self.title.switched.connect(self._switch)
        self.cells, self.scatter, self.balance = TablePage(), ScatterPage(), BalancePage()
        self._pages: dict[str, TablePage | ScatterPage | BalancePage]
        self._pages = {"table": self.cells, "scatter": self.scatter, "balance": self.balance}
        self._snapshot: Snapshot | None = None
        self._data: Dataset | None = None
        self._evaluation: Evaluation | None = None
        self._sheet: Sheet | None = None
        for page in (self.cells, self.scatter):
            page.row_picked.connect(self.row_picked)
            page.changed.connect(self._note)
        self.cells.cells.said.connect(self.title.show_note)
        self.balance.class_picked.connect(self._pick_class)
        self._empty = Empty(tr("There are no rows yet."))
        self._stack = QStackedWidget()
        for widget in (self._empty, *self._pages.values()):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.page = ""
        self.show_page("table")

    # -- what is shown ---------------------------------------------------------------------------

    def show_page(self, key: str) -> None:
        """Turns to a page: "table", "scatter" or "balance"."""
        self.page = key
        for each in self._pages:
            self.title.show_switch(each, each == key)
        self._draw()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the data of an instant, and what the network answers to them."""
        self._snapshot = snapshot
        if snapshot.data is not self._data:
            self._data, self._evaluation = snapshot.data, snapshot.evaluation
            rows = Rows(snapshot.data)
            self._sheet = Sheet(rows, self._answers(rows, snapshot))
        self._draw()

    def _draw(self) -> None:
        """The page that is shown, as it is now."""
        snapshot, sheet = self._snapshot, self._sheet
        if snapshot is None or sheet is None or not len(sheet.rows):
            self._stack.setCurrentWidget(self._empty)
            self.title.show_note("")
            return
        self._stack.setCurrentWidget(self._pages[self.page])
        if self.page == "table":
            if snapshot.evaluation is not self._evaluation:
                self._evaluation = snapshot.evaluation
                sheet.show_answers(self._answers(sheet.rows, snapshot))
            self.cells.show_sheet(sheet)
        elif self.page == "scatter":
            self.scatter.show_rows(sheet.rows)
        else:
            self.balance.show_rows(sheet.rows)
        self._note()

    @Slot()
    def _note(self) -> None:
        """How many rows are shown, and of which step the answers are."""
        parts = tr("● training  ○ test")
        step = f"{self._evaluation.step:,}" if self._evaluation is not None else ""
        words = {
            "table": tr("{0} · answers at step {1}").format(self.cells.count, step),
            "scatter": f"{self.scatter.count} · {parts}",
            "balance": parts,
        }
        self.title.show_note(words[self.page])

    @staticmethod
    def _answers(rows: Rows, snapshot: Snapshot) -> Answers:
        return Answers(rows, snapshot.evaluation, snapshot.plan.loss.threshold)

    def show_row(self, row: int) -> None:
        """Marks the traced row: in the table it is selected, in the scatter plot it has a ring."""
        self.cells.show_row(row)
        self.scatter.show_row(row)

    def show_class(self, index: int) -> None:
        """Lets a class stand out in the bars and in the scatter plot."""
        self.scatter.show_class(index)
        self.balance.show_class(index)

    def table(self) -> Table | None:
        """The data of the page: the rows that are listed, all points, or the counts."""
        if self._sheet is None or not len(self._sheet.rows):
            return None
        return self._pages[self.page].table()

    # -- wishes ----------------------------------------------------------------------------------

    @Slot(str, bool)
    def _switch(self, key: str, _on: bool) -> None:
        self.show_page(key)

    @Slot(int)
    def _pick_class(self, index: int) -> None:
        """The rows of the class are those that the table lists from now on."""
        assert self._sheet is not None
        self.cells.show_sheet(self._sheet)
        self.cells.show_filter(index)
        self.class_picked.emit(index)
