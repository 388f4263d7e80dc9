"""Compares what the lab's customers were promised with what one side holds: `audit("target")` after a migration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.clusters.api import ClusterApi
from lab.estate.postgres_load import connect_application
from lab.estate.traffic_journal import Promises, read_promises

_CLAIM = "/api/v1/namespaces/shop/persistentvolumeclaims/uploads"
_HELD = (
    "select client, sequence, count(*) from orders where client like 'traffic-%' group by client, sequence"
)


@dataclass(frozen=True)
class Audit:
    """What was acknowledged, and what is wrong: `client/sequence` of orders, `upload name` of uploads."""

    acknowledged: int
    lost: list[str]
    doubled: list[str]


def audit(side: str) -> Audit:
    """Ask the database and the volume of one side (`source` or `target`) for everything that was acknowledged."""
    # first the promises, then what is held: an order that is taken in between is no lost one
    promises = list(read_promises())
    with connect_application(side) as connection:
        rows = connection.execute(_HELD).fetchall()
    held = {(str(client), int(sequence)): int(count) for client, sequence, count in rows}
    return compare(promises, held, _uploads(side))


def compare(
    promises: Iterable[Promises], held: Mapping[tuple[str, int], int], uploads: Mapping[str, str]
) -> Audit:
    """Return what was acknowledged and is not held, and what is held more often than once.

    Args:
        promises: what each client was promised.
        held: (client, sequence) -> how often the database holds that order.
        uploads: name -> SHA-256 of the uploads on the volume.
    """
    acknowledged = 0
    lost: list[str] = []
    doubled: list[str] = []
    for one in promises:
        acknowledged += len(one.acknowledged) + len(one.uploads)
        lost += [
            f"{one.client}/{number}"
            for number in sorted(one.acknowledged)
            if (one.client, number) not in held
        ]
        lost += [f"upload {name}" for name, digest in one.uploads.items() if uploads.get(name) != digest]
    doubled += [f"{client}/{number}" for (client, number), count in sorted(held.items()) if count > 1]
    return Audit(acknowledged, lost, doubled)


def _uploads(side: str) -> dict[str, str]:
    """Return the uploads on a side's volume, read from the folder that it is: the pods may be held."""
    kubeconfig = {"source": paths.SOURCE_KUBECONFIG, "target": paths.TARGET_KUBECONFIG}[side]
    with ClusterApi(kubeconfig) as api:
        volume = api.get(f"/api/v1/persistentvolumes/{api.get(_CLAIM)['spec']['volumeName']}")
    folder = Path(volume["spec"]["local"]["path"])
    return {path.name: _digest(path) for path in folder.glob("traffic-*") if path.is_file()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
