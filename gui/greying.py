"""Controls that cannot be used now: they are grey, and their tooltip says why."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


def grey(control: QWidget | QAction, reason: str) -> None:
    """Greys a control for a reason, which stands below what its tooltip says; with "" it can be used.

    What the tooltip says besides is kept when this is first called. A menu is greyed by its entry.
    """
    control = control.menuAction() if isinstance(control, QMenu) else control
    about = control.property("about")
    if about is None:
        about = control.toolTip()
        control.setProperty("about", about)
    control.setEnabled(not reason)
    control.setToolTip(f"{about}\n{reason}".strip() if reason else about)
