"""Know the claims of the target that the content of volumes may be written into, and make those of moved folders."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError, PermanentError
from include.labels import RESTORED
from include.ledger import safe_key
from include.ledger.finding import other_runs
from include.ledger.storage import DocumentFolder

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

# On claims that stay for good, so it is not the label of what the migration removes at its end.
MADE = "cce-migration/made-by"
# Of the ledger: what a rollback did with each volume.
LEFT_FOLDER = "volumes-back"


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
    _refuse_left_behind(run, row, str(found["metadata"].get("creationTimestamp") or ""))


def _refuse_left_behind(run: MigrationRun, row: PlanItem, made: str) -> None:
    """Raise when a rollback had to leave the claim's content behind, and it is still that claim."""
    name = f"{LEFT_FOLDER}/{safe_key(row.key)}"
    for documents in (DocumentFolder(run.ledger.folder), *other_runs(run.ledger)):
        note = json.loads(documents.get(name)) if documents.has(name) else {}
        if note.get("left") and datetime.fromisoformat(made) < datetime.fromisoformat(note["at"]):
            raise PermanentError(
                f"{note['left']}; no run copies over it: carry it over, remove the claim on the target, and run the migration again"
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
