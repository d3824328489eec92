#!/usr/bin/env python3
"""Glassbox: build a neural network, watch it learn, and check every number on the screen."""

import sys

from gui.launch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
