"""``python main.py export``: what is written, what is said on which stream, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.export import plain_json
from engine.export.target import ExportError
from engine.export.targets import EXPORTS
from engine.project import Project, load
from engine.registry import Registry
from gui.terminal import COMMANDS, commands, exporting

Glassbox = Callable[..., Any]
FLATS = Path(__file__).parents[2] / "docs" / "examples" / "flats.csv"
JSON = plain_json.TARGET


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, here: Glassbox) -> Path:
    """The project of a network that has learned the example table."""
    path = tmp_path_factory.mktemp("project") / "flats.glassbox"
    done = here("train", "--data", str(FLATS), "--epochs", "3", "--save", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def export(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command on the project: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = commands.run(["export", str(project), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def altered(project: Project, stem: str) -> dict[str, bytes]:
    ((name, content),) = JSON.write(project, stem).items()
    tree = json.loads(content)
    tree["weights"]["layers.0.bias"][0] += 0.5
    return {name: json.dumps(tree).encode()}


def unwilling(project: Project, stem: str) -> dict[str, bytes]:
    raise ExportError("hinge losses are unknown to it; choose another loss")


def instead(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Another target takes the place of JSON; the process that runs it knows the real one."""
    monkeypatch.setattr(exporting, "EXPORTS", Registry("export", [replace(JSON, **changes)]))


Export = Callable[..., tuple[int, str, str]]


def test_an_export_is_written_under_the_project_s_name_and_proven(export: Export, folder: Path) -> None:
    code, out, err = export("--to", "json")
    assert (code, err) == (0, "written: flats.json\n")
    assert out.startswith("Proven: ")
    assert out.endswith(" rows.\n")
    assert json.loads((folder / "flats.json").read_text("utf-8"))["format"] == 1


def test_what_is_written_is_the_network_of_the_project(export: Export, project: Path, folder: Path) -> None:
    export("--to", "npz", "--out", "weights.npz")
    import numpy as np

    with np.load(folder / "weights.npz") as found:
        assert np.array_equal(
            found["layers.0.weight"],
            load(project).network.plan.layers[0].matrix(load(project).network.parameters)[:, :-1],
        )


def test_programs_get_one_json_object(export: Export) -> None:
    code, out, _ = export("--to", "json", "--json")
    found = json.loads(out)
    assert (code, found["target"], found["files"], found["proof"]["proven"]) == (0, "json", ["flats.json"], True)
    assert 0 <= found["proof"]["difference"] <= 1e-5
    assert found["proof"]["rows"] > 100


def test_without_a_check_nothing_is_proven(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "prove", None)
    assert export("--to", "json", "--no-check") == (0, "", "written: flats.json\n")
    assert json.loads(export("--to", "json", "--no-check", "--out", "b.json", "--json")[1])["proof"] is None


def test_what_cannot_be_run_is_no_failure(export: Export) -> None:
    code, out, _ = export("--to", "safetensors")
    assert (code, out) == (0, "Weights (safetensors) cannot be run by itself, so there is nothing to prove.\n")


def test_a_missing_package_is_no_failure(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, requires="no_such_package", package="Keras")
    code, out, err = export("--to", "json")
    assert (code, out, err) == (0, "Not proven here: Keras is not installed.\n", "written: flats.json\n")


def test_a_difference_is_a_failure(export: Export, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    instead(monkeypatch, write=altered)
    code, out, err = export("--to", "json")
    assert code == 1
    assert out.startswith("Not the same: it differs by ")
    assert "network: [" in err
    assert (folder / "flats.json").exists()


def test_an_export_that_does_not_run_is_a_failure(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, write=lambda project, stem: {f"{stem}.json": b"{}"})
    code, out, err = export("--to", "json", "--json")
    assert (code, json.loads(out)["proof"]["proven"], json.loads(out)["proof"]["difference"]) == (1, False, None)
    assert "KeyError: 'experiment'" in err


def test_by_default_nothing_is_replaced(export: Export, folder: Path) -> None:
    (folder / "flats.json").write_text("mine")
    code, out, err = export("--to", "json")
    assert (code, out) == (2, "")
    assert err == ("Glassbox: flats.json is there already; say --out flats.json to replace it, or give another name.\n")
    assert (folder / "flats.json").read_text() == "mine"


def test_a_name_that_is_given_is_replaced(export: Export, folder: Path) -> None:
    (folder / "flats.json").write_text("mine")
    assert export("--to", "json", "--out", "flats.json")[0] == 0
    assert (folder / "flats.json").read_text("utf-8").startswith("{")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--to", "tensorflow"), 2, "there is no export 'tensorflow'; there are json, "),
        (("--to", "json", "--out", "no/such/folder/x.json"), 1, "no/such/folder/x.json: there is no such folder."),
    ],
)
def test_wrong_use_is_one_sentence(export: Export, arguments: tuple[str, ...], code: int, words: str) -> None:
    found, out, err = export(*arguments)
    assert (found, out) == (code, "")
    assert err.startswith(f"Glassbox: {words}")
    assert "Traceback" not in err


def test_a_network_that_a_target_cannot_take_is_one_sentence(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, write=unwilling)
    assert export("--to", "json") == (2, "", "Glassbox: hinge losses are unknown to it; choose another loss.\n")


def test_a_file_that_is_no_project_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["export", str(FLATS), "--to", "json"]) == 2
    assert "flats.csv is not a Glassbox project" in capsys.readouterr().err


def test_interrupting_ends_with_130(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "prove", interrupted)
    assert export("--to", "json")[0] == 130


def test_help_shows_every_target_and_how_to_use_it(here: Glassbox) -> None:
    words = " ".join(here("export", "--help").stdout.replace("│", " ").split())
    assert ", ".join(target.key for target in EXPORTS) in words
    assert "python main.py export flats.glassbox --to" in words
    assert "export" in COMMANDS


def test_the_real_program_exports_without_a_display(project: Path, glassbox: Glassbox, folder: Path) -> None:
    done = glassbox("export", str(project), "--to", "json", "--out", str(folder / "flats.json"))
    assert (done.returncode, done.stderr) == (0, f"written: {folder / 'flats.json'}\n")
    assert done.stdout.startswith("Proven: ")
