"""The list of what becomes of raw values, read back from its window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtWidgets import QTableWidget
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from engine import Experiment
from gui.app import start
from gui.text import number
from gui.window import Window

FLATS = Path(__file__).parents[2] / "docs" / "examples" / "flats.csv"


@pytest.fixture
def window() -> Iterator[Window]:
    columns = [{"name": "energy", "missing": "mean", "indicator": True}]
    data = {"source": "table", "table": {"path": str(FLATS), "columns": columns}}
    _, window = start([], Experiment().with_value("data", data), remember=False)
    window.training.wait_idle()
    yield window
    window.close()


def listed(window: Window) -> dict[str, list[str]]:
    """The lines of the list by the name of the input."""
    window.actions_by_id["data.preparation"].trigger()
    table = window.findChild(QTableWidget)
    lines = [[table.item(row, column).text() for column in range(5)] for row in range(table.rowCount())]
    return {line[0]: line[1:] for line in lines}


def test_every_input_and_the_target_have_a_line(window: Window) -> None:
    snapshot = window.training.snapshot
    assert snapshot is not None
    assert list(listed(window)) == [*snapshot.data.names, "rent"]


def test_fillings_and_scalings_are_those_of_scikit_learn_on_the_training_rows(window: Window) -> None:
    snapshot = window.training.snapshot
    assert snapshot is not None
    train = pd.read_csv(FLATS).iloc[snapshot.data.rows_train][["area", "energy"]]
    imputer = SimpleImputer(strategy="mean").fit(train)
    scaler = StandardScaler().fit(imputer.transform(train))
    lines = listed(window)
    assert lines["energy"][2] == number(imputer.statistics_[1], 5)
    for place, name in enumerate(train):
        mean, spread = (number(values[place], 5) for values in (scaler.mean_, scaler.scale_))
        assert lines[name][3] == f"(value − {mean}) / {spread}"


def test_what_is_not_scaled_is_said_in_words(window: Window) -> None:
    lines = listed(window)
    assert lines["district = Suburb"] == ["district", "category", "row left out", "1 where it is so, else 0"]
    assert lines["balcony"][3] == "no = 0, yes = 1"
    assert lines["energy is missing"][3] == "1 where it is missing, else 0"
