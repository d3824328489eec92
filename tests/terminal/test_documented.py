"""The commands of the documentation, run one after the other as they are written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# It opens the window and stays there.
_STAYS = "open"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one's own with the examples of the program."""
    folder = tmp_path_factory.mktemp("documented")
    (folder / "docs").symlink_to(ROOT / "docs")
    return folder


def commands(page: str) -> list[list[str]]:
    """What is given to the program in each example of a page."""
    lines = re.findall(
        r"^(?:    python|\.venv/bin/python) main\.py (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE
    )
    return [shlex.split(line) for line in lines if not line.startswith(_STAYS)]


@pytest.mark.parametrize(("page", "fewest"), [("README.md", 8), ("docs/terminal.md", 20)])
def test_every_example_of_a_command_runs(
    here: Callable[..., Any], folder: Path, page: str, fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "share"))
    examples = commands(page)
    failed = {" ".join(each): done.stderr for each in examples if (done := here(*each)).returncode != 0}
    assert failed == {}
    assert len(examples) >= fewest
