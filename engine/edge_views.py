"""What the edges of a drawing can show besides the weights: one number for every parameter."""

from __future__ import annotations

from dataclasses import dataclass

from engine.activations import Array


@dataclass(frozen=True)
class EdgeValues:
    """One number for each parameter, (parameters,), laid out as the parameters are.

    ``key`` is that of EDGE_VIEWS. ``values`` is None when there is nothing to show, and ``missing`` says why.
    """

    key: str
    values: Array | None
    missing: str = ""
