"""Remove everything the migration put into both clusters; backups and volume snapshots stay in their buckets."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.clusters import Cluster
from include.errors import ClusterError, ProofError
from include.labels import OWNER
from include.ledger import Proof
from include.retirement.records import record
from include.velero import uninstall_velero
from include.velero.names import cluster_of

if TYPE_CHECKING:
    from include.connections.access import Side
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

SIDES: tuple[Side, ...] = ("source", "target")
# What movers leave behind when they are killed.
LEFTOVERS = (
    ("/apis/batch/v1/jobs", "/apis/batch/v1/namespaces/{namespace}/jobs/{name}"),
    ("/api/v1/secrets", "/api/v1/namespaces/{namespace}/secrets/{name}"),
    (
        "/apis/networking.k8s.io/v1/networkpolicies",
        "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies/{name}",
    ),
    ("/api/v1/configmaps", "/api/v1/namespaces/{namespace}/configmaps/{name}"),
)


def remove_installation(run: MigrationRun) -> None:
    """Remove Velero, movers and their Secrets from both clusters, and prove that nothing is left.

    A Velero that another migration uses stays.

    :raises ProofError: naming what is left.
    """
    problems = [problem for side in SIDES if (problem := _remove(run, side))]
    if problems:
        raise ProofError(problems, "not everything could be removed")


def left_over(cluster: Cluster, migration: str) -> list[str]:
    """Return the names of this migration's own objects in a cluster."""
    selector = f"{OWNER}={migration}"
    found = []
    for collection, _ in LEFTOVERS:
        for obj in _list(cluster, collection, selector):
            found.append(f"{obj['kind']} {obj['metadata']['namespace']}/{obj['metadata']['name']}")
    return sorted(found)


def _remove(run: MigrationRun, side: Side) -> str | None:
    started = time.monotonic()
    cluster = cluster_of(run, side)
    selector = f"{OWNER}={run.definition.name}"
    for collection, path in LEFTOVERS:
        for obj in _list(cluster, collection, selector):
            metadata = obj["metadata"]
            cluster.delete(path.format(namespace=metadata["namespace"], name=metadata["name"]))
    uninstall_velero(run, side)
    left = left_over(cluster, run.definition.name)
    proof = Proof(method="objects with the migration's label", source=0, target=len(left), equal=not left)
    problem = f"{', '.join(left)}, {side} cluster: still there; look at their finalizers"
    return record(
        run,
        f"installation/{side}",
        f"installation on the {side} cluster",
        "removed",
        proof,
        time.monotonic() - started,
        problem,
    )


def _list(cluster: Cluster, collection: str, selector: str) -> list[dict[str, dict[str, str]]]:
    try:
        return list(cluster.list(collection, labelSelector=selector))
    except ClusterError as error:
        if error.status == 404:
            return []
        raise
