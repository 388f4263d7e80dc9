"""Know the Secrets that do nothing but let pods pull from registries whose images are copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.inventory.pod_references import DEFAULT_ACCOUNT, needed_objects
from include.inventory.pod_specs import containers, is_custom, pod_spec
from include.inventory.references import registry_of

if TYPE_CHECKING:
    from include.inventory.store import Inventory

TYPES = frozenset({"kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"})
# Programs read names from their settings, and operators from their custom resources.
READ_BY_PROGRAMS = "ConfigMap"

Manifest = dict[str, Any]


def find_source_logins(inventory: Inventory) -> frozenset[tuple[str, str]]:
    """Return namespace and name of logins that nothing on the target needs: pods pull the copies from SWR.

    Left out is a login that a pod needs for an image of another registry, one that is mounted or read, and one whose name stands in a
    ConfigMap or a custom resource: a program may start pods with it.
    """
    return frozenset(
        login for namespace in inventory.namespaces for login in _logins_of(inventory, namespace)
    )


def _logins_of(inventory: Inventory, namespace: str) -> set[tuple[str, str]]:
    objects = inventory.objects(namespace=namespace)
    logins = {
        obj["metadata"]["name"] for obj in objects if obj["kind"] == "Secret" and obj.get("type") in TYPES
    }
    accounts = {obj["metadata"]["name"]: obj for obj in objects if obj["kind"] == "ServiceAccount"}
    pods = [obj for obj in objects if pod_spec(obj) is not None]
    used = {name for obj in pods for name in _named(obj, accounts)}
    kept = {name for obj in pods for kind, name in needed_objects(obj) if kind == "Secret"}
    for obj in pods:
        if not _is_copied(obj, inventory):
            kept |= set(_named(obj, accounts))
    texts = [
        text for obj in objects if obj["kind"] == READ_BY_PROGRAMS or is_custom(obj) for text in _texts(obj)
    ]
    return {(namespace, name) for name in (logins & used) - kept if not any(name in text for text in texts)}


def _named(obj: Manifest, accounts: dict[str, Manifest]) -> Iterator[str]:
    """Yield the logins that a pod gets from its template, or else from its ServiceAccount."""
    spec = pod_spec(obj) or {}
    account = accounts.get(spec.get("serviceAccountName") or DEFAULT_ACCOUNT) or {}
    for row in spec.get("imagePullSecrets") or account.get("imagePullSecrets") or []:
        yield str(row.get("name"))


def _is_copied(obj: Manifest, inventory: Inventory) -> bool:
    images = [str(one["image"]) for one in containers(obj) if one.get("image")]
    return all(registry_of(image) in inventory.registries for image in images)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node
