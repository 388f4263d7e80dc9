"""Addresses of the source cluster itself in configuration."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.cluster_addresses import cluster_addresses
from include.inventory.endpoints import find_endpoints
from include.inventory.model import Finding
from include.inventory.moved_addresses import moves_of, rewrite
from include.inventory.store import Inventory
from include.inventory.texts import configuration_texts

RULE = "cluster_address"
SEVERITIES = ("warning",)
WHY = "CCE gives Services and nodes other addresses: the old one leads back to the source, to a stranger or nowhere."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report addresses of Services, load balancers and nodes of the source that stand in ConfigMaps, environment or arguments."""
    moves, owners = moves_of(definition), cluster_addresses(inventory)
    for name, text in configuration_texts(inventory):
        for endpoint in find_endpoints(rewrite(text, moves)[0]):
            owner = owners.get(endpoint.partition(":")[0])
            if owner:
                yield Finding(
                    RULE,
                    "warning",
                    name,
                    f"names {endpoint}, the address of {owner} on the source",
                    "use a name instead: that of a Service, or one in DNS that is switched",
                )
