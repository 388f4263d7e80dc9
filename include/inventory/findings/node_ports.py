"""NodePort Services whose ports the target chooses anew."""

from __future__ import annotations

from collections.abc import Iterator

from include.adaptation.rules.service_addresses import was_asked_for
from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "node_port"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report node ports that cannot be told from those the cluster chose: Helm, for one, leaves no note of its choice."""
    for service in inventory.objects("Service"):
        spec = service.get("spec") or {}
        if spec.get("type") != "NodePort":
            continue
        ports = [port["nodePort"] for port in spec.get("ports") or [] if port.get("nodePort")]
        lost = sorted(port for port in ports if not was_asked_for(service, port))
        if lost:
            yield Finding(
                RULE,
                "warning",
                label(service),
                f"gets other node ports than {', '.join(map(str, lost))} on the target",
                "who reaches it by node address and port needs the new ones; apply the Service by kubectl to pin its ports",
            )
