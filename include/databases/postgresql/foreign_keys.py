"""Order tables by their foreign keys. Pure functions over (table, referenced table) pairs."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

Reference = tuple[str, str]


def with_referencing(changed: Iterable[str], references: Iterable[Reference]) -> set[str]:
    """Return the changed tables with all that reference them, directly or not: they are emptied together."""
    known = list(references)
    found = set(changed)
    while True:
        more = {table for table, referenced in known if referenced in found} - found
        if not more:
            return found
        found |= more


def parents_first(tables: Iterable[str], references: Iterable[Reference]) -> list[str] | None:
    """Return the tables so that each comes after those it references, or None when they reference each other."""
    chosen = sorted(tables)
    graph: dict[str, set[str]] = {table: set() for table in chosen}
    for table, referenced in references:
        if table in graph and referenced in graph and table != referenced:
            graph[table].add(referenced)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return None
