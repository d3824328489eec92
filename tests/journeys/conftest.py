"""A screen of its own: Xvfb with a small window manager, without which keys do not arrive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SIZE = "1600x1000x24"


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """The name of an X display with a window manager on it."""
    missing = [name for name in ("Xvfb", "matchbox-window-manager", "xdotool") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"JOURNEYS NOT RUN: apt-get install xvfb matchbox-window-manager xdotool ({missing} missing)")
    reading, writing = os.pipe()
    # The server chooses a free number itself and says which.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp"],
        pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as said:
        number = said.readline().strip()
    assert number, "Xvfb did not start"
    display = f":{number}"
    manager = subprocess.Popen(
        ["matchbox-window-manager", "-use_titlebar", "no"],
        env={**os.environ, "DISPLAY": display}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(0.3)
    yield display
    _ended(manager)
    _ended(server)


@pytest.fixture
def journey(screen: str, tmp_path: Path) -> Callable[[str], str]:
    """Runs a script in the real window on that screen; gives what it printed, fails with what it complained of."""

    def run(script: str) -> str:
        environment = {
            **os.environ,
            "DISPLAY": screen,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CONFIG_HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
            "PYTHONPATH": f"{ROOT}:{HERE}",
        }
        environment.pop("WAYLAND_DISPLAY", None)
        done = subprocess.run(
            [sys.executable, "-c", f"from travel import *\n{script}\nend()"],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert "QPainter" not in done.stderr
        return done.stdout.strip()

    return run
