"""What the definition decides of single volumes, against what the source has."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.host_paths import find_folders, unmovable
from include.inventory.model import Finding, label
from include.inventory.snapshot_choices import unknown_choices
from include.inventory.store import Inventory
from include.inventory.volumes import claims_of
from include.inventory.workloads import migrated_pods

RULE = "volume_choice"
SEVERITIES = ("blocker",)
WHY = "A volume that is decided of under a wrong name would be moved as if nothing were said, or be missed on CCE."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims that do not exist, excluded ones that workloads mount, and folders that cannot be moved."""
    volumes = inventory.volumes()
    known = {volume.name for volume in volumes}
    chosen = {"empty": definition.volumes.empty, "excluded": definition.volumes.excluded}
    for choice, names in chosen.items():
        for name in sorted(set(names) - known):
            yield Finding(
                RULE,
                "blocker",
                f"PersistentVolumeClaim {name}",
                f"stands in volumes.{choice}, and the source has no such claim",
                "correct the name in the definition, or remove it",
            )
    for name in unknown_choices(volumes, definition):
        yield Finding(
            RULE,
            "blocker",
            name,
            "stands in volumes.snapshots, and no claim of the migrated namespaces fits",
            "correct the name in the definition, or remove it",
        )
    yield from _missed(inventory, definition)
    for folder in find_folders(inventory, definition):
        for problem in unmovable(folder):
            yield Finding(
                RULE,
                "blocker",
                folder.wanted.workload,
                problem,
                "correct volumes.host_paths, name its node there, or run the workload's pods on one node",
            )


def _missed(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    excluded = set(definition.volumes.excluded)
    for obj, _ in migrated_pods(inventory, definition):
        namespace = obj["metadata"].get("namespace")
        for name in sorted({f"{namespace}/{claim}" for claim in claims_of(obj)} & excluded):
            yield Finding(
                RULE,
                "blocker",
                label(obj),
                f"mounts claim {name}, which volumes.excluded leaves behind; its pods would wait for it for ever",
                "name the claim in volumes.empty instead",
            )
