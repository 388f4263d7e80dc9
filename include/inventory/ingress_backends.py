"""Know which Services an ELB has to reach for Ingresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.inventory.ingress_classes import controller_on_target

if TYPE_CHECKING:
    from include.definition import Definition
    from include.inventory.store import Inventory

HEADLESS = "None"

Manifest = dict[str, Any]


def elb_backends(inventory: Inventory, definition: Definition) -> frozenset[tuple[str, str]]:
    """Return namespace and name of the Services behind Ingresses that ELB serves, but for what CCE Turbo reaches itself."""
    balancer, cluster = definition.target.load_balancer, definition.target.cce_cluster
    create = cluster.create if cluster else None
    if balancer is None or (
        create is not None and create.category == "Turbo" and balancer.elb_class == "performance"
    ):
        return frozenset()
    return frozenset(
        (str(ingress["metadata"]["namespace"]), name)
        for ingress in inventory.each("Ingress")
        if controller_on_target(ingress, definition) == "elb"
        for name in backends(ingress)
    )


def backends(ingress: Manifest) -> Iterator[str]:
    """Yield the names of the Services that an Ingress leads to."""
    spec = ingress.get("spec") or {}
    found = [spec.get("defaultBackend") or {}]
    for rule in spec.get("rules") or []:
        found += [path.get("backend") or {} for path in (rule.get("http") or {}).get("paths") or []]
    yield from (str(backend["service"]["name"]) for backend in found if backend.get("service"))


def is_closed(obj: Manifest) -> bool:
    """Say whether an object is a Service that nothing from outside the cluster reaches, and that could be opened."""
    if obj.get("kind") != "Service" or obj.get("apiVersion") != "v1":
        return False
    spec = obj.get("spec") or {}
    return spec.get("type", "ClusterIP") == "ClusterIP" and spec.get("clusterIP") != HEADLESS
