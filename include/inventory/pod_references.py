"""Find the objects without which the pods of a workload cannot start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.inventory.pod_specs import containers, pod_spec

Manifest = dict[str, Any]
Reference = tuple[str, str]

# Field of a volume -> (kind, field that names the object)
VOLUMES = {
    "configMap": ("ConfigMap", "name"),
    "secret": ("Secret", "secretName"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
}
PROJECTED = {"configMap": "ConfigMap", "secret": "Secret"}
KEYS = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
SOURCES = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
# Made by every cluster.
DEFAULT_ACCOUNT = "default"


def needed_objects(obj: Manifest) -> Iterator[Reference]:
    """Yield (kind, name) of what the pods of an object need in their namespace; what they call optional is left out."""
    spec = pod_spec(obj) or {}
    account = spec.get("serviceAccountName") or DEFAULT_ACCOUNT
    if account != DEFAULT_ACCOUNT:
        yield "ServiceAccount", account
    for volume in spec.get("volumes") or []:
        yield from _of_volume(volume)
    for container in containers(obj):
        for variable in container.get("env") or []:
            yield from _named(variable.get("valueFrom") or {}, KEYS)
        for source in container.get("envFrom") or []:
            yield from _named(source, SOURCES)


def _of_volume(volume: Manifest) -> Iterator[Reference]:
    for field, (kind, name) in VOLUMES.items():
        source = volume.get(field) or {}
        if source.get(name) and not source.get("optional"):
            yield kind, source[name]
    for source in (volume.get("projected") or {}).get("sources") or []:
        yield from _named(source, PROJECTED)


def _named(node: Manifest, kinds: dict[str, str]) -> Iterator[Reference]:
    for field, kind in kinds.items():
        reference = node.get(field) or {}
        if reference.get("name") and not reference.get("optional"):
            yield kind, reference["name"]
