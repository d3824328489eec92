"""Project files: what is written comes back exactly, and what is not a good file is refused with one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine import project
from engine.experiment import DataSpec, Experiment
from engine.layers import BatchNorm, Dense, Dropout, LayerNorm
from engine.project import Project, ProjectError
from engine.tensor_file import Content, TensorFile
from engine.trainer import Trainer

LAYERS = {
    "none": (),
    "two": (Dense(units=4), Dense(units=3, activation="relu")),
    "stages": (BatchNorm(), Dense(units=4), LayerNorm(), Dropout(), Dense(units=3, bias=False), BatchNorm()),
}


def trained(source: str = "iris", layers: str = "two") -> Trainer:
    """A network that has learned a little."""
    trainer = Trainer(Experiment(data=DataSpec(source=source)).with_layers(LAYERS[layers]))
    trainer.run(epochs=2)
    return trainer


def saved(trainer: Trainer, path: Path) -> Path:
    """The file of a trained network."""
    project.save(path, Project(trainer.experiment, trainer.data.preparation, trainer.network))
    return path


@pytest.mark.parametrize("layers", list(LAYERS))
@pytest.mark.parametrize("source", ["iris", "moons", "diabetes"])
def test_what_is_saved_comes_back_bit_for_bit(tmp_path: Path, source: str, layers: str) -> None:
    trainer = trained(source, layers)
    found = project.load(saved(trainer, tmp_path / "a.glassbox"))
    assert found.experiment == trainer.experiment
    assert found.preparation == trainer.data.preparation
    assert found.network.plan.widths == trainer.network.plan.widths
    assert np.array_equal(found.network.parameters, trainer.network.parameters)
    assert np.array_equal(found.network.statistics, trainer.network.statistics)
    x = trainer.data.x_train
    direct = trainer.data.preparation.answers(trainer.predict(x), trainer.network.plan.loss.threshold)
    assert np.array_equal(found.predictor.answers_to(x).numbers, direct.numbers)


def test_pytorch_takes_the_tensors_as_they_are(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    trainer = trained(layers="stages")
    tensors = load_file(saved(trainer, tmp_path / "a.glassbox"))
    model = torch.nn.Module()
    model.layers = torch.nn.ModuleList([
        torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 4), torch.nn.LayerNorm(4), torch.nn.Dropout(),
        torch.nn.Linear(4, 3, bias=False), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 3),
    ])  # fmt: skip
    given = {name: torch.tensor(tensor) for name, tensor in tensors.items() if name.startswith("layers.")}
    missing, unexpected = model.load_state_dict(given, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    model.eval()
    bn, first, ln, drop, second, bn2, last = model.layers
    x = torch.tensor(trainer.data.x_train)
    y = last(bn2(torch.tanh(second(drop(ln(torch.tanh(first(bn(x)))))))))
    assert torch.softmax(y, 1).detach().numpy() == pytest.approx(trainer.predict(trainer.data.x_train), abs=1e-5)


Edit = Callable[[dict[str, Any], dict[str, str]], object]


def rewritten(path: Path, change: Edit, hashed: bool = True) -> Path:
    """The file with other tensors or words, its hash made to fit."""
    with TensorFile(path) as file:
        tensors, words = file.read(), {**file.words}
    hashes = {name: words.pop(name) for name in ("hash", "arrays")}
    change(tensors, words)
    content = Content(words, tensors)
    with path.open("wb") as out:
        content.write(out)
    if not hashed:
        with TensorFile(path) as file:
            changed = path.read_bytes()
            for name, was in hashes.items():
                changed = changed.replace(file.words[name].encode(), was.encode())
        path.write_bytes(changed)
    return path


def _edit(words: dict[str, str], part: str, **changes: Any) -> None:
    words[part] = json.dumps({**json.loads(words[part]), **changes})


BAD: dict[str, tuple[Edit, str]] = {
    "a newer format": (lambda t, w: w.update(format="99"), "written by a newer Glassbox"),
    "no format": (lambda t, w: w.pop("format"), "describes no experiment"),
    "no experiment": (lambda t, w: w.pop("experiment"), "describes no experiment"),
    "an unknown setting": (lambda t, w: _edit(w, "experiment", evil=1), "there is no setting called evil"),
    "no JSON": (lambda t, w: w.update(experiment="{"), "is no JSON"),
    "other inputs": (lambda t, w: _edit(w, "preparation", shift=[0.0]), "contradicts itself"),
    "another task": (lambda t, w: _edit(w, "preparation", task="regression"), "contradicts itself"),
    "a column that is not there": (lambda t, w: _edit(w, "preparation", features=["x"]), "there is no column 'x'"),
    "missing weights": (lambda t, w: t.pop("layers.0.weight"), "layers.0.weight is missing"),
    "another shape": (lambda t, w: t.update({"layers.0.bias": np.zeros(9, "f4")}), "has the shape (9,), not 4"),
    "another precision": (
        lambda t, w: t.update({"layers.0.bias": np.zeros(4, "f8")}), "layers.0.bias is made of float64 and not of",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", list(BAD))
def test_a_file_that_is_not_right_is_refused_with_the_reason(tmp_path: Path, bad: str) -> None:
    change, words = BAD[bad]
    path = rewritten(saved(trained(), tmp_path / "a.glassbox"), change)
    with pytest.raises(ProjectError) as refused:
        project.load(path)
    assert words in str(refused.value)
    assert str(refused.value).startswith("a.glassbox ")
    assert "\n" not in str(refused.value)


def test_a_number_changed_in_the_file_is_noticed(tmp_path: Path) -> None:
    path = saved(trained(), tmp_path / "a.glassbox")
    rewritten(path, lambda t, w: t["layers.0.bias"].fill(0.5), hashed=False)
    with pytest.raises(ProjectError, match="is damaged"):
        project.load(path)


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"a,b\n1,2\n" * 100])
def test_what_is_no_project_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.glassbox"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match="is not a Glassbox project, or it is damaged"):
        project.load(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(trained(), tmp_path / "a.glassbox")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ProjectError, match="damaged"):
        project.load(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        project.load(tmp_path / "gone.glassbox")
