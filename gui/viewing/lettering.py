"""Letters in files: the window's figures of equal width are stand-ins that cannot be found or copied in a PDF."""

from __future__ import annotations

from typing import cast

from PySide6.QtGui import QPicture

# As a recorded font says that it has figures of equal width, and that it joins no signs: each as long as the other.
_EQUAL_WIDTH, _JOINS_NOTHING = b"tnum\0\0\0\1", b"calt\0\0\0\0"
# A recording begins with four letters and the checksum of what comes after.
_CHECKSUM = slice(4, 6)


def plainly_lettered(strokes: QPicture) -> QPicture:
    """The same strokes with figures and signs as they are in any text."""
    recorded = cast("memoryview", strokes.data()).tobytes()
    rest = recorded[_CHECKSUM.stop :].replace(_EQUAL_WIDTH, _JOINS_NOTHING)
    made = QPicture()
    made.setData(recorded[: _CHECKSUM.start] + checksum(rest).to_bytes(2, "big") + rest)
    return made


def checksum(content: bytes) -> int:
    """What Qt finds a recording undamaged by: the cyclic redundancy check of ISO 3309, 16 bits."""
    found = 0xFFFF
    for byte in content:
        found = (found >> 8) ^ _STEPS[(found ^ byte) & 0xFF]
    return found ^ 0xFFFF


def _step(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x8408 if byte & 1 else 0)
    return byte


_STEPS = tuple(map(_step, range(256)))
