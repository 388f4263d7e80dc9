"""Make sure that restored workloads stand still, whatever happened to them on the source since the inventory.

The adaptation's modifiers say what differs from the inventoried object. A workload that was scaled, or released from a
hold, between inventory and backup differs in other ways; these rules name its hold in full.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from include.adaptation.context import context_of
from include.adaptation.hold import can_be_held
from include.adaptation.merge_patch import merge_patch
from include.adaptation.modifiers import patch_rules
from include.adaptation.planned import AdaptedObject, adapted_objects
from include.clusters.config_maps import document_config_map
from include.inventory.store import load_inventory
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

RULES = "resourceModifierRules"


def with_hold_rules(run: MigrationRun, modifiers: dict[str, Any]) -> dict[str, Any]:
    """Return the modifiers' ConfigMap with the hold of every workload behind; Velero applies rules in their order.

    :raises PermanentError: when it is more than a ConfigMap takes.
    """
    inventory = load_inventory(run.ledger)
    objects = adapted_objects(load_plan(run.ledger), inventory, context_of(run, inventory))
    rules = hold_rules(one for one in objects if can_be_held(one.held))
    (key, text), *_ = modifiers["data"].items()
    document = yaml.safe_load(text)
    document[RULES] = [*(document.get(RULES) or []), *rules]
    metadata, whole = modifiers["metadata"], yaml.safe_dump(document, sort_keys=False, width=1000)
    return document_config_map(metadata["namespace"], metadata["name"], key, whole, metadata.get("labels"))


def hold_rules(objects: Iterable[AdaptedObject]) -> list[dict[str, Any]]:
    """Return the rules that hold workloads as the adaptation wants them held."""
    return patch_rules((one, merge_patch(one.adapted, one.held)) for one in objects)
