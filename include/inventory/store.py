"""Keep the inventory in the ledger, one document per kind, and read it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from include.clusters.discovery import ApiResource
from include.definition.images import CustomImage
from include.errors import LedgerError
from include.inventory.images import find_images
from include.inventory.model import ImageUse, VolumeUse
from include.inventory.pod_specs import is_built_in
from include.inventory.source_logins import find_source_logins
from include.inventory.usage import Usage, read_usage
from include.inventory.volumes import find_volumes
from include.labels import OWNER
from include.ledger import Ledger
from include.ledger.records import now

DOCUMENT = "inventory"
FOLDER = "inventory"
USAGE = f"{FOLDER}/usage"
READERS = 8

Manifest = dict[str, Any]


class Inventory:
    """Answer what the source has. Nothing in it asks a cluster.

    :param cluster: version, kube-system uid and moment of the inventory.
    :param objects: full manifests by resource, each in the order of their keys; Secrets carry hashes instead of values.
    :param registries: registry hosts of the definition; image-like texts of custom resources that start
        with one of them count as images.
    :param image_fields: further fields of custom resources that name images, by the definition.
    :param counted: kinds whose objects were only counted, with the reason: name -> {count, reason}.
    :param usage: what nodes, pods and volumes used at that moment, as far as the source told.
    """

    def __init__(
        self,
        objects: Mapping[ApiResource, Iterable[Manifest]],
        *,
        cluster: Manifest | None = None,
        namespaces: Sequence[str] = (),
        registries: Sequence[str] = (),
        image_fields: Sequence[CustomImage] = (),
        counted: dict[str, Manifest] | None = None,
        usage: Usage | None = None,
    ) -> None:
        self.cluster = cluster or {}
        self.namespaces = tuple(namespaces)
        self.registries = tuple(registries)
        self.image_fields = tuple(image_fields)
        self.counted = counted or {}
        self.usage = usage or Usage()
        self._objects = objects

    def objects(self, kind: str | None = None, namespace: str | None = None) -> list[Manifest]:
        """Return manifests, all or of one kind, all or of one namespace, in a stable order; see `each`."""
        return list(self.each(kind, namespace))

    def each(self, kind: str | None = None, namespace: str | None = None) -> Iterator[Manifest]:
        """Yield manifests one by one, all or of one kind, all or of one namespace, in a stable order.

        A kind is Kubernetes' own where there are several of its name: Knative has a Service, too, and Volcano a Job.
        """
        chosen = [(resource, rows) for resource, rows in self._ordered() if kind in {None, resource.kind}]
        own = [entry for entry in chosen if is_built_in(entry[0].group)]
        for _, rows in own if kind and own else chosen:
            for row in rows:
                if namespace is None or row.get("metadata", {}).get("namespace") == namespace:
                    yield row

    def of_resource(self, name: str) -> Iterator[Manifest]:
        """Yield the manifests of a resource, e.g. `deployments.apps`, in the order of their keys."""
        for resource, rows in self._ordered():
            if resource.name == name:
                yield from rows

    def resources(self) -> list[ApiResource]:
        """Return the resources that have objects here, sorted."""
        return [resource for resource, _ in self._ordered()]

    def by_resource(self) -> list[tuple[ApiResource, list[Manifest]]]:
        """Return the manifests of each resource, sorted."""
        return [(resource, list(rows)) for resource, rows in self._ordered()]

    def resource_of(self, obj: Manifest) -> ApiResource:
        """Return the resource of an object of this inventory.

        :raises LedgerError: when the inventory has no such kind.
        """
        found = self._by_kind.get((str(obj.get("apiVersion")), str(obj.get("kind"))))
        if found is None:
            raise LedgerError(
                f"{obj.get('kind')} of {obj.get('apiVersion')} is not in the inventory; take it again"
            )
        return found

    def key_of(self, obj: Manifest) -> str:
        """Return the key of an object, e.g. `deployments.apps/shop/web`, used in plan, items and proofs."""
        return object_key(self.resource_of(obj), obj)

    def images(self) -> list[ImageUse]:
        """Return every image the cluster runs, by reference."""
        return find_images(self.objects(), self.registries, self.image_fields)

    def volumes(self) -> list[VolumeUse]:
        """Return every claim of the migrated namespaces, but those that a killed migration has left."""
        claims = [
            obj
            for obj in self.objects("PersistentVolumeClaim")
            if OWNER not in (obj["metadata"].get("labels") or {})
        ]
        found = find_volumes(claims, *(self.objects(kind) for kind in ("PersistentVolume", "Pod", "Node")))
        return [self._filled(volume) for volume in found]

    @cached_property
    def by_key(self) -> dict[str, Manifest]:
        """Return all manifests by key."""
        return {object_key(resource, row): row for resource, rows in self._ordered() for row in rows}

    @cached_property
    def source_logins(self) -> frozenset[tuple[str, str]]:
        """Return namespace and name of the Secrets that only let pods pull images that are copied."""
        return find_source_logins(self)

    @cached_property
    def _by_kind(self) -> dict[tuple[str, str], ApiResource]:
        return {(resource.api_version, resource.kind): resource for resource in self._objects}

    def _filled(self, volume: VolumeUse) -> VolumeUse:
        fill = self.usage.volumes.get((volume.namespace, volume.claim))
        return volume if fill is None else replace(volume, used_bytes=fill.used_bytes, files=fill.files)

    def _ordered(self) -> list[tuple[ApiResource, Iterable[Manifest]]]:
        return sorted(self._objects.items())


def object_key(resource: ApiResource, obj: Manifest) -> str:
    """Return `<plural.group>/<namespace>/<name>`, without namespace for cluster-scoped objects."""
    metadata = obj.get("metadata", {})
    parts = (resource.name, metadata.get("namespace"), metadata.get("name"))
    return "/".join(str(part) for part in parts if part)


def sort_objects(resource: ApiResource, objects: Iterable[Manifest]) -> list[Manifest]:
    """Return the manifests of one kind in the order in which an inventory has them."""
    return sorted(objects, key=lambda obj: object_key(resource, obj))


def save_kind(ledger: Ledger, resource: ApiResource, objects: list[Manifest]) -> None:
    """Write the document of one kind."""
    description = {**asdict(resource), "verbs": sorted(resource.verbs)}
    ledger.write(f"{FOLDER}/{resource.name}", {"resource": description, "objects": objects})


def save_inventory(ledger: Ledger, inventory: Inventory) -> None:
    """Write one document per kind, then the one that lists them; kinds of an earlier inventory go."""
    for resource, objects in inventory.by_resource():
        save_kind(ledger, resource, objects)
    counts = {resource.name: len(objects) for resource, objects in inventory.by_resource()}
    ledger.write(
        DOCUMENT,
        {
            "taken": now(),
            "cluster": inventory.cluster,
            "namespaces": list(inventory.namespaces),
            "registries": list(inventory.registries),
            "image_fields": [field.model_dump() for field in inventory.image_fields],
            "kinds": list(counts),
            "objects": counts,
            "counted": inventory.counted,
        },
    )
    for name in ledger.list(FOLDER):
        if name != USAGE and name.removeprefix(f"{FOLDER}/") not in counts:
            ledger.remove(name)


def save_usage(ledger: Ledger, usage: Usage) -> None:
    """Write down what the source uses."""
    ledger.write(USAGE, usage.as_document())


def load_inventory(ledger: Ledger) -> Inventory:
    """Read the inventory of a run.

    :raises LedgerError: when none was taken.
    """
    summary = _summary(ledger)
    with ThreadPoolExecutor(READERS) as pool:
        documents = list(pool.map(ledger.read, [f"{FOLDER}/{name}" for name in summary["kinds"]]))
    found = {_resource(document["resource"]): document["objects"] for document in documents}
    return _inventory(ledger, summary, found)


def open_inventory(ledger: Ledger) -> Inventory:
    """Return the inventory of a run, which reads its objects from the ledger each time it is asked, and keeps none.

    For what looks at each object once: what it takes does not grow with the estate. `by_key` reads everything.

    :raises LedgerError: when none was taken.
    """
    summary = _summary(ledger)
    kinds = [StoredObjects(ledger, f"{FOLDER}/{name}") for name in summary["kinds"]]
    with ThreadPoolExecutor(READERS) as pool:
        resources = pool.map(lambda kind: _resource(ledger.first(kind.document, "resource")), kinds)
        return _inventory(ledger, summary, dict(zip(resources, kinds, strict=True)))


@dataclass(frozen=True)
class StoredObjects:
    """Be the objects of one kind in the ledger, read anew by each who goes through them."""

    ledger: Ledger
    document: str

    def __iter__(self) -> Iterator[Manifest]:
        return self.ledger.entries(self.document, "objects")


def _summary(ledger: Ledger) -> Manifest:
    if not ledger.exists(DOCUMENT):
        raise LedgerError(f"{ledger.folder}: no inventory was taken; run the phase resource_planning first")
    return ledger.read(DOCUMENT)


def _inventory(
    ledger: Ledger, summary: Manifest, objects: Mapping[ApiResource, Iterable[Manifest]]
) -> Inventory:
    return Inventory(
        objects,
        cluster=summary["cluster"],
        namespaces=summary["namespaces"],
        registries=summary["registries"],
        # The inventory of a run that an earlier version began has none.
        image_fields=[CustomImage.model_validate(field) for field in summary.get("image_fields", [])],
        counted=summary["counted"],
        # The inventory of a run that an earlier version began has none.
        usage=read_usage(ledger.read(USAGE)) if ledger.exists(USAGE) else None,
    )


def _resource(document: Manifest) -> ApiResource:
    return ApiResource(**{**document, "verbs": frozenset(document["verbs"])})
