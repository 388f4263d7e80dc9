"""Make sure that nobody writes to a claim while it is being copied for good."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError, TemporaryError
from include.inventory.volumes import claims_of
from include.labels import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster

POLL_SECONDS = 0.25
ENDED = frozenset({"Succeeded", "Failed"})

Manifest = dict[str, Any]


def pods_using(cluster: Cluster, namespace: str, claim: str) -> list[Manifest]:
    """Return the pods that mount a claim and have not ended, movers left out, by name."""
    found = [
        pod
        for pod in cluster.list(f"/api/v1/namespaces/{namespace}/pods")
        if claim in claims_of(pod)
        and (pod.get("status") or {}).get("phase") not in ENDED
        and OWNER not in (pod["metadata"].get("labels") or {})
    ]
    return sorted(found, key=lambda pod: str(pod["metadata"]["name"]))


def node_using(cluster: Cluster, namespace: str, claim: str) -> str | None:
    """Return a node on which a pod mounts a claim now, or None when none does."""
    for pod in pods_using(cluster, namespace, claim):
        if pod["spec"].get("nodeName"):
            return str(pod["spec"]["nodeName"])
    return None


def await_unused(cluster: Cluster, namespace: str, claim: str, timeout_seconds: float = 90.0) -> None:
    """Wait until no pod mounts the claim.

    :raises TemporaryError: naming the pods that still do, when all of them are ending: some take their time.
    :raises PermanentError: when one of them goes on.
    """
    ends = time.monotonic() + timeout_seconds
    while True:
        pods = pods_using(cluster, namespace, claim)
        if not pods:
            return
        if time.monotonic() >= ends:
            is_ending = all(pod["metadata"].get("deletionTimestamp") for pod in pods)
            names = ", ".join(str(pod["metadata"]["name"]) for pod in pods)
            raise (TemporaryError if is_ending else PermanentError)(
                f"PersistentVolumeClaim {namespace}/{claim}, {cluster.name} cluster: is in use by {names}; its "
                "content must not change now; hold their workloads and run the task again"
            )
        time.sleep(POLL_SECONDS)
