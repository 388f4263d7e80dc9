"""Adapt every object of the plan, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.adaptation.changes import Change
from include.adaptation.context import AdaptationContext, context_of
from include.adaptation.hold import hold
from include.adaptation.merge_patch import merge_patch
from include.adaptation.pipeline import trace
from include.adaptation.rules.server_fields import METADATA
from include.inventory.store import open_inventory
from include.planning.model import PlanItem
from include.planning.planned_objects import planned_objects

if TYPE_CHECKING:
    from include.inventory.store import Inventory
    from include.ledger import Ledger
    from include.run import MigrationRun

PHASE = "adaptation"
# Velero clears these itself before it applies a modifier; finalizers and annotations it keeps.
CLEARED_BY_VELERO = METADATA
CLEARED_PATH = re.compile(rf"^(?:status|metadata\.(?:{'|'.join(sorted(METADATA))}))\b")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class AdaptedObject:
    """Hold one object before and after.

    :param original: as inventoried, without what Velero clears.
    :param adapted: as the target shall have it in the end.
    :param changes: what each rule changed, without what Velero clears anyway.
    :param held: the same, with its pods held back: as it is restored.
    """

    item: PlanItem
    original: Manifest
    adapted: Manifest
    held: Manifest
    rules: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    @property
    def patch(self) -> Manifest:
        """Return the merge patch that Velero applies at the restore."""
        return merge_patch(self.original, self.held)


@dataclass(frozen=True)
class AdaptedPlan:
    """Be the objects of a plan's adaptation rows; each is read and adapted when its turn comes, and kept by nobody here.

    It may be gone through several times: what the rules know of the whole estate is looked up once.
    """

    ledger: Ledger
    inventory: Inventory
    context: AdaptationContext

    def __iter__(self) -> Iterator[AdaptedObject]:
        return self.of()

    def of(self, resource: str | None = None) -> Iterator[AdaptedObject]:
        """Yield the objects, all or those of one resource, e.g. `namespaces`.

        :raises LedgerError: when the plan names an object that the inventory does not have.
        """
        for item, obj in planned_objects(self.ledger, self.inventory, PHASE, resource):
            yield adapt_object(item, obj, self.context)


def adapted_plan(run: MigrationRun) -> AdaptedPlan:
    """Return the objects of the run's plan, adapted.

    :raises LedgerError: when the run has no inventory, or no plan.
    """
    inventory = open_inventory(run.ledger)
    return AdaptedPlan(run.ledger, inventory, context_of(run, inventory))


def adapt_object(item: PlanItem, obj: Manifest, context: AdaptationContext) -> AdaptedObject:
    """Return one object before and after."""
    found = trace(obj, context)
    changes = tuple(change for change in found.changes if not CLEARED_PATH.match(change.path))
    return AdaptedObject(item, restorable(obj), found.obj, hold(found.obj), found.rules, changes)


def restorable(obj: Manifest) -> Manifest:
    """Return the object as Velero hands it to modifiers."""
    metadata = {
        name: value for name, value in obj.get("metadata", {}).items() if name not in CLEARED_BY_VELERO
    }
    return {**{name: value for name, value in obj.items() if name != "status"}, "metadata": metadata}
