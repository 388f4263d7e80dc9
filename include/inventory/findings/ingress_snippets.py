"""Ingresses with pieces of nginx configuration."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "ingress_snippet"
SEVERITIES = ("warning",)
WHY = "The NGINX Ingress controller refuses snippets unless it is told to take them: the Ingress is not made, or does not work."
PREFIX, SUFFIX = "nginx.ingress.kubernetes.io/", "-snippet"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Ingresses with snippet annotations."""
    for ingress in inventory.objects("Ingress"):
        annotations = ingress["metadata"].get("annotations") or {}
        snippets = sorted(name for name in annotations if name.startswith(PREFIX) and name.endswith(SUFFIX))
        if snippets:
            yield Finding(
                RULE,
                "warning",
                label(ingress),
                f"holds nginx configuration in {', '.join(snippets)}",
                "set allow-snippet-annotations in the add-on of the target, or use annotations that say the same",
            )
