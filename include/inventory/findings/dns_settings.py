"""Domains that the source cluster's DNS asks other servers for, and names that only it knows."""

from __future__ import annotations

import json
from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "dns_settings"
SEVERITIES = ("warning",)
WHY = "The DNS of the source cluster stays behind with kube-system: on CCE nobody knows these names, and servers are not found."
COREDNS = "ConfigMap kube-system/coredns"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what CoreDNS on the target has to be told, in the words of its add-on."""
    settings = inventory.cluster.get("dns") or {}
    domains, plugins = settings.get("domains") or {}, settings.get("plugins") or []
    if domains:
        yield Finding(
            RULE,
            "warning",
            COREDNS,
            f"asks other servers for {', '.join(sorted(domains))}",
            "set stub_domains of the add-on CoreDNS on the target (stub domains of NodeLocal DNSCache, where it is used): "
            f"{json.dumps(domains, sort_keys=True)}; and open the way to these servers",
        )
    if plugins:
        yield Finding(
            RULE,
            "warning",
            COREDNS,
            f"answers names of its own by {', '.join(plugins)}",
            "write them into the Corefile of the add-on CoreDNS on the target (servers and plugins of its parameters)",
        )
