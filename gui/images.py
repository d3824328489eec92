"""Pictures made of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def image_of(pixels: NDArray[Any]) -> QImage:
    """The picture of bytes (rows, columns, 4), RGBA premultiplied, the first row at the top. It keeps a copy."""
    rows, columns = pixels.shape[:2]
    kind = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(np.ascontiguousarray(pixels).data, columns, rows, 4 * columns, kind).copy()
