"""Find the live objects of plan rows on the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.clusters import ApiResource, Cluster
    from include.planning.model import PlanItem

Manifest = dict[str, Any]


def find_restored(target: Cluster, served: dict[str, ApiResource], row: PlanItem) -> Manifest | None:
    """Return the live object of a plan row, in whatever version the target serves it, or None."""
    resource = served.get(str(row.details["resource"]))
    if resource is None:
        return None
    return target.find(resource.path(row.details.get("namespace"), row.details["name"]))
