"""The toolbar: train, step, reset, speed, the counters and the figures that matter most."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.experiment import Experiment
from engine.metrics import metrics_for
from engine.snapshot import Snapshot
from gui.actions import MENUS
from gui.amounts import counted
from gui.icons import icon
from gui.speeds import FULL_SPEED, SPEEDS
from gui.text import MINUS, in_a_sentence, keys_in_words, number, percent, tr
from gui.theme import colours, pixels

# Narrower windows do without the words of the search field, of the buttons and of the speed.
_ROOMS = (1420, 1320, 1060)
# How wide the button at least is in usual type, and the slider, and where there is little room.
_WIDE, _NARROW = (96, 108), (80, 56)
# Numbers from the first on are written whole, and from the second on in few digits.
_LARGE, _HUGE = 1e4, 1e6
# What is left and right of the icon and the words of the button, and between the two.
_PADDING, _BETWEEN = 14, 4
# How wide a character of a number is in usual type.
_CHARACTER = 9
# So much more than left of its icon a button has right of its words.
_SPARE = 14


def in_short(value: float, decimals: int) -> str:
    """A number with so many decimals; a large one without any, a tiny or a huge one in few digits."""
    if value == 0.0 or 10.0 ** (1 - decimals) <= abs(value) < _LARGE:
        return f"{value:.{decimals}f}".replace("-", MINUS)
    if _LARGE <= abs(value) < _HUGE:
        return f"{value:,.0f}".replace("-", MINUS)
    return number(value, 4 if abs(value) >= 1.0 else 2)


class Figure(QWidget):
    """A number with a small caption under it. Its width is kept, so that nothing jumps."""

    def __init__(self, caption: str, characters: int, help_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value, self._caption = QLabel("–"), QLabel(caption)
        self._value.setProperty("role", "figure")
        self._caption.setProperty("role", "caption")
        self._characters = characters
        self.setToolTip(help_text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.setSpacing(0)
        layout.addWidget(self._value)
        layout.addWidget(self._caption)

    def keep_width(self) -> None:
        """Keeps the width of a long number in type of the size in force."""
        self._value.setMinimumWidth(pixels(_CHARACTER * self._characters))

    def show_tint(self, tint: str) -> None:
        """Shows the number in another colour."""
        self._value.setStyleSheet(f"color: {tint};")

    def show_value(self, text: str, caption: str | None = None) -> None:
        """Shows a number, and another caption where given."""
        self._value.setText(text)
        if caption is not None and caption != self._caption.text():
            self._caption.setText(caption)
        self.setAccessibleName(f"{self._caption.text()}: {text}")

    @property
    def ink(self) -> str:
        """The colour of the number, as #rrggbb."""
        return self._value.palette().color(self._value.foregroundRole()).name().upper()

    @property
    def text(self) -> str:
        """The number that is shown."""
        return self._value.text()


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("upright")
    rule.setFixedHeight(26)
    return rule


class ToolBar(QToolBar):
    """Built from the actions. ``speed_chosen(index into SPEEDS)`` when the slider moves."""

    speed_chosen = Signal(int)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(tr("Toolbar"), parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self._running, self._wordless = False, False
        self._place_of: dict[Figure, QAction] = {}
        self.train = QPushButton()
        self.train.setProperty("role", "primary")
        self.train.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.train.clicked.connect(actions["train.toggle"].trigger)
        self.addWidget(self.train)
        for name in ("train.step", "train.epoch", "train.reset", "train.restart"):
            self.addWidget(self._button(actions[name]))
        self._worded = [
            b
            for b in self.findChildren(QToolButton)
            if b.defaultAction() in (actions["train.step"], actions["train.reset"])
        ]
        self.addWidget(_rule())
        self.speed = self._make_speed()
        self.addWidget(_rule())
        self.epoch = self._figure(tr("epoch"), 5, tr("Passes over the training rows so far"))
        self.step = self._figure(tr("step"), 7, tr("Mini-batches so far"))
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spring)
        self.train_loss = self._figure(tr("training loss"), 7, tr("Mean loss over all training rows"))
        self.test_loss = self._figure(tr("test loss"), 7, tr("Mean loss over the rows held out"))
        self.quality = self._figure(tr("test accuracy"), 8, tr("Measured on the rows held out"))
        self.addWidget(_rule())
        self._search = QPushButton()
        self._search.setProperty("role", "search")
        self._search.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._search.setAccessibleName(tr("Search commands"))
        self._search.clicked.connect(actions["view.commands"].trigger)
        self._search.setToolTip(actions["view.commands"].toolTip())
        # Where all words are dropped and there still is too little room, these go one after the other.
        self._last = [self.addWidget(self._search), *(self._place_of[figure] for figure in (self.step, self.epoch))]
        self.menu_button = self._make_menu()
        self.show_running(False)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text())
        return button

    def _make_speed(self) -> QSlider:
        label = QLabel(tr("Speed"))
        label.setProperty("role", "quiet")
        self._speed_label = self.addWidget(label)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, FULL_SPEED)
        slider.setPageStep(1)
        slider.setFixedWidth(_WIDE[1])
        slider.setAccessibleName(tr("Speed"))
        slider.valueChanged.connect(self._say_speed)
        slider.valueChanged.connect(self.speed_chosen)
        label.setBuddy(slider)
        self.addWidget(slider)
        self.speed = slider
        self._say_speed(0)
        return slider

    @Slot(int)
    def _say_speed(self, index: int) -> None:
        speed = SPEEDS[index]
        words = tr("as fast as possible")
        if speed is not None:
            words = counted(speed, tr("{0} step per second"), tr("{0} steps per second"))
        self.speed.setToolTip(tr("Speed: {0} (Ctrl+Left, Ctrl+Right)").format(words))

    def _figure(self, caption: str, characters: int, help_text: str) -> Figure:
        figure = Figure(caption, characters, help_text)
        self._place_of[figure] = self.addWidget(figure)
        return figure

    def _make_menu(self) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(tr("Menu"))
        button.setToolTip(self._actions["view.menu"].toolTip())
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for title, names in MENUS:
            part = menu.addMenu(tr(title))
            for name in names:
                if name:
                    part.addAction(self._actions[name])
                else:
                    part.addSeparator()
        button.setMenu(menu)
        self.addWidget(button)
        return button

    def show_theme(self) -> None:
        """Draws the icons again in the colours of the theme in force."""
        c = colours()
        side = QSize(pixels(16), pixels(16))
        buttons: list[QAbstractButton] = self.findChildren(QAbstractButton)
        for button in buttons:
            button.setIconSize(side)
        self.menu_button.setIcon(icon("menu", c.text))
        self._search.setIcon(icon("search", c.quiet))
        self.train_loss.show_tint(c.series[0])
        self.test_loss.show_tint(c.test_text)
        for figure in self.findChildren(Figure):
            figure.keep_width()
        self.show_running(self._running)
        # Words are longer in large type.
        self.show_width(self.window().width())

    def show_running(self, running: bool) -> None:
        """Train or Pause."""
        self._running = running
        words = tr("Pause") if running else tr("Train")
        self.train.setText("" if self._wordless else words)
        self.train.setAccessibleName(words)
        self.train.setIcon(icon("pause" if running else "play", colours().on_accent))
        self.train.setToolTip(tr("Pause (Space)") if running else tr("Train (Space)"))
        action = self._actions["train.toggle"]
        action.setText(words)
        action.setIcon(icon("pause" if running else "play", colours().text))

    def show_width(self, width: int) -> None:
        """Drops words where there is little room for them, or where those of a language are long."""
        for dropped in range(sum(width < room for room in _ROOMS), len(_ROOMS) + 2 + len(self._last)):
            self._drop(dropped)
            if self.sizeHint().width() <= width:
                break

    def _drop(self, words: int) -> None:
        """Without the words of the search field (1), also of the buttons (2), the speed (3), the first button (4).

        Then the search field goes (5), which the menu has too; last in large type the step (6) and the epoch (7).
        """
        search = f"{tr('Search commands')}   {keys_in_words(self._actions['view.commands'].shortcut())}"
        self._search.setText("" if words > 0 else search)
        for dropped, place in enumerate(self._last, start=5):
            place.setVisible(words < dropped)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if words > 1 else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in self._worded:
            button.setToolButtonStyle(style)
            button.setFixedWidth(button.sizeHint().width() - (_SPARE if words <= 1 else 0))
        self._speed_label.setVisible(words <= 2)
        least, slider = _WIDE if words <= 2 else _NARROW
        self.speed.setFixedWidth(slider)
        self._wordless = words > 3
        self.show_running(self._running)
        self.train.setFixedWidth(self._room_for_icon if self._wordless else max(pixels(least), self._room_for_words))

    @property
    def _room_for_icon(self) -> int:
        return self.train.iconSize().width() + 2 * _PADDING

    @property
    def _room_for_words(self) -> int:
        """How wide the first button has to be for either of its words, so that it stays when they change."""
        words = max(map(self.train.fontMetrics().horizontalAdvance, (tr("Train"), tr("Pause"))))
        return self._room_for_icon + _BETWEEN + words

    def show_snapshot(self, snapshot: Snapshot, experiment: Experiment) -> None:
        """Shows counters, losses and the metric of an instant."""
        evaluation = snapshot.evaluation
        self.epoch.show_value(f"{snapshot.epoch:,}", tr("epoch of {0}").format(f"{experiment.training.epochs:,}"))
        self.step.show_value(f"{snapshot.step:,}")
        loss, learns = evaluation.train["loss"], len(snapshot.data.y_train) > 0
        self.train_loss.show_value(in_short(loss, 4) if learns else "–")
        tested = bool(evaluation.test)
        self.test_loss.show_value(in_short(evaluation.test["loss"], 4) if tested else "–")
        metric = metrics_for(snapshot.data.task)[0]
        value = (evaluation.test if tested else evaluation.train)[metric.key]
        text = percent(value, below_each_other=True) if metric.key == "accuracy" else in_short(value, 3)
        caption = (tr("test {0}") if tested else tr("training {0}")).format(in_a_sentence(tr(metric.label)))
        self.quality.show_value(text if tested or learns else "–", caption)
        if self.sizeHint().width() > self.window().width():
            # Captions and numbers have grown.
            self.show_width(self.window().width())
