"""The window as the settings say: theme, speed, threads and what an edit keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from gui import theme, threads
from gui.settings import Settings
from gui.speeds import index_of

if TYPE_CHECKING:
    from gui.window import Window


class Following(QObject):
    """Puts settings in force in a window, at first and whenever they change."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        preferences = window.preferences
        window.show_theme(self._wished_theme)
        self.follow(preferences.settings)
        if preferences.complaint:
            window.banner.say(preferences.complaint)
        preferences.changed.connect(self.follow)
        preferences.complained.connect(window.banner.say)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)

    @Slot(object)
    def follow(self, settings: Settings) -> None:
        """Puts settings in force."""
        window = self._window
        self._follow_desktop()
        window.toolbar.speed.setValue(index_of(settings.speed))
        window.wishes.choose_speed(window.toolbar.speed.value())
        window.editing.keeps_learned = settings.keep_learned
        window.status.hint.enable(settings.hints)
        threads.use(settings.threads)
        window.refresh_commands()

    @Slot()
    def _follow_desktop(self) -> None:
        """The desktop has gone light or dark, which matters where the theme is its own."""
        if self._wished_theme != theme.name():
            self._window.show_theme(self._wished_theme)

    @property
    def _wished_theme(self) -> str:
        wished = self._window.preferences.settings.theme
        return theme.system_theme() if wished == "system" else wished
