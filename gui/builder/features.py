"""Features made from columns: a switch for each, and a menu of those that can be added."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.data.derived import TRANSFORMS, Derived
from gui.builder.flow import FlowLayout, label_chip
from gui.greying import grey
from gui.text import tr


def usual_features(columns: tuple[str, ...]) -> tuple[Derived, ...]:
    """Those that are tried first on a plane of one or two columns between −1 and 1: squares, product, waves."""
    squares = (Derived(kind="square", columns=(column,)) for column in columns)
    products = [Derived(kind="product", columns=columns)] if len(columns) > 1 else []
    return (*squares, *products, *(Derived(kind="sine", columns=(column,)) for column in columns))


class FeatureSwitches(QWidget):
    """Shows which features are made. ``wished(tuple of Derived)`` is the wish for others."""

    wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._on: tuple[Derived, ...] = ()
        self._planar = False
        self._offered: tuple[Derived, ...] = ()
        self.chips: list[QToolButton] = []
        self._flow_host = QWidget()
        self._flow = FlowLayout(self._flow_host)
        self.add_button = QPushButton(tr("+ Add feature"))
        self.add_button.setProperty("role", "link")
        self.add_button.setToolTip(tr("One more input, made from columns: a power or a product"))
        self.add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add_button.clicked.connect(self._open)
        self.menu = QMenu(self)
        self.menu.triggered.connect(self._chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._flow_host)
        layout.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_features(self, columns: tuple[str, ...], on: tuple[Derived, ...], planar: bool) -> None:
        """Shows the features that are made of columns. ``planar``: one or two columns, between about −1 and 1."""
        self._columns, self._on, self._planar = columns, on, planar
        usual = usual_features(columns) if planar else ()
        offered = (*usual, *(feature for feature in on if feature not in usual))
        if offered != self._offered:
            self._rebuild(offered)
        for chip, feature in zip(self.chips, offered, strict=True):
            chip.setChecked(feature in on)

    def _rebuild(self, offered: tuple[Derived, ...]) -> None:
        self._offered = offered
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(feature.name) for feature in offered]
        for chip in self.chips:
            self._flow.addWidget(chip)
        self._flow_host.setVisible(bool(offered))

    def _chip(self, name: str) -> QToolButton:
        chip = QToolButton()
        label_chip(chip, name)
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setToolTip(tr("{0}: switch this feature on or off").format(name))
        chip.setAccessibleName(name)
        chip.clicked.connect(self._chip_toggled)
        return chip

    @Slot()
    def _chip_toggled(self) -> None:
        chip = self.sender()
        assert isinstance(chip, QToolButton)
        self._toggle(self._offered[self.chips.index(chip)])

    def _toggle(self, toggled: Derived) -> None:
        on = self._on
        self.wished.emit(tuple(each for each in on if each != toggled) if toggled in on else (*on, toggled))
        # What was wished is shown when it has become true.
        self.show_features(self._columns, self._on, self._planar)

    # -- the menu --------------------------------------------------------------------------------

    @Slot()
    def _open(self) -> None:
        """Opens the menu under its button, with the first kind ready for Enter."""
        self.fill_menu()
        self.menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))
        self.menu.setActiveAction(self.menu.actions()[0])

    def fill_menu(self) -> None:
        """A submenu of columns for every kind that makes sense for the data and has enough columns."""
        self.menu.clear()
        for transform in TRANSFORMS:
            if (self._planar or not transform.planar) and len(self._columns) >= transform.takes:
                self._add_columns(self.menu, f"{tr(transform.label)}   {transform.formula}", [transform.key])

    def _add_columns(self, menu: QMenu, label: str, chosen: list[str]) -> None:
        """A submenu of columns that is filled when it opens; ``chosen``: the kind, and the columns so far."""
        below = menu.addMenu(label)
        below.setStyleSheet("QMenu { menu-scrollable: 1; }")
        below.menuAction().setData(chosen)
        below.aboutToShow.connect(self._list)

    @Slot()
    def _list(self) -> None:
        menu = self.sender()
        assert isinstance(menu, QMenu)
        menu.clear()
        menu.setToolTipsVisible(True)
        kind, *chosen = menu.menuAction().data()
        last = len(chosen) + 1 == TRANSFORMS[kind].takes
        for column in self._columns:
            label, columns = column.replace("&", "&&"), (*chosen, column)
            if column in chosen:
                continue
            if not last:
                self._add_columns(menu, label, [kind, *columns])
                continue
            action = menu.addAction(label)
            action.setData([kind, *columns])
            made = [(feature.kind, set(feature.columns)) for feature in self._on]
            grey(action, tr("This feature is there already") if (kind, set(columns)) in made else "")

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        kind, *columns = action.data()
        self._toggle(Derived(kind=kind, columns=tuple(columns)))
