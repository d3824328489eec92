"""Glassbox's engine: networks, training and data, without a window. See ``docs/engine.md``."""

from engine.answering import Predictor
from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import DataSpec, EarlyStopping, Experiment, NetworkSpec, StopAt, TrainingSpec
from engine.gradient_check import GradientCheck
from engine.layers import BatchNorm, Dense, Dropout, GaussianNoise, LayerNorm, Output
from engine.network import Network
from engine.plan import TooLargeError
from engine.project import Project, ProjectError
from engine.project import load as load_project
from engine.project import save as save_project
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
    "Predictor",
    "Project",
    "ProjectError",
    "StopAt",
    "TooLargeError",
    "Trainer",
    "TrainingSpec",
    "load_data",
    "load_project",
    "save_project",
]
