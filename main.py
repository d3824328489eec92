#!/usr/bin/env python3
"""Glassbox: build a neural network, watch it learn, and check every number on the screen."""

import sys

try:
    from gui.launch import main
except ModuleNotFoundError as error:
    sys.exit(
        f"Glassbox: {error.name} is not installed for this Python ({sys.executable}). Start with the Python that "
        "Glassbox was installed for, as in: .venv/bin/python main.py. README.md says how to install it."
    )

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
