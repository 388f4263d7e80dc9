"""Share the buckets of a plan among tasks: large ones in pieces, small ones whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from include.ledger import Action
from include.objects.copying import copy_bucket
from include.objects.jobs import PHASE
from include.objects.pieces import copy_piece, piece_name
from include.objects.ranges import cut, piece_counts
from include.planning.model import PlanItem, load_plan
from include.planning.shards import MOST_SHARDS, shard_rows

if TYPE_CHECKING:
    from include.definition import Bucket
    from include.objects.census import Census
    from include.run import MigrationRun

Ranges = list[dict[str, Any]]


def planned_pieces(buckets: Sequence[tuple[Bucket, Census]]) -> list[Ranges]:
    """Return the ranges into which each bucket is cut, none for those that are copied whole.

    One of a limited rate stays whole, since its threads share the limit; so does one that a service of the cloud fills.
    """
    counts = piece_counts([census.weight for _, census in buckets], MOST_SHARDS)
    return [_ranges(*one, count) for one, count in zip(buckets, counts, strict=True)]


def _ranges(bucket: Bucket, census: Census, count: int) -> Ranges:
    if bucket.bandwidth is not None or bucket.copy_with != "own":
        return []
    ranges = cut(census.marks, census.weight, count)
    return [keys.model_dump() for keys in ranges] if len(ranges) > 1 else []


def shard_buckets(run: MigrationRun) -> list[dict[str, Any]]:
    """Return at most 16 shards `{"name", "keys", "pieces"}`: `pieces` are numbers of pieces by the bucket's key, of those cut."""
    work: dict[str, tuple[PlanItem, int | None]] = {}
    for row in load_plan(run.ledger).items(PHASE, "bucket"):
        count = len(row.details.get("pieces") or [])
        if not count:
            work[row.key] = row, None
        for number in range(1, count + 1):
            work[piece_name(row.key, number, count)] = _part(row, number, count), number
    shards = shard_rows([row for row, _ in work.values()], rows_per_shard=1)
    return [_shard(shard, work) for shard in shards]


def copy_shard(run: MigrationRun, shard: Mapping[str, Any]) -> dict[str, Action]:
    """Copy the buckets of a shard, and the pieces; return what was done with each, by its name."""
    pieces = shard.get("pieces") or {}
    done: dict[str, Action] = {}
    for key in shard["keys"]:
        if key not in pieces:
            done[key] = copy_bucket(run, key)
        for number in pieces.get(key, ()):
            done[f"{key}, piece {number}"] = copy_piece(run, key, number)
    return done


def _part(row: PlanItem, number: int, count: int) -> PlanItem:
    """Return a row for a piece: pieces are of about the same weight."""
    key = piece_name(row.key, number, count)
    return row.model_copy(update={"key": key, "predicted_seconds": row.predicted_seconds / count})


def _shard(shard: Mapping[str, Any], work: Mapping[str, tuple[PlanItem, int | None]]) -> dict[str, Any]:
    pieces: dict[str, list[int]] = {}
    keys: dict[str, None] = {}
    for name in shard["keys"]:
        row, number = work[name]
        key = str(row.details["name"])
        keys[key] = None
        if number is not None:
            pieces.setdefault(key, []).append(number)
    return {"name": shard["name"], "keys": list(keys), "pieces": pieces}
