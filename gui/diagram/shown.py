"""What the user has chosen to see of the network: values of the view bar, the wishes for them, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.probes import Wants


@dataclass(frozen=True)
class Shown:
    """``nodes`` and ``edges`` are keys of NODE_VIEWS and EDGE_VIEWS; ``plane`` the inputs the maps run over.

    An empty plane is the data's own where it has one or two inputs, and none otherwise. ``ribbons`` shows large
    pairs of layers as heat maps.
    """

    nodes: str = "activation"
    edges: str = "weight"
    plane: tuple[int, ...] = ()
    ribbons: bool = False

    def wants(self, row: int | None, maps: bool = True) -> Wants:
        """What a snapshot must hold for this to be drawn. ``row`` of the original table is traced."""
        return Wants(maps=maps, row=row, plane=self.plane, nodes=self.nodes, edges=self.edges)

    def without_row(self) -> Shown:
        """The same, but nothing that belongs to one row alone."""
        nodes = "activation" if self.nodes == "sample" else self.nodes
        return replace(self, nodes=nodes, edges="weight" if self.edges == "contribution" else self.edges)


def available_plane(plane: tuple[int, ...], inputs: int) -> tuple[int, ...]:
    """The plane that maps run over with so many inputs: the chosen one where it exists, else the data's own, or ()."""
    if plane and max(plane) < inputs:
        return plane
    return tuple(range(inputs)) if inputs <= 2 else ()
