"""Write the adaptation down as a Velero resource modifier, so that each object is right when it is created."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from include.adaptation.context import context_of
from include.adaptation.planned import AdaptedObject, adapted_objects
from include.errors import PermanentError
from include.inventory.store import load_inventory
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

NAMESPACE = "velero"
DATA_KEY = "resource-modifiers.yaml"
# What etcd takes of one object, with room for the rest of the ConfigMap.
MOST_BYTES = 1_000_000
# Velero makes namespaces itself and sends none through the modifiers; Secrets are adapted after the restore.
NOT_MODIFIED = frozenset({"Namespace", "Secret"})


def modifiers_name(run: MigrationRun) -> str:
    """Return the name of the run's ConfigMap in the namespace `velero`."""
    return f"cce-modifiers-{run.short_id}"


def resource_modifiers(run: MigrationRun) -> dict[str, Any]:
    """Return the ConfigMap for `spec.resourceModifier` of the restore, with one merge patch per object.

    :raises PermanentError: when the patches do not fit into one ConfigMap, which is all Velero takes.
    """
    plan, inventory = load_plan(run.ledger), load_inventory(run.ledger)
    text = modifier_rules(adapted_objects(plan, inventory, context_of(run)))
    if len(text.encode()) > MOST_BYTES:
        raise PermanentError(
            f"resource modifiers of migration {run.definition.name}: {len(text.encode())} bytes do not fit into a "
            "ConfigMap; migrate fewer namespaces in one run"
        )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": modifiers_name(run), "namespace": NAMESPACE},
        "data": {DATA_KEY: text},
    }


def modifier_rules(objects: Iterable[AdaptedObject]) -> str:
    """Return the YAML of the rules, in the order of the objects; objects without a difference get none."""
    rules = [_rule(one) for one in objects if one.original["kind"] not in NOT_MODIFIED and one.patch]
    return yaml.safe_dump({"version": "v1", "resourceModifierRules": rules}, sort_keys=False, width=1000)


def _rule(one: AdaptedObject) -> dict[str, Any]:
    details = one.item.details
    name = str(details["name"]).replace(".", r"\.")
    conditions: dict[str, Any] = {"groupResource": details["resource"], "resourceNameRegex": f"^{name}$"}
    if details.get("namespace"):
        conditions["namespaces"] = [details["namespace"]]
    patch = json.dumps(one.patch, ensure_ascii=False, sort_keys=True)
    return {"conditions": conditions, "mergePatches": [{"patchData": patch}]}
