"""Where small plots stand beside one another: a grid that fills its panel. Plain numbers, no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """So many tiles in so many columns, each of one size in pixels."""

    tiles: int
    columns: int
    width: float
    height: float

    @classmethod
    def filling(cls, tiles: int, width: int, height: int, least: tuple[int, int]) -> Grid:
        """The grid with as few lines as fit into a width; it is higher where tiles would be lower than ``least``.

        ``least`` is the width and the height, in pixels, of the smallest tile there may be.
        """
        most = max(width // least[0], 1)
        lines = max(-(-tiles // most), 1)
        columns = max(-(-tiles // lines), 1)
        return cls(tiles, columns, width / columns, max(height / lines, least[1]))

    @property
    def full_height(self) -> int:
        """How high all lines are together."""
        return round(-(-self.tiles // self.columns) * self.height)

    def box(self, tile: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a tile."""
        line, column = divmod(tile, self.columns)
        return column * self.width, line * self.height, self.width, self.height

    def at(self, x: float, y: float) -> int | None:
        """The tile at a place, None beside all of them."""
        column, line = int(x // self.width), int(y // self.height)
        tile = line * self.columns + column
        return tile if 0 <= column < self.columns and 0 <= tile < self.tiles and y >= 0 else None
