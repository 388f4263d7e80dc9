"""Pods that use ports of their node, or its whole network."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import containers
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "host_port"
SEVERITIES = ("warning",)
WHY = "A port of a node exists once, so two such pods do not fit on one CCE node, and the nodes have other addresses and firewalls."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads with hostNetwork or hostPort."""
    for obj, spec in migrated_pods(inventory, definition):
        ports = {port.get("hostPort") for one in containers(obj) for port in one.get("ports") or []} - {
            None,
            0,
        }
        if spec.get("hostNetwork"):
            yield _finding(label(obj), "runs in the network of its node")
        elif ports:
            yield _finding(label(obj), f"takes the ports {', '.join(map(str, sorted(ports)))} of its node")


def _finding(name: str, message: str) -> Finding:
    return Finding(
        RULE,
        "warning",
        name,
        message,
        "open the ports in the security group of the target's nodes and tell its clients their addresses, or use a Service",
    )
