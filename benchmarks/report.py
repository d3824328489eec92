"""How a benchmark says what it found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def report(results: dict[str, Any], as_json: bool, show: Callable[[dict[str, Any]], None]) -> None:
    """Prints results as one JSON object, or as ``show`` does for people."""
    if as_json:
        print(json.dumps(results, indent=2))
    else:
        show(results)
