"""Workloads that name ConfigMaps, Secrets, claims, ServiceAccounts or PriorityClasses which the source does not have either."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label, listed
from include.inventory.pod_references import needed_objects
from include.inventory.pod_specs import pod_spec
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "dangling_reference"
SEVERITIES = ("warning",)
WHY = "Pods that run on the source were started before the object went: on CCE new ones are started, and wait for it for ever."
# Every cluster has those.
BUILT_IN = "system-"
KINDS = ("ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what a workload names and nobody has, unless it calls it optional."""
    there = {
        (kind, obj["metadata"]["namespace"], obj["metadata"]["name"])
        for kind in KINDS
        for obj in inventory.objects(kind)
    }
    priorities = {obj["metadata"]["name"] for obj in inventory.objects("PriorityClass")}
    for obj, _ in migrated_pods(inventory, definition):
        namespace = obj["metadata"]["namespace"]
        missing = {
            f"{kind} {name}" for kind, name in needed_objects(obj) if (kind, namespace, name) not in there
        }
        priority = str((pod_spec(obj) or {}).get("priorityClassName") or "")
        if priority and priority not in priorities and not priority.startswith(BUILT_IN):
            missing.add(f"PriorityClass {priority}")
        if missing:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"names {listed(missing)}, which the source does not have",
                "make the object on the source, or take the reference out of the workload",
            )
