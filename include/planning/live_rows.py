"""Plan the rows of what has to run and answer on the target: pods, Services, their names, Ingresses, mounts, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from include.inventory.pod_specs import is_custom
from include.inventory.store import Inventory
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds

PHASE = "verification"
# Kinds of rows, and what of each is shown on the source's side.
TITLES = {
    "pods": "images and restarts of {}",
    "service": "endpoints of {}",
    "name": "name of {} inside the cluster",
    "ingress": "answers of {}",
    "schedule": "schedule of {}",
}
KINDS_OF = {"Service": ("service", "name"), "Ingress": ("ingress",), "CronJob": ("schedule",)}


def live_rows(rows: Sequence[PlanItem], inventory: Inventory) -> list[PlanItem]:
    """Return the rows that follow from the objects and volumes that are planned.

    :param rows: the plan so far.
    """
    verified = [row for row in rows if row.phase == PHASE and row.action != "exclude"]
    found = [_row("pods", row) for row in verified if row.kind == "workload"]
    for row in verified:
        if row.kind == "object" and not is_custom(row.details):
            found += _object_rows(row, inventory)
    volumes = [row for row in rows if row.kind == "volume" and row.action == "copy"]
    return found + [_mount_row(row) for row in volumes]


def _object_rows(row: PlanItem, inventory: Inventory) -> Iterator[PlanItem]:
    spec = inventory.by_key[row.key].get("spec") or {}
    for kind in KINDS_OF.get(row.details["kind"], ()):
        # Nothing is behind such a name but another name.
        if kind != "service" or spec.get("type") != "ExternalName":
            yield _row(kind, row)


def _row(kind: str, row: PlanItem) -> PlanItem:
    key = row.key.removeprefix("workload/")
    return PlanItem(
        key=f"{kind}/{key}",
        phase=PHASE,
        kind=kind,
        source=TITLES[kind].format(row.target),
        target=row.target,
        action="verify",
        predicted_seconds=predict_seconds(kind),
        details={**row.details, "key": key},
    )


def _mount_row(row: PlanItem) -> PlanItem:
    namespace, claim = row.details["namespace"], row.details["claim"]
    return PlanItem(
        key=f"mount/{namespace}/{claim}",
        phase=PHASE,
        kind="mount",
        source=f"mounts of volume {namespace}/{claim}",
        target=row.target,
        action="verify",
        predicted_seconds=predict_seconds("mount"),
        details={"namespace": namespace, "claim": claim},
    )
