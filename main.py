"""Glassbox: build a neural network, watch it learn, and check every number on the screen."""

import os
import sys

# Two threads slow the small networks that people draw; read before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from gui.launch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
