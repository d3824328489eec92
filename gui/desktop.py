"""Glassbox in a Linux desktop: its entry in the menu, its icon, and the type of its files. Imports no Qt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from engine.files import PROJECT_SUFFIX, replace_file

# No other program opens this type, so that nothing has to be written into the user's choice of programs.
MIME_TYPE = "application/x-glassbox"
_MAIN = Path(__file__).resolve().parents[1] / "main.py"

_ENTRY = f"""[Desktop Entry]
Type=Application
Name=Glassbox
GenericName=Neural networks
Comment=Build a neural network, watch it learn, and check every number
Exec={{command}} %f
Icon=glassbox
Terminal=false
Categories=Education;Science;ArtificialIntelligence;
MimeType={MIME_TYPE};
StartupWMClass=Glassbox
"""
# A project is a safetensors file, which has no mark of its own at its beginning; so its name decides.
_MIME = f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME_TYPE}">
    <comment>Glassbox project</comment>
    <icon name="glassbox"/>
    <glob pattern="*{PROJECT_SUFFIX}"/>
  </mime-type>
</mime-info>
"""
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128">
  <rect x="8" y="8" width="112" height="112" rx="26" fill="#3A5BD9"/>
  <rect x="13" y="13" width="102" height="102" rx="21" fill="none" stroke="#8FA4EC" stroke-width="3"/>
  <g fill="none" stroke="#FFFFFF" stroke-width="4" stroke-linecap="round">
    <path d="M36 44 64 30M36 44 64 64M36 44 64 98M36 84 64 30M36 84 64 64M36 84 64 98" stroke-opacity=".55"/>
    <path d="M64 30 94 64M64 64 94 64M64 98 94 64"/>
  </g>
  <g fill="#FFFFFF">
    <circle cx="36" cy="44" r="9"/><circle cx="36" cy="84" r="9"/>
    <circle cx="64" cy="30" r="9"/><circle cx="64" cy="64" r="9"/><circle cx="64" cy="98" r="9"/>
  </g>
  <circle cx="94" cy="64" r="12" fill="#FFA14A" stroke="#FFFFFF" stroke-width="4"/>
</svg>
"""


def data_folder() -> Path:
    """Where a user's own entries of the desktop are."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def files() -> dict[Path, str]:
    """Every file that makes Glassbox known to the desktop, and what it holds."""
    share = data_folder()
    icons = share / "icons" / "hicolor" / "scalable"
    return {
        share / "applications" / "glassbox.desktop": _ENTRY.format(command=_command()),
        share / "mime" / "packages" / "glassbox.xml": _MIME,
        icons / "apps" / "glassbox.svg": ICON,
        icons / "mimetypes" / f"{MIME_TYPE.replace('/', '-')}.svg": ICON,
    }


def register() -> list[Path]:
    """Writes the files and tells the desktop; returns them. Raises ``OSError``."""
    for path, words in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, words.encode())
    _tell()
    return list(files())


def remove() -> list[Path]:
    """Takes the files away and tells the desktop; returns those that were there. Raises ``OSError``."""
    there = [path for path in files() if path.exists()]
    for path in there:
        path.unlink()
    _tell()
    return there


def _tell() -> None:
    """Has the desktop read its folders again, with what there is of its tools; it does so later by itself."""
    share = data_folder()
    commands = (
        ("update-mime-database", str(share / "mime")),
        ("update-desktop-database", str(share / "applications")),
        ("gtk-update-icon-cache", "-f", "-t", str(share / "icons" / "hicolor")),
    )
    for name, *arguments in commands:
        tool = shutil.which(name)
        if tool is not None:
            subprocess.run([tool, *arguments], capture_output=True, check=False)


def _command() -> str:
    """What starts the program, quoted as an entry of the desktop wants it."""
    return " ".join(_quoted(part) for part in (sys.executable, str(_MAIN)))


def _quoted(part: str) -> str:
    escaped = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in part)
    # Once more for the file itself, in which a backslash begins an escape and a percent sign a field.
    return '"{}"'.format(escaped.replace("\\", "\\\\").replace("%", "%%"))
