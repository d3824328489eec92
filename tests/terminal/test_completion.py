"""Tab in a shell, ``--help``, and the other words that only ask."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from engine.data.sources import SOURCES
from engine.optimizers import OPTIMIZERS
from gui.launch import main
from gui.terminal import COMMANDS

ROOT = Path(__file__).parents[2]
Glassbox = Callable[..., Any]
bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def proposals(name: str, folder: Path) -> Callable[[str], list[str]]:
    """What bash proposes for a line with a name of the program, with the script that the program gives it."""
    command = folder / name
    command.write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
                       "from gui.launch import program\nsys.exit(program())\n")  # fmt: skip
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    asked = subprocess.run(["bash", "-c", f"{name} --show-completion; true"], env=environment, cwd=folder,
                           capture_output=True, text=True, check=True)  # fmt: skip
    function = re.search(r"complete -o default -F (\w+) ", asked.stdout)
    assert function is not None, asked.stdout + asked.stderr

    def propose(line: str) -> list[str]:
        words = line.split(" ")
        script = (f"{asked.stdout}\nCOMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
                  f"{function[1]} {name}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")  # fmt: skip
        done = subprocess.run(["bash", "-c", script], env=environment, cwd=folder, capture_output=True, text=True,
                              check=True, timeout=30)  # fmt: skip
        assert done.stderr == ""
        return [word for word in done.stdout.splitlines() if word]

    return lambda line: propose(line.replace("glassbox", name, 1))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """What bash proposes for a line."""
    return proposals("glassbox", tmp_path_factory.mktemp("bin"))


@bash
def test_bash_proposes_the_same_under_the_name_of_the_file(tmp_path: Path) -> None:
    propose = proposals("main.py", tmp_path)
    assert (propose("glassbox tr"), propose("glassbox picture --view net")) == (["train"], ["network"])


@bash
@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("glassbox tr", ["train"]),
        ("glassbox train --batch", ["--batch-size"]),
        ("glassbox train --optimizer ada", [key for key in OPTIMIZERS if key.startswith("ada")]),
        ("glassbox train --data s", [source.key for source in SOURCES if source.key.startswith("s")]),
        ("glassbox train --loss hu", ["huber"]),
        ("glassbox train --scale st", ["standard"]),
        ("glassbox train --set training.early_stopping.pat", ["training.early_stopping.patience="]),
        ("glassbox picture --view net", ["network"]),
        ("glassbox picture --edges up", ["update"]),
        ("glassbox export iris.glassbox --to py", ["pytorch"]),
        ("glassbox train --data there-is-no-such", []),
    ],
)
def test_bash_proposes_what_fits(shell: Callable[[str], list[str]], line: str, proposed: list[str]) -> None:
    assert shell(line) == proposed


@bash
def test_every_command_is_proposed(shell: Callable[[str], list[str]]) -> None:
    line = "glassbox " if os.name else ""
    assert set(shell(f"{line}t") + shell(f"{line}p") + shell(f"{line}o")) >= {"train", "predict", "picture", "open"}


# -- help --------------------------------------------------------------------------------------------


def test_help_names_every_command_under_a_heading(glassbox: Glassbox) -> None:
    said = glassbox("--help").stdout
    assert [word for word in (*COMMANDS, *COMMANDS.values()) if word not in said] == []


def test_help_begins_with_examples(glassbox: Glassbox) -> None:
    said = glassbox("--help").stdout
    assert 0 < said.index("Examples:") < said.index("python main.py patients.csv") < said.index("Options")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_example(here: Glassbox, command: str) -> None:
    said = here(command, "--help").stdout
    assert said.index("Examples:") < said.index(f"python main.py {command}") < said.index("─ Options")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_stands_on_one_line_of_80_columns_so_that_it_can_be_copied(command: str) -> None:
    about = inspect.getdoc(getattr(import_module(f"gui.terminal.commands.{command}"), command))
    examples = [line.strip() for line in str(about).splitlines() if line.strip().startswith("python main.py")]
    assert [line for line in examples if len(line) > 75] == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_switch_is_not_said_to_take_a_value(here: Glassbox, command: str) -> None:
    said = here(*filter(None, (command, "--help"))).stdout
    assert ("bool" in said, "--help" in said) == (False, True)


def test_help_loads_no_window_and_no_progress_bar() -> None:
    code = "import sys; from gui.launch import main; main(['--help']); print(*{n.split('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded & {"PySide6", "sklearn", "pandas", "scipy", "jinja2"} == set()


# -- open --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["open", "flats.csv"], ["flats.csv"]])
def test_open_and_a_file_alone_are_the_same(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui import launch

    shown: list[list[str]] = []
    monkeypatch.setattr(launch, "show", lambda given: shown.append(list(given)) or 0)
    assert (main(arguments), shown) == (0, [["flats.csv"]])


def test_open_of_what_is_not_there_is_refused_like_the_file_alone(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "nowhere.csv"]) == main(["nowhere.csv"]) == 2
    assert capfd.readouterr().err.count("no file 'nowhere.csv'") == 2
