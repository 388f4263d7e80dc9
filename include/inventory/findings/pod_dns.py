"""Pods that ask DNS servers of their own choice."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "pod_dns"
SEVERITIES = ("warning",)
WHY = "A DNS server of the old network may not answer requests from the VPC of CCE: the pod finds no name at all."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads that name the addresses of DNS servers."""
    for obj, spec in migrated_pods(inventory, definition):
        servers = (spec.get("dnsConfig") or {}).get("nameservers") or []
        if servers:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"asks the DNS servers {', '.join(servers)}",
                "let it use the cluster's DNS and add the domains as stub domains to CoreDNS on the target, or open the way",
            )
