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
    for source, target in sorted(run.definition.target.storage_classes.items()):
        if target not in known:
            yield (
                f"target.storage_classes.{source}, target cluster: has no StorageClass {target}; "
                f"it has {', '.join(sorted(known)) or 'none'}"
            )
