"""The settings of the program, in a window of their own: every change counts at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from gui import language, threads
from gui.forms import Form
from gui.greying import grey
from gui.preferences import Preferences
from gui.settings import Settings
from gui.text import said, tr

# What stands together, under a heading.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Window", ("theme", "language")),
    ("Training", ("speed", "keep_learned", "hints", "threads")),
    ("Files", ("folder", "autosave", "autosave_seconds")),
)


class SettingsDialog(QDialog):
    """Shows the settings in force and changes them; does not block."""

    def __init__(self, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self._preferences = preferences
        self.forms: list[Form] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        for heading, names in GROUPS:
            title = QLabel(tr(heading))
            title.setProperty("role", "section")
            form = Form(Settings, names)
            form.setMinimumWidth(380)
            form.edited.connect(self._change)
            layout.addWidget(title)
            layout.addWidget(form)
            layout.addSpacing(12)
            self.forms.append(form)
        self.next_start = _note(tr("The language changes at the next start."))
        layout.addWidget(self.next_start)
        layout.addWidget(self._make_note())
        layout.addLayout(self._make_buttons())
        self._show(preferences.settings)
        preferences.changed.connect(self._show)

    def _make_note(self) -> QLabel:
        lines = [tr("Threads: {0}.").format(said(threads.in_words()))] if threads.is_given() else []
        if self._preferences.path is not None:
            lines.append(tr("Kept in {0}").format(self._preferences.path))
        label = _note("\n".join(lines))
        label.setVisible(bool(lines))
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _make_buttons(self) -> QHBoxLayout:
        self.defaults, close = QPushButton(tr("Defaults")), QPushButton(tr("Close"))
        self.defaults.setProperty("role", "link")
        self.defaults.setToolTip(tr("Every setting as it is at first"))
        self.defaults.clicked.connect(self._preferences.reset)
        close.setToolTip(tr("Closes the settings (Esc)"))
        close.setProperty("role", "primary")
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self.defaults)
        row.addStretch(1)
        row.addWidget(close)
        for button in (self.defaults, close):
            # Enter in a field is for the field.
            button.setAutoDefault(False)
        return row

    @Slot(object)
    def _show(self, settings: Settings) -> None:
        self.next_start.setVisible(language.meant_by(settings.language) != language.spoken())
        for form in self.forms:
            form.show_spec(settings)
            if "threads" in form.fields:
                grey(form.fields["threads"], said(threads.in_words()) if threads.is_given() else "")

    @Slot(str, object, int)
    def _change(self, name: str, value: object, _gesture: int) -> None:
        self._preferences.change(**{name: value})


def _note(words: str) -> QLabel:
    label = QLabel(words, wordWrap=True)
    label.setProperty("role", "note")
    return label


def show_settings(preferences: Preferences, parent: QWidget) -> SettingsDialog:
    """Opens the settings, or brings them to the front where they are open; does not block."""
    dialog = parent.findChild(SettingsDialog)
    if dialog is None:
        dialog = SettingsDialog(preferences, parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog
