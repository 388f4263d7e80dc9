"""Know which planned objects the target has already, and leave alone what no restore has made there."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.labels import RESTORED
from include.planning.model import PlanItem

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

WORKERS = 8
MOST_LOGGED = 20
CLAIMS = "persistentvolumeclaims"
# Velero makes missing namespaces and changes none.
NAMESPACES = "namespaces"

Place = tuple[str, str | None]
# Resource, namespace, name.
Identity = tuple[str, str | None, str]
# Whether a restore has made what is there.
Present = dict[Identity, bool]


def restorable(rows: list[PlanItem], present: Present) -> list[PlanItem]:
    """Return the rows without those whose object is there already and has to stay as it is.

    Bound claims cannot be changed, and keep their content. An object that no restore has made belongs to somebody else, a
    CustomResourceDefinition of an operator that is installed on the target for one: Velero would overwrite it with the
    source's. Verification compares it, and tells when it differs.
    """
    strangers = [row for row in rows if _identity(row)[0] != CLAIMS and present.get(_identity(row)) is False]
    for row in strangers[:MOST_LOGGED]:
        logger.warning("%s, target cluster: was not made by a migration; it stays as it is", row.target)
    if len(strangers) > MOST_LOGGED:
        logger.warning("… and %s more objects of the target stay as they are", len(strangers) - MOST_LOGGED)
    return [row for row in rows if _is_free(row, present)]


def restored_before(rows: list[PlanItem], present: Present) -> set[str]:
    """Return the keys of the rows whose object a former restore has made."""
    return {row.key for row in rows if present.get(_identity(row))}


def _is_free(row: PlanItem, present: Present) -> bool:
    was_restored = present.get(_identity(row))
    return was_restored is None or (was_restored and _identity(row)[0] != CLAIMS)


def present_objects(target: Cluster, rows: list[PlanItem]) -> Present:
    """Return which of the collections' objects are there, and of each whether a restore has made it."""
    served = {resource.name: resource for resource in target.discover(refresh=True)}
    places = sorted({_identity(row)[:2] for row in rows}, key=str)

    def look(place: Place) -> dict[Identity, bool]:
        name, namespace = place
        if name not in served or name == NAMESPACES:
            return {}
        return {
            (name, namespace, obj["metadata"]["name"]): RESTORED in (obj["metadata"].get("labels") or {})
            for obj in target.list(served[name].path(namespace))
        }

    with ThreadPoolExecutor(WORKERS) as pool:
        return {identity: made for found in pool.map(look, places) for identity, made in found.items()}


def _identity(row: PlanItem) -> Identity:
    details = row.details
    return str(details["resource"]), details.get("namespace"), str(details["name"])
