"""Find the live objects of plan rows on the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.clusters import ApiResource, Cluster
    from include.planning.model import PlanItem

WORKERS = 8

Manifest = dict[str, Any]
Served = dict[str, "ApiResource"]


def find_restored(target: Cluster, served: dict[str, ApiResource], row: PlanItem) -> Manifest | None:
    """Return the live object of a plan row, in whatever version the target serves it, or None."""
    resource = served.get(str(row.details["resource"]))
    if resource is None:
        return None
    return target.find(resource.path(row.details.get("namespace"), row.details["name"]))


def restored_keys(target: Cluster, served: Served, rows: Iterable[PlanItem]) -> set[str]:
    """Return the keys of the rows whose object is on the target: collections are listed, for thousands of objects are not asked for."""
    places: dict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    for row in rows:
        place = str(row.details["resource"]), row.details.get("namespace")
        places[place][str(row.details["name"])] = row.key

    def look(place: tuple[str, str | None]) -> list[str]:
        resource, namespace = place
        if resource not in served:
            return []
        names = (obj["metadata"]["name"] for obj in target.list(served[resource].path(namespace)))
        return [places[place][name] for name in names if name in places[place]]

    with ThreadPoolExecutor(WORKERS) as pool:
        return {key for keys in pool.map(look, list(places)) for key in keys}
