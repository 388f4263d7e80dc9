"""Admission webhooks that are served from the migrated namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "admission_webhook"
SEVERITIES = ("warning",)
WHY = "A webhook whose pods are not there yet refuses writes: while the workloads are held, nothing could be restored on CCE."
KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report webhooks that would call a held Service, and so stop every write to the target."""
    for kind in KINDS:
        for obj in inventory.objects(kind):
            services = {
                f"{service['namespace']}/{service['name']}"
                for hook in obj.get("webhooks") or []
                if (service := (hook.get("clientConfig") or {}).get("service"))
                and service.get("namespace") in inventory.namespaces
            }
            if services:
                yield Finding(
                    RULE,
                    "warning",
                    label(obj),
                    f"calls {', '.join(sorted(services))}; it is not migrated, "
                    "because it would refuse writes until its pods run",
                    "apply it to the target after the cutover",
                )
