"""Know the Secrets that do nothing but let pods pull from registries whose images are copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
# Namespace and name.
Place = tuple[str, str]


def find_source_logins(inventory: Inventory) -> frozenset[tuple[str, str]]:
    """Return namespace and name of logins that nothing on the target needs: pods pull the copies from SWR.

    Left out is a login that a pod needs for an image of another registry, one that is mounted or read, and one whose name stands in a
    ConfigMap or a custom resource: a program may start pods with it.
    """
    logins = _places(obj for obj in inventory.each("Secret") if obj.get("type") in TYPES)
    logins = {place for place in logins if place[0] in inventory.namespaces}
    if not logins:
        return frozenset()
    accounts = {
        (account["metadata"].get("namespace"), account["metadata"]["name"]): account
        for account in inventory.each("ServiceAccount")
        if account.get("imagePullSecrets")
    }
    used: set[Place] = set()
    kept: set[Place] = set()
    for obj in inventory.each():
        namespace = obj["metadata"].get("namespace")
        if pod_spec(obj) is not None:
            named = {(namespace, name) for name in _named(obj, accounts)}
            used |= named
            kept |= {(namespace, name) for kind, name in needed_objects(obj) if kind == "Secret"}
            kept |= set() if _is_copied(obj, inventory) else named
        if obj["kind"] == READ_BY_PROGRAMS or is_custom(obj):
            kept |= _told(obj, {place for place in logins if place[0] == namespace})
    return frozenset((logins & used) - kept)


def _places(objects: Iterable[Manifest]) -> set[Place]:
    return {(str(obj["metadata"].get("namespace")), obj["metadata"]["name"]) for obj in objects}


def _told(obj: Manifest, logins: set[Place]) -> set[Place]:
    """Return the logins whose name stands in an object."""
    texts = list(_texts(obj)) if logins else []
    return {place for place in logins if any(place[1] in text for text in texts)}


def _named(obj: Manifest, accounts: dict[Place, Manifest]) -> Iterator[str]:
    """Yield the logins that a pod gets from its template, or else from its ServiceAccount."""
    spec = pod_spec(obj) or {}
    place = (str(obj["metadata"].get("namespace")), str(spec.get("serviceAccountName") or DEFAULT_ACCOUNT))
    account = accounts.get(place) or {}
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
