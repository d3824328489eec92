"""Glassbox's engine: networks, training and data, without a window. See ``docs/engine.md``."""

from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import DataSpec, Dense, Experiment, NetworkSpec, Output, TrainingSpec
from engine.network import Network, TooLargeError
from engine.trainer import Trainer

__all__ = [
    "DataError",
    "DataSpec",
    "Dataset",
    "Dense",
    "Experiment",
    "Network",
    "NetworkSpec",
    "Output",
    "TooLargeError",
    "Trainer",
    "TrainingSpec",
    "load_data",
]
