"""How old an answer is that is not taken at every instant."""

from __future__ import annotations

from gui.amounts import counted
from gui.text import tr

# An answer whose step is this share of all steps behind says so.
_OLD = 0.03


def age_in_words(now: int, then: int) -> str:
    """ "at step 1,200" for an answer of another step than the one that is shown, "" where it is as good as new."""
    return tr("at step {0}").format(f"{then:,}") if now - then > _OLD * now else ""


def rows_of(rows: int, all_rows: int) -> str:
    """Of how many training rows something is counted: "256 of 1,400 training rows", "all 105 training rows"."""
    if rows == all_rows:
        return counted(rows, tr("1 training row"), tr("all {0} training rows")) if rows else tr("no training rows")
    return tr("{0} of {1} training rows").format(f"{rows:,}", f"{all_rows:,}")
