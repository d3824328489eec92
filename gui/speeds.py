"""How fast training may run, in steps per second. No Qt."""

from __future__ import annotations

# The speeds of the slider; the last is as fast as possible.
SPEEDS: tuple[int | None, ...] = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, None)
FULL_SPEED = len(SPEEDS) - 1
# At full speed the ready example is done before the eye has seen it learn.
FIRST_SPEED = SPEEDS.index(100)


def key_of(index: int) -> str:
    """The speed at a place of the slider as the settings call it: "100", or "full"."""
    speed = SPEEDS[index]
    return "full" if speed is None else f"{speed:g}"


def index_of(key: str) -> int:
    """The place of the slider for a speed of the settings."""
    return [key_of(index) for index in range(len(SPEEDS))].index(key)


def speed_choices() -> list[tuple[str, str]]:
    """(key, label) of every speed."""
    rates = [speed for speed in SPEEDS if speed is not None]
    words = [(f"{speed:g}", f"{speed:,} {'step' if speed == 1 else 'steps'} a second") for speed in rates]
    return [*words, ("full", "As fast as possible")]
