"""How many processor cores one matrix product uses. No Qt, and no NumPy at first.

What the environment says wins. Otherwise it is one at first, because two slow the small networks that people draw,
and then what the settings say.
"""

from __future__ import annotations

import os

_VARIABLE = "OPENBLAS_NUM_THREADS"
_given = os.environ.get(_VARIABLE, "")
# None while NumPy has chosen for itself.
_in_force: int | None = None


def begin_with_one() -> None:
    """One thread, unless the environment says another number; to be called before NumPy is imported."""
    global _in_force
    os.environ.setdefault(_VARIABLE, "1")
    _in_force = 1


def use(count: int) -> None:
    """So many threads from now on, but not more than there are cores, unless the environment says a number."""
    global _in_force
    count = min(count, os.cpu_count() or 1)
    if not _given and count != _in_force:
        import threadpoolctl  # noqa: PLC0415 - needed by few

        threadpoolctl.threadpool_limits(limits=count, user_api="blas")
        _in_force = count


def is_given() -> bool:
    """Whether the environment says how many, so that the settings do not count."""
    return bool(_given)


def in_words() -> str:
    """How many are used, and who says so."""
    return f"{_given}, as the environment variable {_VARIABLE} says" if _given else f"{_in_force}"
