"""Split the rows of a phase into shards: a task each, with concurrency inside."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from typing import Any

from include.planning.model import PlanItem

# A task costs about 0.2 CPU-seconds of the scheduler's and the worker's time, whatever it does.
MOST_SHARDS = 16
ROWS_PER_SHARD = 8
LONGEST_NAME = 60


def shard_rows(
    rows: Sequence[PlanItem], *, rows_per_shard: int = ROWS_PER_SHARD, most_shards: int = MOST_SHARDS
) -> list[dict[str, Any]]:
    """Return shards `{"name", "keys"}` of about the same predicted seconds; no rows give no shards.

    Rows whose details have the same `together` share a shard as far as that keeps the shards alike.

    :param rows_per_shard: open another shard for so many rows more, until there are `most_shards`.
    """
    if not rows:
        return []
    count = min(math.ceil(len(rows) / rows_per_shard), most_shards)
    shards: list[list[PlanItem]] = [[] for _ in range(count)]
    # Predicted seconds, rows, number of the shard: the least loaded comes first.
    loads = [(0.0, 0, number) for number in range(count)]
    for unit in _units(rows, _seconds(rows) / count):
        seconds, size, number = loads[0]
        shards[number] += unit
        heapq.heapreplace(loads, (seconds + _seconds(unit), size + len(unit), number))
    return [{"name": _name(shard), "keys": [row.key for row in shard]} for shard in shards if shard]


def _units(rows: Sequence[PlanItem], longest: float) -> list[list[PlanItem]]:
    """Return the rows that stay together, the longest unit first; none is longer than a shard should be, if it can be cut."""
    units: list[list[PlanItem]] = []
    open_units: dict[str, list[PlanItem]] = {}
    for row in sorted(rows, key=lambda row: (-row.predicted_seconds, row.key)):
        together = str(row.details.get("together") or "")
        unit = open_units.get(together) if together else None
        if unit is None or _seconds(unit) + row.predicted_seconds > longest:
            unit = open_units[together] = []
            units.append(unit)
        unit.append(row)
    return sorted(units, key=lambda unit: (-_seconds(unit), unit[0].key))


def _seconds(rows: Sequence[PlanItem]) -> float:
    return sum(row.predicted_seconds for row in rows)


def _name(shard: list[PlanItem]) -> str:
    """Name a shard by its first row, as the Airflow UI shows it."""
    first = shard[0].key
    shown = first if len(first) <= LONGEST_NAME else f"…{first[-LONGEST_NAME:]}"
    return shown if len(shard) == 1 else f"{shown} and {len(shard) - 1} more"
