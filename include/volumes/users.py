"""Make sure that nobody writes to a claim while it is being copied for good."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.inventory.volumes import claims_of
from include.velero.names import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster

POLL_SECONDS = 1.0
ENDED = frozenset({"Succeeded", "Failed"})


def pods_using(cluster: Cluster, namespace: str, claim: str) -> list[str]:
    """Return the names of pods that mount a claim and have not ended, movers left out."""
    return sorted(
        pod["metadata"]["name"]
        for pod in cluster.list(f"/api/v1/namespaces/{namespace}/pods")
        if claim in claims_of(pod)
        and (pod.get("status") or {}).get("phase") not in ENDED
        and OWNER not in (pod["metadata"].get("labels") or {})
    )


def await_unused(cluster: Cluster, namespace: str, claim: str, timeout_seconds: float = 90.0) -> None:
    """Wait until no pod mounts the claim.

    :raises PermanentError: naming the pods that still do.
    """
    ends = time.monotonic() + timeout_seconds
    while True:
        pods = pods_using(cluster, namespace, claim)
        if not pods:
            return
        if time.monotonic() >= ends:
            raise PermanentError(
                f"PersistentVolumeClaim {namespace}/{claim}, {cluster.name} cluster: is in use by {', '.join(pods)}; its "
                "content must not change now; hold their workloads and run the task again"
            )
        time.sleep(POLL_SECONDS)
