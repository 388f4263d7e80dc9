"""Tell by which ways traffic comes into the source: LoadBalancer Services and Ingresses."""

from __future__ import annotations

from typing import Any

from include.inventory.ingress_classes import class_of
from include.inventory.model import label
from include.inventory.services import is_load_balancer
from include.inventory.store import Inventory

Manifest = dict[str, Any]


def load_balancers(inventory: Inventory) -> list[Manifest]:
    """Return each LoadBalancer Service with its ports and addresses."""
    return [
        {
            "service": label(service),
            "ports": [
                f"{row.get('port')}/{row.get('protocol') or 'TCP'}"
                for row in service["spec"].get("ports") or []
            ],
            "addresses": [str(row.get("ip") or row.get("hostname")) for row in _addresses(service)],
        }
        for service in inventory.objects("Service")
        if is_load_balancer(service)
    ]


def ingresses(inventory: Inventory) -> list[Manifest]:
    """Return each class of Ingresses with its number and the hosts it serves."""
    classes: dict[str, list[Manifest]] = {}
    for ingress in inventory.objects("Ingress"):
        classes.setdefault(class_of(ingress) or "the default class", []).append(ingress)
    return [
        {
            "class": name,
            "count": len(found),
            "hosts": sorted({str(rule["host"]) for one in found for rule in _rules(one) if rule.get("host")}),
        }
        for name, found in sorted(classes.items())
    ]


def _addresses(service: Manifest) -> list[Manifest]:
    return list(((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or [])


def _rules(ingress: Manifest) -> list[Manifest]:
    return list((ingress.get("spec") or {}).get("rules") or [])
