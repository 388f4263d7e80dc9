"""Predict what each phase moves and how long it takes, and the downtime; the rates are those of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from include.assessment.measuring import Measured
from include.definition import Definition
from include.inventory.model import VolumeUse
from include.inventory.store import Inventory
from include.phases import PHASES
from include.planning.fixed_rows import fixed_rows
from include.planning.image_rows import with_own_images
from include.planning.object_rows import object_rows
from include.planning.rates import predict_seconds
from include.sizing import KnownSize

# The last passes of the cutover run so many at a time.
SIDE_BY_SIDE = 4
LAST_PASSES = {
    "follow": "last pass of a followed database",
    "dump": "last pass of a dumped database",
}
FIRST_GUESS = "a cautious first guess from sizes, as this migration was neither rehearsed nor cut over yet"


@dataclass(frozen=True)
class PhasePrediction:
    """Predict one phase: `unknown` items did not tell their size and count as empty."""

    id: str
    items: int
    bytes: int
    unknown: int
    seconds: float


def predict(
    inventory: Inventory, definition: Definition, measured: Measured, learned: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return phases, their sum and the downtime; seconds are those of one item after another.

    :param learned: the downtime by what this migration measured before, see `learned_downtime`.
    """
    volumes = [volume for volume in inventory.volumes() if volume.pv is not None]
    databases = {name: known.size for name, known in measured.databases.items() if known.size is not None}
    downtime = learned or predict_downtime(definition, [one.bytes_to_move for one in volumes], databases)
    phases = [
        replace(phase, seconds=downtime["seconds"]) if phase.id == "cutover" else phase
        for phase in _phases(inventory, definition, measured, volumes)
    ]
    return {
        "phases": [asdict(phase) for phase in phases],
        "bytes": sum(phase.bytes for phase in phases),
        "unknown": sum(phase.unknown for phase in phases),
        "volumes": {
            "measured": sum(one.used_bytes is not None for one in volumes),
            "claimed": sum(one.used_bytes is None for one in volumes),
        },
        "seconds": round(sum(phase.seconds for phase in phases), 1),
        "downtime": downtime,
    }


def predict_downtime(
    definition: Definition, volumes: Sequence[int], databases: Mapping[str, int]
) -> dict[str, Any]:
    """Return the seconds between the stop of the writers and the last client on the target, with the steps and the basis.

    The last changes of databases, buckets and volumes are moved and proved side by side, so that the slowest of the three counts.
    The proof reads whole volumes and tables; of buckets it reads what changed.

    :param volumes: bytes of each volume.
    :param databases: bytes by the names of the definition, of those that told theirs.
    """
    last_passes = {
        "volumes": _side_by_side([predict_seconds("last pass of a volume", size) for size in volumes]),
        "databases": _side_by_side([
            predict_seconds(LAST_PASSES[one.mode], databases.get(one.name, 0)) for one in definition.databases
        ]),
        "buckets": _side_by_side([predict_seconds("last pass of a bucket") for _ in definition.buckets]),
    }
    slowest = max(last_passes, key=lambda name: last_passes[name])
    steps = {
        f"last changes and proof of the {slowest}": last_passes[slowest],
        "stop of the source, start on the target and switch": predict_seconds("stop, start and switch"),
        "time to live of the DNS record": float(definition.front_door.ttl_seconds),
    }
    return {
        "seconds": round(sum(steps.values()), 1),
        "unknown": sum(one.name not in databases for one in definition.databases),
        "steps": [{"name": name, "seconds": seconds} for name, seconds in steps.items() if seconds],
        "basis": FIRST_GUESS,
    }


def _phases(
    inventory: Inventory, definition: Definition, measured: Measured, volumes: Sequence[VolumeUse]
) -> list[PhasePrediction]:
    images = with_own_images(definition, inventory.images())
    rows = [
        row for row in object_rows(inventory, definition.volumes) if row.action != "exclude"
    ] + fixed_rows(definition)
    found = {
        "swr_image_sync": _sized(
            "swr_image_sync", "image", [measured.images.get(one.reference) for one in images]
        ),
        "rds_dump_restore": _sized(
            "rds_dump_restore", "database", [measured.databases.get(one.name) for one in definition.databases]
        ),
        "obs_sync": _sized(
            "obs_sync", "bucket", [measured.buckets.get(one.name) for one in definition.buckets]
        ),
    }
    for phase in PHASES:
        theirs = [row for row in rows if row.phase == phase]
        if theirs:
            seconds = sum(row.predicted_seconds for row in theirs)
            found[phase] = PhasePrediction(phase, len(theirs), 0, 0, round(seconds, 1))
    if volumes:
        found["velero_backup_restore"] = _with_volumes(found["velero_backup_restore"], volumes)
    return [found[phase] for phase in PHASES if phase in found and found[phase].items]


def _sized(phase: str, kind: str, sizes: Iterable[KnownSize | None]) -> PhasePrediction:
    known = [one.size if one else None for one in sizes]
    seconds = sum(predict_seconds(kind, size or 0) for size in known)
    whole = sum(size or 0 for size in known)
    return PhasePrediction(phase, len(known), whole, sum(size is None for size in known), round(seconds, 1))


def _with_volumes(objects: PhasePrediction, volumes: Sequence[VolumeUse]) -> PhasePrediction:
    sizes = [one.bytes_to_move for one in volumes]
    seconds = objects.seconds + sum(predict_seconds("volume", size) for size in sizes)
    return PhasePrediction(objects.id, objects.items + len(volumes), sum(sizes), 0, round(seconds, 1))


def _side_by_side(seconds: Sequence[float]) -> float:
    """Return the seconds of items that are worked on a few at a time: no less than the longest of them takes."""
    return round(max(sum(seconds) / SIDE_BY_SIDE, max(seconds, default=0.0)), 1)
