"""Find what starts pods in the migrated namespaces, hold it, and let it go."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from include.adaptation.hold import can_be_held, hold_patch, release_patch, remembered
from include.errors import ObjectNotFoundError
from include.inventory.owners import controller_reference, is_finished
from include.labels import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

WORKERS = 8
# What starts pods by the clock; it is held first and released last.
BY_CLOCK = ("batch/v1/cronjobs", "batch/v1/jobs")
RUNNING = (
    "apps/v1/deployments",
    "apps/v1/statefulsets",
    "apps/v1/daemonsets",
    "apps/v1/replicasets",
    "v1/replicationcontrollers",
)
ENDED = frozenset({"Succeeded", "Failed"})

Manifest = dict[str, Any]


def list_workloads(cluster: Cluster, namespaces: Iterable[str], resources: Iterable[str]) -> list[Manifest]:
    """Return the workloads that can be held one by one; what a held one controls follows it."""
    found = []
    for namespace in namespaces:
        for resource in resources:
            for obj in cluster.list(_collection(resource, namespace)):
                if not _follows(obj) and OWNER not in (obj["metadata"].get("labels") or {}):
                    found.append(obj)
    return found


def hold_all(cluster: Cluster, workloads: Iterable[Manifest]) -> list[Manifest]:
    """Hold these workloads and return what each was before; one that is held already keeps what it remembers."""
    return _patch_all(cluster, workloads, hold=True)


def release_all(cluster: Cluster, workloads: Iterable[Manifest]) -> list[Manifest]:
    """Release those that are held, and return what each is again."""
    held = [obj for obj in workloads if remembered(obj) is not None]
    return _patch_all(cluster, held, hold=False)


def living_pods(cluster: Cluster, namespaces: Iterable[str]) -> list[Manifest]:
    """Return the pods that have not ended; the migration's own are left out."""
    return [
        pod
        for namespace in namespaces
        for pod in cluster.list(f"/api/v1/namespaces/{namespace}/pods")
        if (pod.get("status") or {}).get("phase") not in ENDED
        and OWNER not in (pod["metadata"].get("labels") or {})
    ]


def name_of(obj: Manifest) -> str:
    """Return `Deployment shop/web`."""
    return f"{obj['kind']} {obj['metadata'].get('namespace')}/{obj['metadata']['name']}"


def _patch_all(cluster: Cluster, workloads: Iterable[Manifest], *, hold: bool) -> list[Manifest]:
    def patch_one(obj: Manifest) -> Manifest | None:
        patch = hold_patch(obj) if hold else release_patch(obj)
        path = cluster.path_of(obj)
        try:
            live = cluster.patch(path, patch) if patch else obj
        except ObjectNotFoundError:
            logger.info("%s, %s cluster, was deleted meanwhile", name_of(obj), cluster.name)
            return None
        before = remembered(live) if hold else remembered(obj)
        metadata = obj["metadata"]
        return {
            "kind": obj["kind"],
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "before": before,
        }

    with ThreadPoolExecutor(WORKERS) as pool:
        return [row for row in pool.map(patch_one, workloads) if row is not None]


def _follows(obj: Manifest) -> bool:
    """Say whether an object needs no hold of its own.

    What a custom resource controls does: its operator is held like everything else, but leaves it as it is.
    """
    if obj["kind"] == "Job":
        return is_finished(obj)
    owner = controller_reference(obj)
    return owner is not None and can_be_held(owner)


def _collection(resource: str, namespace: str) -> str:
    version, _, plural = resource.rpartition("/")
    return f"{'/apis' if '/' in version else '/api'}/{version}/namespaces/{namespace}/{plural}"
