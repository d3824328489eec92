"""``python main.py register``: a double click on a project opens it."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gui import desktop
from gui.launch import main


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the desktop's entries."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def ours(share: Path) -> list[str]:
    """The files of the program among the entries of the desktop."""
    return sorted(path.name for path in share.rglob("*glassbox*"))


def entry(share: Path) -> dict[str, str]:
    """What the entry of the menu says."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(share / "applications" / "glassbox.desktop", "utf-8")
    return dict(parser["Desktop Entry"])


def test_registering_writes_an_entry_a_type_and_icons(share: Path) -> None:
    assert main(["register"]) == 0
    names = ["application-x-glassbox.svg", "glassbox.desktop", "glassbox.svg", "glassbox.xml"]
    assert set(names) <= set(ours(share))


def test_the_entry_starts_the_program_with_the_file(share: Path) -> None:
    main(["register"])
    said = entry(share)
    python, script, file = shlex.split(said["Exec"])
    assert (python, Path(script).name, file) == (sys.executable, "main.py", "%f")
    assert (Path(script).is_file(), said["MimeType"]) == (True, "application/x-glassbox;")
    done = subprocess.run([python, script, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Glassbox ")


def test_the_type_is_told_by_the_name_of_the_file(share: Path) -> None:
    main(["register"])
    root = ElementTree.parse(share / "mime" / "packages" / "glassbox.xml").getroot()
    globs = [each.attrib["pattern"] for each in root.iter() if each.tag.endswith("glob")]
    assert globs == ["*.glassbox"]


@pytest.mark.skipif(shutil.which("update-mime-database") is None, reason="the desktop's tools are not there")
def test_the_desktop_knows_the_type_at_once(share: Path) -> None:
    main(["register"])
    assert "application/x-glassbox:*.glassbox" in (share / "mime" / "globs2").read_text("utf-8")
    main(["register", "--remove"])
    assert "glassbox" not in (share / "mime" / "globs2").read_text("utf-8")


def test_removing_takes_everything_away_and_says_when_there_is_nothing(
    share: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["register"])
    assert main(["register", "--remove"]) == 0
    assert ours(share) == []
    assert capfd.readouterr().err.count("removed: ") == 4
    assert main(["register", "--remove"]) == 0
    assert "There was nothing to remove." in capfd.readouterr().err


@pytest.mark.parametrize("folder", ["with space", 'a"b', "a$b", "a`b", "a%b", "a\\b"])
def test_a_folder_of_any_name_is_quoted(folder: str) -> None:
    quoted = desktop._quoted(f"{folder}/main.py")
    # As a desktop reads it: the file's own escapes first, then those inside of the quotes, then the fields.
    unescaped = quoted.replace("\\\\", "\\")[1:-1]
    plain, letters = "", iter(unescaped)
    for letter in letters:
        plain += next(letters) if letter == "\\" else letter
    assert plain.replace("%%", "%") == f"{folder}/main.py"


def test_a_folder_that_cannot_be_written_is_said(
    share: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (share / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(share / "file"))
    assert main(["register"]) == 1
    assert "file" in capfd.readouterr().err
