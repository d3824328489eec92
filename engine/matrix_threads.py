"""How many threads the products of matrices use: another number can change the last digits of a large run."""

from __future__ import annotations


def threads_in_use() -> int | None:
    """How many threads a product may use now, None where NumPy's library does not tell."""
    from threadpoolctl import threadpool_info  # noqa: PLC0415 - takes a while, and is needed by few

    found = [part["num_threads"] for part in threadpool_info() if part["user_api"] == "blas"]
    return max(found, default=None)


def use_threads(count: int) -> None:
    """So many threads from now on, in this process."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - takes a while, and is needed by few

    threadpool_limits(limits=count, user_api="blas")
