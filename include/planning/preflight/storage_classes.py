"""The StorageClasses that claims are mapped to exist on the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.run import MigrationRun

COLLECTION = "/apis/storage.k8s.io/v1/storageclasses"


def find_target_problems(run: MigrationRun) -> Iterator[str]:
    """Yield mapped classes the target does not have."""
    known = {row["metadata"]["name"] for row in run.target.list(COLLECTION)}
    chosen = run.definition.target
    wanted = {
        f"storage_classes.{source}": target for source, target in sorted(chosen.storage_classes.items())
    }
    if chosen.shared_storage_class:
        wanted["shared_storage_class"] = chosen.shared_storage_class
    for place, target in wanted.items():
        if target not in known:
            yield (
                f"target.{place}, target cluster: has no StorageClass {target}; "
                f"it has {', '.join(sorted(known)) or 'none'}"
            )
