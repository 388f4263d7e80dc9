"""Programs that ask the metadata service of their cloud."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.cluster_addresses import METADATA_HOSTS
from include.inventory.model import Finding
from include.inventory.store import Inventory
from include.inventory.texts import configuration_texts

RULE = "metadata_service"
SEVERITIES = ("warning",)
WHY = "On CCE another service answers at this address, or none: there is no role, region or instance of the old cloud in it."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report addresses of metadata services in configuration."""
    for name, text in configuration_texts(inventory):
        found = sorted(host for host in METADATA_HOSTS if host in text)
        # Who lists what goes around a proxy does not ask it anything.
        if found and not name.lower().endswith("no_proxy"):
            yield Finding(
                RULE,
                "warning",
                name,
                f"asks the metadata service at {', '.join(found)}",
                "give the program what it reads there by configuration",
            )
