"""Takes the pictures of the documentation from the real program: ``python docs/take_pictures.py``."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = {
    "window-light.png": ["--theme", "light"],
    "window-dark.png": [
        "--theme", "dark", "--data", "spirals", "--hidden", "12 tanh, 12 tanh", "--epochs", "300", "--seed", "3",
        "--set", "data.noise=0.05",
    ],
    "stages-light.png": [
        "--data", "moons", "--hidden", "8 relu, batch_norm, dropout 0.1, 8 tanh", "--epochs", "500",
        "--set", "training.early_stopping.patience=30", "--set", "training.schedule.kind=cosine",
    ],
    "digits-light.png": ["--data", "digits", "--hidden", "64 relu, 32 relu", "--epochs", "40"],
}  # fmt: skip


def main() -> None:
    """Takes every picture in turn."""
    (HERE / "pictures").mkdir(exist_ok=True)
    for name, options in PICTURES.items():
        out = str(HERE / "pictures" / name)
        subprocess.run([sys.executable, str(HERE.parent / "main.py"), "picture", "--out", out, *options], check=True)


if __name__ == "__main__":
    main()
