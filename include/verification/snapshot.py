"""Read at once what runs in the migrated namespaces of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from include.labels import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.inventory.store import Inventory

READERS = 8
COLLECTIONS = {
    "Pod": ("api/v1", "pods"),
    "Service": ("api/v1", "services"),
    "PersistentVolumeClaim": ("api/v1", "persistentvolumeclaims"),
    "EndpointSlice": ("apis/discovery.k8s.io/v1", "endpointslices"),
    "Ingress": ("apis/networking.k8s.io/v1", "ingresses"),
    "CronJob": ("apis/batch/v1", "cronjobs"),
}
SERVICE_LABEL = "kubernetes.io/service-name"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """Answer what was there at one moment."""

    objects: dict[tuple[str, str, str], Manifest]

    def find(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return one object, or None."""
        return self.objects.get((kind, namespace, name))

    def pods(self, namespace: str) -> list[Manifest]:
        """Return the pods that run and shall go on; the migration's own are left out."""
        return self._pods.get(namespace, [])

    def slices(self, namespace: str, service: str) -> list[Manifest]:
        """Return the EndpointSlices of a Service."""
        return self._slices.get((namespace, service), [])

    @cached_property
    def _pods(self) -> dict[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = {}
        for (kind, namespace, _), obj in self.objects.items():
            if kind == "Pod" and _goes_on(obj):
                found.setdefault(namespace, []).append(obj)
        return found

    @cached_property
    def _slices(self) -> dict[tuple[str, str], list[Manifest]]:
        found: dict[tuple[str, str], list[Manifest]] = {}
        for (kind, namespace, _), obj in self.objects.items():
            service = (obj["metadata"].get("labels") or {}).get(SERVICE_LABEL)
            if kind == "EndpointSlice" and service:
                found.setdefault((namespace, service), []).append(obj)
        return found


def take_snapshot(cluster: Cluster, namespaces: Sequence[str]) -> Snapshot:
    """Return what is there now."""
    places = [(kind, namespace) for kind in COLLECTIONS for namespace in namespaces]

    def read(place: tuple[str, str]) -> list[Manifest]:
        folder, plural = COLLECTIONS[place[0]]
        return list(cluster.list(f"/{folder}/namespaces/{place[1]}/{plural}"))

    with ThreadPoolExecutor(READERS) as pool:
        return _snapshot(obj for found in pool.map(read, places) for obj in found)


def inventoried(inventory: Inventory) -> Snapshot:
    """Return what was there on the source when the plan was made."""
    return _snapshot(obj for kind in COLLECTIONS for obj in inventory.objects(kind))


def _snapshot(objects: Iterable[Manifest]) -> Snapshot:
    return Snapshot({
        (obj["kind"], str(obj["metadata"].get("namespace")), obj["metadata"]["name"]): obj for obj in objects
    })


def _goes_on(pod: Manifest) -> bool:
    metadata, phase = pod["metadata"], (pod.get("status") or {}).get("phase")
    is_ours = OWNER in (metadata.get("labels") or {})
    return phase not in {"Succeeded", "Failed"} and not metadata.get("deletionTimestamp") and not is_ours
