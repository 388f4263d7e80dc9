"""Namespaces whose Pod Security level refuses the movers of their volumes."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_security import ENFORCE
from include.inventory.store import Inventory

RULE = "pod_security"
SEVERITIES = ("blocker",)
WHY = "The volumes of the namespace could not be copied."
# A mover runs as root, to read and write files of every owner; it needs nothing that `baseline` refuses.
REFUSING = "restricted"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report namespaces that enforce `restricted` and have volumes: the target's namespace gets the same label."""
    with_volumes = {volume.namespace for volume in inventory.volumes() if volume.pv is not None}
    for namespace in inventory.objects("Namespace"):
        level = (namespace["metadata"].get("labels") or {}).get(ENFORCE)
        if level == REFUSING and namespace["metadata"]["name"] in with_volumes:
            yield Finding(
                RULE,
                "blocker",
                label(namespace),
                f"enforces the Pod Security level {level}, which refuses the Jobs that copy its volumes",
                f"set its label {ENFORCE} to baseline until the migration is done",
            )
