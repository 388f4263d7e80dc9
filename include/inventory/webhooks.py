"""Know which admission webhooks are served from the migrated namespaces."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from include.inventory.store import Inventory

KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")

Manifest = dict[str, Any]


def own_webhooks(inventory: Inventory) -> Iterator[Manifest]:
    """Yield the webhook configurations that call a Service of the migrated namespaces."""
    for kind in KINDS:
        for obj in inventory.objects(kind):
            if called_services(obj, inventory.namespaces):
                yield obj


def called_services(configuration: Manifest, namespaces: Container[str]) -> list[str]:
    """Return the Services of these namespaces that a configuration calls, as `namespace/name`."""
    services = [
        (hook.get("clientConfig") or {}).get("service") or {} for hook in configuration.get("webhooks") or []
    ]
    return sorted({
        f"{service['namespace']}/{service['name']}"
        for service in services
        if service.get("namespace") in namespaces
    })
