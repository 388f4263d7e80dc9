"""Know the claims of the target that the content of volumes may be written into, and make those of moved folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError, PermanentError
from include.labels import RESTORED

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

# On claims that stay for good, so it is not the label of what the migration removes at its end.
MADE = "cce-migration/made-by"


def make_claim(run: MigrationRun, row: PlanItem) -> None:
    """Make the claim that a folder of a node moves into, unless it is there."""
    if "make" not in row.details:
        return
    try:
        run.target.create(_claim(run, row))
    except ObjectExistsError:
        return


def refuse_other_claim(run: MigrationRun, row: PlanItem) -> None:
    """Raise unless the claim came with a migration: the copy removes whatever the source does not have."""
    namespace, claim = row.details["namespace"], row.details["claim"]
    found = run.target.find(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{claim}")
    place = f"PersistentVolumeClaim {namespace}/{claim}, target cluster"
    if found is None:
        raise PermanentError(f"{place}: is not there; restore the objects first")
    labels = found["metadata"].get("labels") or {}
    if RESTORED not in labels and labels.get(MADE) != run.definition.name:
        raise PermanentError(
            f"{place}: was not made by a migration, and its content would be replaced; remove it, or migrate into another "
            "namespace"
        )


def _claim(run: MigrationRun, row: PlanItem) -> dict[str, Any]:
    details, made = row.details, row.details["make"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": details["claim"],
            "namespace": details["namespace"],
            "labels": {MADE: run.definition.name},
        },
        "spec": {
            "accessModes": details["access_modes"],
            "storageClassName": made["storage_class"],
            "resources": {"requests": {"storage": made["size"]}},
        },
    }
