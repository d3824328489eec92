"""PyTorch is the second opinion of these tests; when it is missing, the summary says so loudly."""

from types import ModuleType

import pytest

_WITHOUT_TORCH = pytest.StashKey[list[str]]()


@pytest.fixture
def torch(request: pytest.FixtureRequest) -> ModuleType:
    """PyTorch on one core; a test that asks for it is skipped, and counted, when it is not installed."""
    try:
        import torch
    except ImportError:
        request.config.stash.setdefault(_WITHOUT_TORCH, []).append(request.node.nodeid)
        pytest.skip("PyTorch is not installed")
    torch.set_num_threads(1)
    return torch


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missed = config.stash.get(_WITHOUT_TORCH, [])
    if missed:
        terminalreporter.section("PyTorch is missing", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(missed)} tests that compare the engine with PyTorch did NOT run.", red=True)
        terminalreporter.line("Install it with: python -m pip install torch", red=True)
