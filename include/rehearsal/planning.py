"""Leave out of a rehearsal's plan what exists once on the target: a rehearsal would take it from the real thing."""

from __future__ import annotations

from collections.abc import Iterable

from include.planning.model import PlanItem

OBJECT_PHASES = frozenset({"velero_backup_restore", "adaptation", "verification"})
CLUSTER_WIDE = "it belongs to the whole target cluster: what the rehearsed objects need of it is made for the time of the rehearsal"
WAY_IN = "a rehearsal takes no host name from the real Ingress"
REAL_NAMES = "Services answer at their real names and load balancers on the real target alone"
WEBHOOK = "a webhook would be asked for the real namespaces, too"
# By kind of row, whatever else it says.
NAMED = {"webhook": WEBHOOK, "ingress": WAY_IN, "service": REAL_NAMES, "name": REAL_NAMES}
KEPT_CLUSTER_WIDE = frozenset({"namespaces"})
INGRESSES = "ingresses.networking.k8s.io"


def rehearsed_rows(rows: Iterable[PlanItem]) -> list[PlanItem]:
    """Return the rows of a plan with those excluded that no rehearsal may act on, each with its reason."""
    return [_row(row, reason_to_leave(row)) for row in rows]


def reason_to_leave(row: PlanItem) -> str | None:
    """Return why a rehearsal leaves a planned item alone, or None."""
    if row.kind in NAMED:
        return NAMED[row.kind]
    if row.kind != "object" or row.phase not in OBJECT_PHASES or row.action == "exclude":
        return None
    if row.details.get("resource") == INGRESSES:
        return WAY_IN
    is_cluster_wide = not row.details.get("namespace")
    return CLUSTER_WIDE if is_cluster_wide and row.details.get("resource") not in KEPT_CLUSTER_WIDE else None


def _row(row: PlanItem, reason: str | None) -> PlanItem:
    if reason is None:
        return row
    details = {**row.details, "reason": reason, "names": [row.details.get("name")]}
    return row.model_copy(
        update={"action": "exclude", "target": f"not rehearsed: {reason}", "details": details}
    )
