"""Writes the example table: 400 made-up flats with what is typical of real tables. ``python docs/make_example.py``.

Nothing in it was measured: the rent follows from the other columns by a formula, with noise. It has numbers, a
category, a yes or no, a date, an identifier that says nothing, and some values that are missing.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent / "examples" / "flats.csv"
DISTRICTS = {"Harbour": 1.25, "Old town": 1.4, "Park side": 1.1, "Suburb": 0.85}
HEADER = ("id", "area", "rooms", "floor", "built", "district", "balcony", "station", "energy", "listed", "rent")


def rows(count: int = 400, seed: int = 7) -> Sequence[tuple[object, ...]]:
    """The table, row by row."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        area = float(np.clip(rng.lognormal(4.1, 0.4), 18, 210))
        rooms = max(1, round(area / 26 + rng.normal(0, 0.5)))
        floor, built = int(rng.integers(0, 9)), int(rng.integers(1900, 2024))
        district = str(rng.choice(list(DISTRICTS)))
        balcony, station = bool(rng.random() < 0.55), float(rng.gamma(2.0, 0.6))
        energy = float(np.clip(260 - 1.1 * (built - 1900) + rng.normal(0, 25), 35, 380))
        listed = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 700)))
        per_metre = 11.0 * DISTRICTS[district] * (1.25 - 0.12 * min(station, 4.0)) + 0.015 * max(built - 1960, 0)
        rent = area * per_metre * (1.08 if balcony else 1.0) - 0.5 * energy + 6 * floor + rng.normal(0, 45)
        shown = "" if rng.random() < 0.06 else f"{energy:.0f}"
        answer = "yes" if balcony else "no"
        known = (f"F{number + 1:04d}", f"{area:.1f}", rooms, floor, built, district, answer)
        found.append((*known, f"{station:.2f}", shown, listed, round(max(rent, 180.0))))
    return found


if __name__ == "__main__":
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows()])
