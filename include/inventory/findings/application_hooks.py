"""Workloads whose pods ask Velero to run commands around backup and restore."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.hooks.annotations import INIT_PREFIX, annotated_hooks
from include.inventory.model import Finding, label
from include.inventory.pod_specs import pod_metadata
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_workloads
from include.phases import PhaseId

RULE = "application_hook"
SEVERITIES = ("warning", "info")
WHY = "An application that has to write down what it keeps in memory, or to load it again, says so by hooks."
HANDLED_BY: PhaseId = "cutover"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report hooks, and those that cannot be kept: containers that Velero would add to pods it restores."""
    for obj, _ in migrated_workloads(inventory):
        metadata = pod_metadata(obj)
        hooks = [*annotated_hooks(metadata, "before_stop"), *annotated_hooks(metadata, "after_start")]
        if hooks:
            yield Finding(
                RULE,
                "info",
                label(obj),
                f"has {len(hooks)} hooks of Velero in its annotations",
                "they run before the source stops and after the target has started; the kubeconfigs' users need get and create "
                "on pods/exec",
                handled_by=HANDLED_BY,
            )
        if any(name.startswith(f"{INIT_PREFIX}/") for name in metadata.get("annotations") or {}):
            yield Finding(
                RULE,
                "warning",
                label(obj),
                "has a restore hook that is a container, which only Velero adds to pods; here the workload makes them anew",
                "put the container into the pod template on the source, or write a hook with when: after_start",
            )
