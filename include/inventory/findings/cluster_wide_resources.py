"""Cluster-scoped custom resources beside those of the migrated namespaces, such as issuers and secret stores."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.scope import CLUSTER_WIDE
from include.inventory.store import Inventory

RULE = "cluster_wide_resource"
SEVERITIES = ("warning",)
WHY = "Custom resources that refer to them arrive, but what they ask for does not happen: no certificate is renewed, no secret fetched."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report kinds of which objects stay behind, though custom resources that are migrated may refer to them."""
    for name, facts in sorted(inventory.counted.items()):
        if facts["reason"] == CLUSTER_WIDE:
            objects = "1 object" if facts["count"] == 1 else f"{facts['count']} objects"
            yield Finding(
                RULE,
                "warning",
                name,
                f"has {objects} on the source; being cluster-scoped they are not migrated",
                "make those the migrated namespaces refer to on the target, with their CustomResourceDefinition, before the "
                "restore",
            )
