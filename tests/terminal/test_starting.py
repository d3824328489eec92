"""``main.py`` with a Python for which nothing was installed."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT


def test_a_python_without_the_packages_is_told_which_one_to_take() -> None:
    # -S leaves out what was installed.
    done = subprocess.run(
        [sys.executable, "-S", "main.py", "train"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"is not installed for this Python ({sys.executable})" in done.stderr
    assert "Traceback" not in done.stderr
