"""Go through the planned objects, each with its row of the plan, without holding them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.errors import LedgerError
from include.inventory.store import object_key
from include.planning.model import PlanItem, each_row

if TYPE_CHECKING:
    from include.inventory.store import Inventory
    from include.ledger import Ledger

Manifest = dict[str, Any]
Planned = tuple[PlanItem, Manifest]


def planned_objects(
    ledger: Ledger, inventory: Inventory, phase: str, resource: str | None = None
) -> Iterator[Planned]:
    """Yield each row of objects of a phase with its object of the inventory, resource by resource.

    :param resource: of this one alone, e.g. `namespaces`.
    :raises LedgerError: when the plan names an object that the inventory does not have.
    """
    for name, rows in groupby(each_row(ledger, phase, "object"), key=_resource_of):
        if resource in {None, name}:
            yield from _matched(rows, inventory, name)


def _resource_of(row: PlanItem) -> str:
    return row.key.partition("/")[0]


def _matched(rows: Iterable[PlanItem], inventory: Inventory, name: str) -> Iterator[Planned]:
    """Rows and objects of a resource have one order; a row out of it is looked for from the start."""
    objects = _keyed(inventory, name)
    for row in rows:
        obj = _next(objects, row.key)
        if obj is None:
            objects = _keyed(inventory, name)
            obj = _next(objects, row.key)
        if obj is None:
            raise LedgerError(f"{row.source} is in the plan, but not in the inventory; plan again")
        yield row, obj


def _keyed(inventory: Inventory, name: str) -> Iterator[tuple[str, Manifest]]:
    for obj in inventory.of_resource(name):
        yield object_key(inventory.resource_of(obj), obj), obj


def _next(objects: Iterator[tuple[str, Manifest]], key: str) -> Manifest | None:
    return next((obj for found, obj in objects if found == key), None)
