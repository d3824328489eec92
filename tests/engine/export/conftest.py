"""Keras calculates with PyTorch here: no other backend is among the dependencies of the tests."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")
