"""What the definition starts on the target ahead of the last changes, against what the source has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.volumes import claims_of
from include.inventory.workloads import migrated_workloads

Manifest = dict[str, Any]

RULE = "early_start"
SEVERITIES = ("blocker",)
WHY = "What starts before its volumes are proved reads old files, and writes into what is still being copied."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report names of `cutover.start_early` that the source does not have, and workloads among them that mount volumes."""
    known = {label(obj): obj for obj, _ in migrated_workloads(inventory)}
    folders = {one.workload: one.claim for one in definition.volumes.host_paths}
    for name in definition.cutover.start_early:
        mounted = _claims(known.get(name, {})) | ({folders[name]} if name in folders else set())
        problem = "" if name in known else "stands in cutover.start_early, and the source has none"
        if mounted:
            problem = f"mounts {', '.join(sorted(mounted))}, and may not start before its volumes are proved"
        if problem:
            remedy = "correct the name in the definition, or remove it from cutover.start_early"
            yield Finding(RULE, "blocker", name, problem, remedy)


def _claims(workload: Manifest) -> set[str]:
    templates = (workload.get("spec") or {}).get("volumeClaimTemplates") or []
    return claims_of(workload) | {str(one["metadata"]["name"]) for one in templates}
