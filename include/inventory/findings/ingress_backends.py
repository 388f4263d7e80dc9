"""Services behind Ingresses that an ELB cannot reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.ingress_classes import class_of, is_foreign_class
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "ingress_backend"
SEVERITIES = ("blocker", "warning")
WHY = "An ELB reaches pods of a CCE Standard cluster through node ports only: behind a ClusterIP Service nobody answers."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report ClusterIP Services behind Ingresses that become CCE's; a dedicated ELB reaches them in CCE Turbo."""
    balancer = definition.target.load_balancer
    types = {
        label(service): (service.get("spec") or {}).get("type") for service in inventory.objects("Service")
    }
    for ingress in inventory.objects("Ingress") if balancer else []:
        backends = {f"Service {ingress['metadata']['namespace']}/{name}" for name in _backends(ingress)}
        closed = sorted(name for name in backends if types.get(name, "?") in {"ClusterIP", None})
        if closed and is_foreign_class(class_of(ingress)):
            is_shared = balancer is not None and balancer.elb_class == "union"
            yield Finding(
                RULE,
                "blocker" if is_shared else "warning",
                label(ingress),
                f"leads to {', '.join(closed)}, of type ClusterIP"
                + ("" if is_shared else "; a dedicated ELB reaches them in CCE Turbo clusters only"),
                "make them NodePort Services on the source",
            )


def _backends(ingress: dict[str, Any]) -> set[str]:
    spec = ingress.get("spec") or {}
    found = [spec.get("defaultBackend") or {}]
    for rule in spec.get("rules") or []:
        found += [path.get("backend") or {} for path in (rule.get("http") or {}).get("paths") or []]
    return {str(backend["service"]["name"]) for backend in found if backend.get("service")}
