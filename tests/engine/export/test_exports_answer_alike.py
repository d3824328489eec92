"""What leaves the program answers like the network itself: every target, on every kind of network and preparation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from exported_cases import CASES, difference, exported, rows_of, skip_where_it_cannot_run, tolerance

from engine.export.target import ExportError, Target
from engine.export.targets import EXPORTS

ROOT = Path(__file__).parents[3]
RUN = [target for target in EXPORTS if target.run is not None]
# These take every network.
EVERYTHING = {"json", "numpy", "sklearn"}
# Runs many exports in one process: what it gets is a list of (key, file, rows, where the outputs go).
RUNNER = """
import json, sys
import numpy as np
from pathlib import Path
from engine.export.targets import EXPORTS
for key, path, rows, out in json.load(open(sys.argv[1], encoding="utf-8")):
    np.save(out, EXPORTS[key].run(Path(path), json.load(open(rows, encoding="utf-8"))))
"""


def written(target: Target, folder: Path) -> dict[str, Path]:
    """Every case that the target takes, written to a folder of its own."""
    files = {}
    for place, name in enumerate(CASES):
        (home := folder / str(place)).mkdir()
        try:
            files[name] = exported(name, target, home)
        except ExportError:
            assert target.key not in EVERYTHING, name
    return files


@pytest.mark.parametrize("target", RUN, ids=lambda target: target.key)
def test_every_network_answers_alike_elsewhere(
    target: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_where_it_cannot_run(target)
    files = written(target, tmp_path)
    asked = []
    for name, path in files.items():
        (rows := path.with_name("rows.json")).write_text(json.dumps(rows_of(name)), "utf-8")
        asked.append((target.key, str(path), str(rows), str(path.with_name("found.npy"))))
    (order := tmp_path / "asked.json").write_text(json.dumps(asked), "utf-8")
    command, alone = [sys.executable, "-c", RUNNER, str(order)], {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr if target.key in EVERYTHING else "") == (0, ""), done.stderr
    differences = {name: difference(name, np.load(path.with_name("found.npy"))) for name, path in files.items()}
    worst = max(differences, key=differences.__getitem__)
    rows = sum(len(rows_of(name)) for name in files)
    with capsys.disabled():
        said = f"{len(files)} networks, {rows:,} rows, largest difference {differences[worst]:.1e} ({worst})"
        print(f"\n{target.key}: {said}")
    assert {name: value for name, value in differences.items() if not value <= tolerance(name)} == {}
    assert min(len(rows_of(name)) for name in files) > 0
