"""Glassbox's engine: networks, training and data, without a window. See ``docs/engine.md``."""

from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import DataSpec, EarlyStopping, Experiment, NetworkSpec, StopAt, TrainingSpec
from engine.gradient_check import GradientCheck
from engine.layers import BatchNorm, Dense, Dropout, GaussianNoise, LayerNorm, Output
from engine.network import Network
from engine.plan import TooLargeError
from engine.trainer import Trainer

__all__ = [
    "BatchNorm",
    "DataError",
    "DataSpec",
    "Dataset",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Experiment",
    "GaussianNoise",
    "GradientCheck",
    "LayerNorm",
    "Network",
    "NetworkSpec",
    "Output",
    "StopAt",
    "TooLargeError",
    "Trainer",
    "TrainingSpec",
    "load_data",
]
