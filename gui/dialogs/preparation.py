"""How raw values become inputs, and answers the target's own words and units: as fitted on the training rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.data.preparation import Preparation, PreparedColumn
from engine.data.table_spec import KINDS
from gui.amounts import counted
from gui.text import in_a_sentence, number, tr
from gui.theme import colours

_HEADS = ("Input", "from column", "of kind", "a missing value", "what the network is given")
_MOST_CLASSES = 12


def rows_of(preparation: Preparation) -> list[tuple[str, ...]]:
    """What is done for each input and, last, for the target; the words of ``_HEADS`` for each."""
    makers = {name: column for column in preparation.columns for name in column.variables}
    made = {feature.name: feature for feature in preparation.derived}
    rows: list[tuple[str, ...]] = []
    for place, name in enumerate(preparation.names):
        shift, factor = preparation.shift[place], preparation.factor[place]
        scaled = _scaled(shift, factor, tr("value"))
        if name in makers:
            column = makers[name]
            scaled = _coded(column, name) if (shift, factor) == (0.0, 1.0) else scaled
            rows.append(
                (name, column.name, in_a_sentence(tr(dict(KINDS)[column.kind])), _missing(column, name), scaled)
            )
        else:
            rows.append((name, ", ".join(made[name].columns), tr("feature"), "", scaled))
    target = preparation.target
    if target.classes:
        asked = tr("place among {0}").format(
            ", ".join(target.classes[:12]) + (" …" if len(target.classes) > 12 else "")
        )
        return [*rows, (target.name, target.name, tr("target, class"), tr("row left out"), asked)]
    value = f"log(1 + {tr('value')})" if target.logarithmic else tr("value")
    for shift, factor in zip(target.shift, target.factor, strict=True):
        scaled = _scaled(shift, factor, value)
        rows.append((target.name, target.name, tr("target, number"), tr("row left out"), scaled))
    return rows


def _scaled(shift: float, factor: float, value: str) -> str:
    if (shift, factor) == (0.0, 1.0):
        return value
    return f"({value} {'−' if shift >= 0 else '+'} {number(abs(shift), 5)}) / {number(factor, 5)}"


def _coded(column: PreparedColumn, name: str) -> str:
    """What an input that is not scaled is, in words."""
    if column.indicator and name == column.variables[-1]:
        return tr("1 where it is missing, else 0")
    if not column.labels:
        return tr("value")
    if column.kind == "yes_no" or column.encoding == "ordinal":
        coded = ", ".join(f"{label} = {place}" for place, label in enumerate(column.labels[:_MOST_CLASSES]))
        return coded + (" …" if len(column.labels) > _MOST_CLASSES else "")
    return tr("1 where it is so, else 0")


def _missing(column: PreparedColumn, name: str) -> str:
    """What takes the place of a missing value."""
    if column.fill is None:
        return tr("row left out")
    if column.indicator and name == column.variables[-1]:
        return "1"
    if column.labels:
        return column.labels[int(column.fill)]
    words = number(column.fill, 5) if column.kind != "date" else tr("the middle date")
    return tr("{0}, zero too").format(words) if column.zeros_missing else words


def show_preparation(preparation: Preparation, rows: int, parent: QWidget) -> QDialog:
    """A window with a line for each input; it does not block. ``rows``: how many it was fitted on."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Preparation"))
    one = tr("Fitted on the only training row, and used on every other row: test rows, typed rows, files.")
    many = tr("Fitted on the {0} training rows alone, and used on every other row: test rows, typed rows, files.")
    words = QLabel(counted(rows, one, many), wordWrap=True)
    words.setProperty("role", "note")
    lines = rows_of(preparation)
    table = QTableWidget(len(lines), len(_HEADS))
    table.setHorizontalHeaderLabels([tr(head) for head in _HEADS])
    table.setAccessibleName(tr("Preparation"))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    c = colours()
    table.setStyleSheet(
        f"QHeaderView::section {{ background: {c.surface}; color: {c.quiet}; border: none; padding: 6px 12px;"
        f" border-bottom: 1px solid {c.line}; }} QTableWidget::item {{ padding: 0 12px; }}"
    )
    table.setFrameShape(QTableWidget.Shape.NoFrame)
    table.verticalHeader().hide()
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for row, line in enumerate(lines):
        for column, text in enumerate(line):
            table.setItem(row, column, QTableWidgetItem(text))
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setResizeContentsPrecision(200)
    header.setStretchLastSection(True)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 20, 24, 20)
    layout.addWidget(words)
    layout.addWidget(table)
    dialog.resize(860, min(160 + 30 * len(lines), 620))
    dialog.show()
    return dialog
