"""Pods with power over their node."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import containers
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "privileged_pod"
SEVERITIES = ("warning",)
WHY = "It relies on the kernel, modules and devices of its node, and CCE nodes (EulerOS, Ubuntu) have other ones."
STRONG = frozenset({"ALL", "BPF", "NET_ADMIN", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO"})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report privileged containers, strong capabilities, and pods that see the processes of their node."""
    for obj, spec in migrated_pods(inventory, definition):
        traits = {name for name in ("hostPID", "hostIPC") if spec.get(name)}
        for container in containers(obj):
            context = container.get("securityContext") or {}
            added = {
                str(name).removeprefix("CAP_")
                for name in (context.get("capabilities") or {}).get("add") or []
            }
            traits |= {"privileged"} if context.get("privileged") else added & STRONG
        if traits:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"has power over its node ({', '.join(sorted(traits))})",
                "try it on a node of the target before the cutover; set kernel parameters at the node pool instead",
            )
