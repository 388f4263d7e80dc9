"""The clocks of worker, clusters and object storages agree: signatures and certificates depend on it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from include.clusters import Cluster
from include.errors import MigrationError

if TYPE_CHECKING:
    from include.run import MigrationRun

MOST_SECONDS = 300.0
PROBE = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"namespace": "default", "name": "cce-migration-clock"},
}


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield clocks of the source and the object storages that are off, or apart from each other."""
    skews = {f"object storage {url}": _storage_skew(url) for url in sorted(_storage_urls(run))}
    yield from compare({"source cluster": _cluster_skew(run.source), **skews})


def find_target_problems(run: MigrationRun) -> Iterator[str]:
    """Yield when the target's clock is off, or apart from the source's."""
    skews = {f"{cluster.name} cluster": _cluster_skew(cluster) for cluster in (run.target, run.source)}
    # What is wrong with the source's alone is said by the other check.
    yield from (problem for problem in compare(skews) if "target cluster" in problem)


def compare(seen: Mapping[str, float | None]) -> Iterator[str]:
    """Yield a line per clock that differs from the worker's by over five minutes, and one for a pair that is so far apart.

    :param seen: seconds that each clock is ahead of the worker's, None of one that does not tell.
    """
    skews = {place: skew for place, skew in seen.items() if skew is not None}
    for place, skew in skews.items():
        if abs(skew) > MOST_SECONDS:
            direction = "ahead of" if skew > 0 else "behind"
            yield f"{place}: its clock is {abs(skew):.0f} s {direction} the worker's; set both by NTP"
    if skews:
        first, last = min(skews, key=lambda name: skews[name]), max(skews, key=lambda name: skews[name])
        distance = skews[last] - skews[first]
        if distance > MOST_SECONDS and all(abs(skew) <= MOST_SECONDS for skew in skews.values()):
            yield f"{last} and {first}: their clocks are {distance:.0f} s apart; set both by NTP"


def _cluster_skew(cluster: Cluster) -> float | None:
    """Return seconds ahead; a dry run stores nothing but tells the API server's time."""
    try:
        answer = cluster.create(PROBE, dry_run=True)
    except MigrationError:
        # The checks of clusters and rights say what is wrong there.
        return None
    text = answer.get("metadata", {}).get("creationTimestamp")
    return datetime.fromisoformat(text).timestamp() - time.time() if text else None


def _storage_urls(run: MigrationRun) -> set[str]:
    definition = run.definition
    ids = {definition.velero.connection, definition.volumes.connection}
    for bucket in definition.buckets:
        ids |= {bucket.source.connection, bucket.target.connection}
    return {run.connections.object_storage(connection).endpoint_url for connection in ids}


def _storage_skew(url: str) -> float | None:
    try:
        answer = httpx.head(url, timeout=10.0)
    except httpx.TransportError:
        return None
    text = answer.headers.get("Date")
    return parsedate_to_datetime(text).timestamp() - time.time() if text else None
