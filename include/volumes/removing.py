"""Remove movers that nobody waits for any more, and what they read from: their task was killed, or the run was ended by hand."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from include.errors import ObjectNotFoundError
from include.labels import OWNER
from include.velero.names import NAMESPACE
from include.volumes.names import COMPONENT
from include.volumes.snapshots import CLAIMS, GROUP, let_disk_go

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# Jobs first, so that none starts without its Secret, which holds the password of the repository; claims before what they are made from.
KINDS = (
    ("apis/batch/v1", "jobs"),
    ("apis/networking.k8s.io/v1", "networkpolicies"),
    ("api/v1", "secrets"),
    ("api/v1", CLAIMS),
    (f"apis/{GROUP}/v1", "volumesnapshots"),
)
GONE_SECONDS = 60.0


def remove_movers(run: MigrationRun, cluster: Cluster) -> int:
    """Remove all movers of this migration from a cluster, whichever run made them; return how many objects went.

    :raises WaitTimeoutError: when a pod of theirs does not end.
    """
    return _remove(cluster, list(_movers(run, cluster)))


def remove_movers_of_other_runs(run: MigrationRun) -> None:
    """Remove what earlier runs left in both clusters, and wait until it works no more: it would write beside this run."""
    for cluster in (run.source, run.target):
        removed = _remove(cluster, [path for path in _movers(run, cluster) if run.short_id not in path])
        if removed:
            logger.info("Removed %s objects of earlier movers, %s cluster", removed, cluster.name)


def _remove(cluster: Cluster, found: list[str]) -> int:
    """Remove these, and wait until their pods have gone before them."""
    for path in found:
        if f"/{CLAIMS}/" in path:
            let_disk_go(cluster, path)
        cluster.delete(path, propagation="Foreground")
    for path in found:
        cluster.wait_for(path, lambda seen: seen is None, GONE_SECONDS, f"{path} is gone")
    return len(found)


def _movers(run: MigrationRun, cluster: Cluster) -> Iterator[str]:
    selector = f"{OWNER}={run.definition.name},{COMPONENT}"
    for namespace in (NAMESPACE, *run.definition.source.namespaces):
        for api, plural in KINDS:
            folder = f"/{api}/namespaces/{namespace}/{plural}"
            # A cluster without snapshots does not know their kind.
            with suppress(ObjectNotFoundError):
                for obj in cluster.list(folder, labelSelector=selector):
                    yield f"{folder}/{obj['metadata']['name']}"
