"""Pods that need Windows nodes."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "windows_workload"
SEVERITIES = ("blocker",)
WHY = "CCE has Linux nodes only (EulerOS, CentOS, Ubuntu): the pod would stay Pending for ever."
LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads that demand Windows."""
    for obj, spec in migrated_pods(inventory, definition):
        wanted = {(spec.get("os") or {}).get("name")}
        wanted |= {value for name, value in (spec.get("nodeSelector") or {}).items() if name in LABELS}
        # A DaemonSet for Windows nodes has no pods where there are none.
        if "windows" in wanted and obj["kind"] != "DaemonSet":
            yield Finding(
                RULE,
                "blocker",
                label(obj),
                "needs Windows nodes, which CCE does not have",
                "rebuild it for Linux, or move it to a namespace of its own and leave that out of source.namespaces",
            )
