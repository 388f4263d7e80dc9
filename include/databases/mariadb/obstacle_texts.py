"""Name things in what the preflight says."""

from __future__ import annotations

from collections.abc import Iterable

MOST_NAMED = 5


def named(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    found = list(names)
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(found[:MOST_NAMED]) + more
