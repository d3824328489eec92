"""Exported Python files read as if written by hand, hold what they use and nothing else, and obey no name in them."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
import sys
from functools import cache
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from exported_cases import CASES, NAMES, exported, made, skip_where_it_cannot_run
from exported_tables import CRUEL, TABLE

from engine.answering import Predictor
from engine.data.opened import open_file
from engine.data.table_spec import ReadingSpec
from engine.export.literals import commented, in_docstring, literal, quoted
from engine.export.proof import sample_rows
from engine.export.source import import_script
from engine.export.target import Target
from engine.export.targets import EXPORTS
from engine.export.writing import write_export

PYTHON = [target for target in EXPORTS if target.suffix == ".py"]
# The cases that are not written like others, and those of them that are not written for every target as for NumPy.
WRITTEN = [name for name in CASES if not name.startswith("output ") and " with " not in name]
WRITTEN_OTHERWISE = [*NAMES, "several targets", "large", "names that are in use", "dates, median"]
WRITTEN_OTHERWISE += [name for name in CASES if name.startswith(("hidden ", "layer "))]
every_python = pytest.mark.parametrize("target", PYTHON, ids=lambda target: target.key)


def run(*arguments: Any, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is written otherwise as a file for NumPy, and what differs in one for the others."""
    home = tmp_path_factory.mktemp("python")
    for target in PYTHON:
        (home / target.key).mkdir()
        for name in WRITTEN if target.key == "numpy" else WRITTEN_OTHERWISE:
            exported(name, target, home / target.key, name)
    return home


def test_a_formatter_has_nothing_to_change(folder: Path) -> None:
    settings = ["--isolated", "--line-length", "120", "--no-cache", "--target-version", "py311"]
    found = run("-m", "ruff", "format", *settings, "--check", folder)
    assert [line for line in found.stdout.splitlines() if line.startswith("Would") and "cruel" not in line] == []
    rules = ["--select", "E,F,W,I,N,UP,B,C4,SIM,D1", "--ignore", "D105,D107,N803,N806"]  # scikit-learn has a large X
    checked = run("-m", "ruff", "check", *settings, *rules, "--output-format", "concise", folder)
    # A name that is longer than a line stays in one line.
    lines = [line for line in checked.stdout.splitlines() if ".py:" in line]
    assert [line for line in lines if not ("E501" in line and "cruel" in line)] == []


@cache
def statements(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text("utf-8")).body


def test_nothing_is_defined_that_is_not_used(folder: Path) -> None:
    public = {"main", "predict", "probabilities", "scores", "TrainedNetwork"}
    for path in folder.rglob("*.py"):
        used = {node.id for each in statements(path) for node in ast.walk(each) if isinstance(node, ast.Name)}
        defined = {each.name for each in statements(path) if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        assert defined - used <= public, path


# -- names


@every_python
@pytest.mark.parametrize("name", ["cruel names", "cruel categories"])
def test_no_name_is_more_than_a_word(target: Target, name: str, tmp_path: Path) -> None:
    project = made(name)
    path = write_export(project, target, tmp_path / "net.py")[0]
    calls = [node for each in statements(path) for node in ast.walk(each) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "SystemExit"]
    imported = {alias.name for each in statements(path) if isinstance(each, ast.Import) for alias in each.names}
    assert "os" not in imported
    assigned = [each for each in statements(path) if isinstance(each, ast.Assign)]
    constants = {ast.unparse(each.targets[0]): each.value for each in assigned}
    columns = tuple(column.name for column in project.preparation.columns)
    assert ast.literal_eval(constants["COLUMNS"]) == columns
    if project.preparation.target.classes:
        assert ast.literal_eval(constants["CLASSES"]) == project.preparation.target.classes


@pytest.mark.parametrize("text", [*CRUEL, "\ud800", '"""', "\\", '"'])
def test_a_text_is_written_so_that_it_is_only_a_text(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert ast.literal_eval(literal([text, text], 0)) == (text, text)
    assert ast.parse(f"# {commented(text)}\n").body == []
    assert ast.literal_eval(f'"""{in_docstring(text)}."""') == f"{commented(text)}."


@pytest.mark.parametrize("name", ['a"""b.py', "a\\.py", "{{ x }}.py", "class.py", "net", "net.txt"])
def test_a_file_may_be_called_anything(name: str, tmp_path: Path) -> None:
    path = write_export(made("large"), EXPORTS["numpy"], tmp_path / name)[0]
    assert import_script(path).predict([{"x1": 1, "x2": 2, "x3": 3}])[0] in made("large").preparation.target.classes


# -- what it answers


@pytest.fixture(scope="module")
def titanic(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    path = tmp_path_factory.mktemp("titanic") / "titanic.py"
    return import_script(write_export(made("means and indicators"), EXPORTS["numpy"], path)[0])


@pytest.mark.parametrize(
    "name",
    ["iris", "hinge for binary", "hinge for multiclass", "output tanh for binary"],
)
def test_labels_are_those_of_the_network(name: str, tmp_path: Path) -> None:
    project = made(name)
    module = import_script(write_export(project, EXPORTS["numpy"], tmp_path / "net.py")[0])
    rows = sample_rows(project)
    assert tuple(module.predict(rows)) == project.predictor.answers_to_rows(rows).labels
    assert hasattr(module, "probabilities") == project.predictor.gives_probabilities


def test_rows_may_come_as_columns(titanic: ModuleType) -> None:
    rows = sample_rows(made("means and indicators"))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    assert np.array_equal(titanic.probabilities(columns), titanic.probabilities(rows))


def test_a_column_that_is_not_there_and_a_value_that_is_needed_are_said(titanic: ModuleType) -> None:
    with pytest.raises(ValueError, match="there is no column 'age'"):
        titanic.predict({"fare": [1.0]})
    with pytest.raises(ValueError, match="row 2: the column 'fare' has no value that can be used"):
        titanic.predict([{"fare": 1.0, "class": 1, "seen": "2020-01-01", "flag": "true"}, {"fare": "much"}])


TITANIC = tuple(column.name for column in made("means and indicators").preparation.columns)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1.0, 2.0]], "a row is its values by column, as in {"),
        ([{"fare": 1.0}, None], "a row is its values by column, as in {"),
        (dict.fromkeys(TITANIC, 1.0), "is one value, not a list of them; a single row is given as [row]"),
        (dict.fromkeys(TITANIC, "1.0"), "is one value, not a list of them; a single row is given as [row]"),
    ],
)
def test_rows_of_another_form_are_refused_with_a_sentence(titanic: ModuleType, rows: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        titanic.predict(rows)


def test_a_value_too_large_is_said(tmp_path: Path) -> None:
    module = import_script(write_export(made("iris"), EXPORTS["numpy"], tmp_path / "net.py")[0])
    with pytest.raises(ValueError, match="row 1: a value is too large"):
        module.predict([{"petal length (cm)": 1e300, "petal width (cm)": 1}])


def test_no_rows_have_no_answers(titanic: ModuleType) -> None:
    assert titanic.predict([]) == []


@pytest.mark.parametrize("key", ["numpy", "sklearn"])
def test_a_csv_file_is_answered_like_in_the_program(key: str, tmp_path: Path) -> None:
    project = made("means and indicators")
    path = write_export(project, EXPORTS[key], tmp_path / "net.py")[0]
    (table := tmp_path / "table.csv").write_text(TABLE.replace(",yes,", ",NA,").replace("Q", " Q "), "utf-8")
    done = run(path, table)
    assert done.returncode == 0, done.stderr
    names, *lines = csv.reader(StringIO(done.stdout))
    wanted = Predictor(project.network, project.preparation).answers(open_file(str(table), ReadingSpec()))
    assert names == ["prediction", "probability no", "probability yes"]
    assert [line[0] for line in lines] == list(wanted.labels)
    assert np.array([line[1:] for line in lines], float) == pytest.approx(wanted.numbers, abs=1e-5)


def test_the_program_says_how_it_is_used_and_what_is_wrong(tmp_path: Path) -> None:
    path = write_export(made("a curve scaled standard"), EXPORTS["numpy"], tmp_path / "net.py")[0]
    assert "a CSV file with the names of its columns" in run(path, "--help").stdout
    missing = run(path, tmp_path / "no.csv")
    assert (missing.returncode, "Traceback" in missing.stderr) == (1, False)
    (table := tmp_path / "table.csv").write_text("a (m),b\n1.5,2\n1.5,x\n", "utf-8")
    assert run(path, table).stderr == "row 2: the column 'b' has no value that can be used\n"
    table.write_bytes("a (m),größe\n1.5,2\n".encode("cp1252"))
    assert run(path, table).stderr == "table.csv is not written in UTF-8; save it again as CSV in UTF-8\n"
    table.write_text("a (m)\n1\n", "utf-8")
    assert run(path, table).stderr == "there is no column 'b'\n"
    table.write_text("", "utf-8")
    assert run(path, table).stderr == "table.csv is empty\n"
    table.write_text("a (m);b\n1,5;2\n", "utf-8")
    assert run(path, table, "--delimiter", ";;").stderr == "the delimiter ';;' has more than one letter\n"


@pytest.mark.parametrize(
    "text",
    [
        "a (m),b\n1.5,-2\n0.25,1\n",
        "b;a (m)\n1,5;-2\n0,25;1\n",
        "\ufeffa (m)\tb\ttext\r\n1.5\t2\ta,b,c\r\n\r\n3\t4\r\n",
        'a (m),b\n"1,234","12,345.5"\n"2,000",7\n',
        "a (m)|b\n1.234,5|2\n1.000|3,5\n",
        'note, a (m) , b\n"x, ""y""", 1, 2\n',
        "a (m),a (m),b\n1,2,3\n",
    ],
)
def test_a_csv_file_means_what_it_means_in_the_program(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made("a curve scaled standard")
    module = import_script(exported("a curve scaled standard", EXPORTS["numpy"], tmp_path))
    (table := tmp_path / "table.csv").write_bytes(text.encode())
    monkeypatch.setattr(sys, "argv", ["net.py", str(table)])
    module.main()
    found = np.array(capsys.readouterr().out.split()[1:], float)
    wanted = project.predictor.answers(open_file(str(table), ReadingSpec())).numbers[:, 0]
    assert found == pytest.approx(wanted, rel=1e-5)


def test_it_needs_nothing_but_numpy(tmp_path: Path) -> None:
    """Python without the packages that are installed, but for a folder in which there is NumPy alone."""
    (alone := tmp_path / "packages").mkdir()
    for part in Path(np.__file__).parents[1].glob("numpy*"):
        (alone / part.name).symlink_to(part)
    path = exported("means and indicators", EXPORTS["numpy"], tmp_path, "net")
    (table := tmp_path / "table.csv").write_text(TABLE, "utf-8")
    begin = f"import sys, runpy; sys.path.append({str(alone)!r}); del sys.argv[0]"
    code = f"{begin}; runpy.run_path(sys.argv[0], run_name='__main__')"
    done = run("-I", "-S", "-c", code, path, table, cwd=alone)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 25)


@every_python
def test_weights_that_are_missing_beside_it_are_said_in_a_sentence(target: Target, tmp_path: Path) -> None:
    skip_where_it_cannot_run(target)
    path = exported("very large", target, tmp_path, "net")
    path.with_suffix(".npz").rename(tmp_path / "another.npz")
    said = r"net\.npz is missing: it holds the weights, and belongs beside net\.py, called alike$"
    with pytest.raises(FileNotFoundError, match=said):
        import_script(path)
    if not target.requires:
        done = run(path, "table.csv")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert re.search(said, done.stderr.strip())


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    words = write_export(made("iris"), EXPORTS["numpy"], tmp_path / "flowers.py")[0].read_text("utf-8")
    for told in (
        "setosa",
        "2 inputs",
        "8 tanh",
        "3 softmax outputs",
        "Iris",
        "accuracy",
        "python flowers.py table.csv",
    ):
        assert told in words.split('"""')[1]
