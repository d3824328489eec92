"""What is written: JSON that describes itself, weights that other programs read, files that are whole."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from exported_cases import CASES, made
from safetensors.numpy import load as read_safetensors

from engine.export.target import ExportError
from engine.export.targets import EXPORTS
from engine.export.writing import write_export
from engine.project import Project, views


def learned(project: Project) -> dict[str, np.ndarray[Any, Any]]:
    return {name: np.array(view) for name, view in views(project.network)}


def same(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    arrays = zip(map(np.asarray, found.values()), wanted.values(), strict=True)
    return list(found) == list(wanted) and all(a.shape == b.shape and np.array_equal(a, b) for a, b in arrays)


@pytest.mark.parametrize("name", ["large", "pruned", "layer batch_norm"])
def test_weights_are_read_back_as_they_were(name: str) -> None:
    project = made(name)
    tensors = read_safetensors(EXPORTS["safetensors"].write(project, "it")["it.safetensors"])
    assert same({name: tensors[name] for name in learned(project)}, learned(project))
    with np.load(BytesIO(EXPORTS["npz"].write(project, "it")["it.npz"])) as arrays:
        assert same(dict(arrays), learned(project))


def test_json_describes_itself_and_holds_every_bit() -> None:
    project = made("cruel names")
    content = json.loads(EXPORTS["json"].write(project, "it")["it.json"])
    assert set(content) - {"about"} == set(content["about"]) - {"made_by"}
    found = {name: np.array(values, np.float32) for name, values in content["weights"].items()}
    assert same(found, learned(project))


def test_json_has_a_row_of_a_matrix_in_a_line() -> None:
    text = EXPORTS["json"].write(made("large"), "it")["it.json"].decode()
    weight = learned(made("large"))["layers.0.weight"]
    lines = text[text.index('"layers.0.weight"') :].splitlines()[1 : 1 + len(weight)]
    assert [len(json.loads(line.strip().rstrip(","))) for line in lines] == [weight.shape[1]] * len(weight)


@pytest.mark.parametrize("target", EXPORTS, ids=lambda target: target.key)
def test_what_a_target_needs_has_a_name_for_people(target: Any) -> None:
    assert bool(target.package) == bool(target.requires)
    assert target.package.islower() is (target.package == "scikit-learn")


def test_pytorch_takes_the_weights_by_their_names(torch: ModuleType, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    project = made("layer batch_norm")
    path = write_export(project, EXPORTS["safetensors"], tmp_path / "it.safetensors")[0]
    shapes = {name: tuple(tensor.shape) for name, tensor in load_file(path).items()}
    assert shapes == {name: values.shape for name, values in learned(project).items()}


@pytest.mark.parametrize("target", EXPORTS, ids=lambda target: target.key)
def test_the_main_file_comes_first_and_is_called_as_asked(target: Any, tmp_path: Path) -> None:
    path = tmp_path / f"my net.v2{target.suffix}"
    files = write_export(made("large"), target, path)
    assert files[0] == path
    assert sorted(files) == sorted(tmp_path.iterdir())
    assert all(file.stem == "my net.v2" for file in files)


def test_few_weights_stand_in_the_file_and_many_beside_it(tmp_path: Path) -> None:
    assert len(write_export(made("iris"), EXPORTS["numpy"], tmp_path / "small.py")) == 1
    assert [path.name for path in write_export(made("large"), EXPORTS["numpy"], tmp_path / "large.py")] == [
        "large.py",
        "large.npz",
    ]


def test_a_name_that_is_needed_beside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"net\.npz is the name of a file .* give it the suffix \.py"):
        write_export(made("large"), EXPORTS["numpy"], tmp_path / "net.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_ran_away_is_refused(tmp_path: Path) -> None:
    project = CASES["iris"]()
    project.network.parameters[3] = np.nan
    with pytest.raises(ExportError, match="has run away"):
        write_export(project, EXPORTS["json"], tmp_path / "net.json")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="there is no such folder"):
        write_export(made("iris"), EXPORTS["json"], tmp_path / "no" / "net.json")
