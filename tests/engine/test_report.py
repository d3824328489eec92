"""Reports as values: every figure in them is the run's own, and a reader finds what is needed to repeat it."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.data.opened import forget
from engine.data.sources import SOURCES
from engine.experiment import Experiment
from engine.reporting.blocks import Figure, Report, Table, Text
from engine.reporting.report import report_of
from engine.reporting.wording import measure, short
from engine.trainer import Trainer
from engine.wording import counted


def reported(experiment: Experiment, epochs: int = 3) -> tuple[Report, Trainer]:
    """A run and its report."""
    trainer = Trainer(experiment)
    trainer.run(epochs=epochs)
    return report_of(trainer.checkpoint(), "Glassbox 9", datetime(2026, 3, 1, 9, 5, tzinfo=UTC)), trainer


def blocks_of(report: Report, title: str) -> tuple[Text | Table | Figure, ...]:
    """What stands under a title."""
    return next(section.blocks for section in report.sections if section.title == title)


def cells(report: Report, title: str) -> list[tuple[str, ...]]:
    """All rows of the tables under a title."""
    return [row for block in blocks_of(report, title) if isinstance(block, Table) for row in block.rows]


def words(report: Report, title: str) -> str:
    """All paragraphs under a title."""
    return " ".join(block.words for block in blocks_of(report, title) if isinstance(block, Text))


def test_one_sentence_says_what_was_learned_from_what_and_how_well() -> None:
    report, trainer = reported(Experiment(), epochs=100)
    accuracy = measure(trainer.evaluate("test")["accuracy"])
    assert report.summary == (
        f"3 classes of species from 2 inputs; 8 tanh, 8 tanh; 100 epochs of Adam; test accuracy {accuracy}."
    )
    assert (report.title, report.made) == ("Iris", "1 March 2026, 09:05")


def test_a_number_without_hidden_layers_and_test_rows_is_one_sentence_too() -> None:
    data = {"source": "sine", "samples": 40, "test_fraction": 0.0}
    report, _ = reported(Experiment.model_validate({"data": data, "network": {"layers": []}}), epochs=1)
    assert report.summary.startswith("The number y from 1 input; no hidden layer; 1 epoch of Adam; training R² ")


@pytest.mark.parametrize("source", [source.key for source in SOURCES if not source.starts])
def test_every_measure_is_the_one_of_the_run(source: str) -> None:
    report, trainer = reported(Experiment.model_validate({"data": {"source": source}}), epochs=1)
    shown = {row[0]: row[1:] for row in cells(report, "Training")}
    loss = [measure(trainer.evaluate(part)["loss"]) for part in ("train", "test")]
    assert shown["Loss"] == tuple(loss)
    key, label = ("r2", "R²") if trainer.data.task == "regression" else ("accuracy", "Accuracy")
    assert shown[label] == tuple(measure(trainer.evaluate(part)[key]) for part in ("train", "test"))


def test_what_was_chosen_comes_before_what_is_usual() -> None:
    changed = Experiment().with_value("training.optimizer", {"kind": "rmsprop", "rho": 0.5}).with_value("data.seed", 4)
    report, _ = reported(changed)
    assert cells(report, "Settings") == [
        ("Data", "Data seed", "4", "0"),
        ("Training", "Optimizer", "RMSProp", "Adam"),
        ("Training", "ρ", "0.5", "0.99"),
    ]
    assert isinstance(blocks_of(report, "Settings")[0], Table)
    assert "Batch size 32" in words(report, "Settings")
    assert "ρ" not in words(report, "Settings")


def test_settings_of_generators_are_not_said_of_tables() -> None:
    report, _ = reported(Experiment())
    assert "Samples" not in words(report, "Settings")
    report, _ = reported(Experiment.model_validate({"data": {"source": "spirals"}}))
    assert "Samples 300" in words(report, "Settings")


def test_every_layer_and_stage_is_listed_with_its_parameters() -> None:
    layers = [{"kind": "dense", "units": 5, "initializer": "zeros"}, {"kind": "dropout", "rate": 0.3}]
    layers = [layers[0], {"kind": "dropout"}, {"kind": "batch_norm"}]
    report, trainer = reported(Experiment.model_validate({"network": {"layers": layers}}))
    rows = cells(report, "Network")
    assert [row[0] for row in rows] == ["Hidden 1", "Dropout", "Batch normalization", "Output"]
    assert sum(int(row[3]) for row in rows) == trainer.network.plan.parameters
    assert rows[0][4] == "Initializer Zeros"


def test_the_table_of_classes_adds_up() -> None:
    report, trainer = reported(Experiment())
    rows = [row for row in cells(report, "Answers") if row[0] in trainer.data.classes]
    assert [row[0] for row in rows] == list(trainer.data.classes)
    assert sum(int(row[1]) for row in rows) == len(trainer.data.y_test)


def test_the_history_begins_at_the_beginning_and_ends_now() -> None:
    trainer = Trainer(Experiment())
    trainer.train(steps=150)
    rows = cells(report_of(trainer.checkpoint()), "History")
    assert (rows[0][0], rows[-1][0]) == ("0", "150")
    assert rows[-1][2] == measure(trainer.evaluate("train")["loss"])
    assert rows[0][2] == measure(float(trainer.history.view()["train.loss"][0]))


def test_what_was_changed_while_it_trained_is_listed() -> None:
    trainer = Trainer(Experiment())
    trainer.train(steps=6)
    trainer.reconfigure(trainer.experiment.with_value("training.optimizer.learning_rate", 0.002))
    report = report_of(trainer.checkpoint())
    assert cells(report, "Changed while it trained") == [("6", "training.optimizer.learning_rate = 0.002")]
    untouched, _ = reported(Experiment())
    assert "Changed while it trained" not in [section.title for section in untouched.sections]


def test_why_a_run_ended_is_said() -> None:
    steep = Experiment().with_value("training.optimizer", {"kind": "gradient_descent", "learning_rate": 9e3})
    report, trainer = reported(steep)
    assert trainer.diverged is not None
    assert report.note == trainer.diverged.message


# -- data --------------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with a missing number, a missing word and a row without an answer."""
    rng = np.random.default_rng(0)
    lines = [f"{i % 17},{'brick' if i % 3 else 'wood'},{rng.normal():.2f}" for i in range(40)]
    lines[4], lines[7], lines[9] = ",brick,1.5", "3,,0.5", "3,wood,"
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(["rooms,wall,price", *lines]))
    forget()
    return path


def of_table(path: Path) -> Checkpoint:
    """A short run on a table."""
    data = {"source": "table", "table": {"path": str(path), "target": "price"}}
    trainer = Trainer(Experiment.model_validate({"data": data}))
    trainer.train(steps=3)
    return trainer.checkpoint()


def test_what_happened_to_missing_values_is_said(table: Path) -> None:
    report = report_of(of_table(table))
    rows = {row[0]: row[1:] for row in cells(report, "Data")}
    assert rows["Data"] == ("houses.csv",)
    assert "1 row with missing values will be left out" in rows["Prepared"][0]
    assert rows["rooms"][0] == "Number"
    assert rows["wall"][:2] == ("Category", "brick, wood, (missing)")
    assert rows["wall"][2] == "a category of its own"


def test_the_folder_of_a_table_is_not_told(table: Path) -> None:
    point = of_table(table)
    told = str(report_of(point))
    assert "houses.csv" in told
    assert str(table.parent) not in told


def test_what_happened_is_known_when_the_table_is_gone(table: Path) -> None:
    point = of_table(table)
    before = cells(report_of(point), "Data")
    table.unlink()
    forget()
    assert cells(report_of(point), "Data") == before


def test_arrays_of_ones_own_are_reported() -> None:
    rng = np.random.default_rng(0)
    data = Dataset.from_arrays(rng.normal(size=(30, 3)), rng.normal(size=30), test_fraction=0.3)
    trainer = Trainer(Experiment(), data)
    trainer.train(steps=3)
    report = report_of(trainer.checkpoint())
    assert report.title == "Arrays of one's own"
    assert dict(cells(report, "Data")[:2]) == {
        "Data": "Arrays of one's own",
        "Rows": "21 to learn from, 9 to test with (30% held out)",
    }


# -- to repeat it ------------------------------------------------------------------------------------


def test_the_hashes_are_of_what_they_say() -> None:
    trainer = Trainer(Experiment())
    trainer.train(steps=3)
    point = trainer.checkpoint()
    report = report_of(point, "Glassbox 9")
    rows = dict(cells(report, "To repeat it"))
    code = next(block.words for block in blocks_of(report, "To repeat it") if isinstance(block, Text) and block.code)
    assert Experiment.model_validate_json(code) == trainer.experiment
    assert rows["Description"] == f"sha256 {sha256(code.encode()).hexdigest()}"
    weights = trainer.network.parameters.tobytes() + trainer.network.statistics.tobytes()
    assert rows["Weights"] == f"sha256 {sha256(weights).hexdigest()}"
    assert rows["Made with"] == "Glassbox 9"
    assert f"numpy {np.__version__}" in rows["Packages"]


def test_every_place_for_a_figure_has_a_caption() -> None:
    report, _ = reported(Experiment())
    figures = [block for section in report.sections for block in section.blocks if isinstance(block, Figure)]
    assert [figure.key for figure in figures] == ["diagram", "loss", "magnitudes", "answers", "map"]
    assert all(figure.caption.endswith(".") for figure in figures)


def test_tables_are_rectangular() -> None:
    report, _ = reported(Experiment())
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                assert {len(row) for row in block.rows} <= {len(block.heads)}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1.0000"), (0.0, "0.0000"), (1e-6, "1e−06"), (-0.25, "−0.2500"), (1234.5, "1,234"), (float("nan"), "–")],
)
def test_measures_are_written_with_the_digits_that_count(value: float, shown: str) -> None:
    assert measure(value) == shown


def test_numbers_and_counts_are_written_for_people() -> None:
    assert (short(12345678.0), short(0.5), short(-3.0)) == ("12,350,000", "0.5", "−3")
    assert [counted(1, "class"), counted(3, "class"), counted(2_000, "row")] == ["1 class", "3 classes", "2,000 rows"]
