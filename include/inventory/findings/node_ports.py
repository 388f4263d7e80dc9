"""Node ports that change on the target, or that CCE does not serve."""

from __future__ import annotations

from collections.abc import Iterator

from include.adaptation.rules.service_addresses import was_asked_for
from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "node_port"
SEVERITIES = ("blocker", "warning")
WHY = (
    "Who reaches nodes by address and port finds the port closed; CCE serves 30000 to 32767 and nothing else."
)
SERVED = range(30000, 32768)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report ports CCE refuses, and ports that cannot be told from those the cluster chose: Helm leaves no note of its choice."""
    for service in inventory.objects("Service"):
        spec = service.get("spec") or {}
        ports = sorted(port["nodePort"] for port in spec.get("ports") or [] if port.get("nodePort"))
        kept = [port for port in ports if definition.target.keep_node_ports or was_asked_for(service, port)]
        refused = [port for port in kept if port not in SERVED]
        if refused:
            yield Finding(
                RULE,
                "blocker",
                label(service),
                f"asks for the node ports {', '.join(map(str, refused))}; CCE refuses what is not in 30000 to 32767",
                "give it ports of that range, or none, on the source",
            )
        lost = sorted(set(ports) - set(kept))
        if lost and spec.get("type") == "NodePort":
            yield Finding(
                RULE,
                "warning",
                label(service),
                f"gets other node ports than {', '.join(map(str, lost))} on the target",
                "who reaches it by node address and port needs the new ones; set target.keep_node_ports, "
                "or apply the Service by kubectl to pin its ports",
            )
