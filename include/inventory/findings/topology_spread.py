"""Pods that have to be spread over parts of the cluster that the target may lack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.adaptation.rules.topology_keys import KEYS
from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import pod_metadata
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "topology_spread"
SEVERITIES = ("warning", "info")
WHY = "A pod for which no part of the target is left stays Pending."
HOSTNAME = "kubernetes.io/hostname"
# Labels CCE gives its nodes, and those that become one of them.
KNOWN = frozenset({HOSTNAME, "node.kubernetes.io/subnetid", *KEYS, *KEYS.values()})
# So many nodes every target has.
FEW = 2


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what spread demands: labels CCE does not set, and numbers of zones and nodes."""
    for obj, spec in migrated_pods(inventory, definition):
        for key, needed in sorted(_demands(obj, spec).items()):
            if key not in KNOWN:
                yield Finding(
                    RULE,
                    "warning",
                    label(obj),
                    f"spreads its pods by the node label {key}, which CCE does not set",
                    "give this label to the node pools of the target",
                )
            elif key == HOSTNAME and needed > FEW:
                yield Finding(
                    RULE,
                    "info",
                    label(obj),
                    f"needs {needed} nodes, one a pod",
                    "plan at least as many nodes",
                )
            elif key != HOSTNAME and needed > 1:
                yield Finding(
                    RULE,
                    "warning",
                    label(obj),
                    f"needs {needed} different values of {key} among the nodes",
                    f"spread the node pools of the target over {needed} availability zones, or loosen the demand",
                )


def _demands(obj: dict[str, Any], spec: dict[str, Any]) -> dict[str, int]:
    """Return label -> how many different values of it the pods need."""
    found: dict[str, int] = {}
    for row in spec.get("topologySpreadConstraints") or []:
        if row.get("whenUnsatisfiable") == "DoNotSchedule":
            found[row["topologyKey"]] = max(found.get(row["topologyKey"], 1), row.get("minDomains") or 1)
    apart = ((spec.get("affinity") or {}).get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    for row in apart or []:
        replicas = _replicas(obj) if _means_itself(obj, row) else 1
        found[row["topologyKey"]] = max(found.get(row["topologyKey"], 1), replicas)
    return found


def _replicas(obj: dict[str, Any]) -> int:
    """Return how many pods there are; of a custom resource, whose field of this name may be anything, at least one."""
    replicas = (obj.get("spec") or {}).get("replicas", 1)
    return replicas if isinstance(replicas, int) else 1


def _means_itself(obj: dict[str, Any], term: dict[str, Any]) -> bool:
    """Say whether pods keep away from their own kind rather than from others."""
    wanted = (term.get("labelSelector") or {}).get("matchLabels") or {}
    return wanted.items() <= (pod_metadata(obj).get("labels") or {}).items()
