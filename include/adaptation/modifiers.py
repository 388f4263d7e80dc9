"""Write the adaptation down as a Velero resource modifier, so that each object is right when it is created."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from include.adaptation.context import context_of
from include.adaptation.planned import AdaptedObject, adapted_objects
from include.clusters.config_maps import document_config_map
from include.inventory.store import load_inventory
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

NAMESPACE = "velero"
DATA_KEY = "resource-modifiers.yaml"
SIGNS = re.compile(r"[^A-Za-z0-9_-]")
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
    text = modifier_rules(adapted_objects(plan, inventory, context_of(run, inventory)))
    return document_config_map(NAMESPACE, modifiers_name(run), DATA_KEY, text)


def modifier_rules(objects: Iterable[AdaptedObject]) -> str:
    """Return the YAML of the rules, in the order of the objects; objects without a difference get none."""
    rules = [_rule(one) for one in objects if one.original["kind"] not in NOT_MODIFIED and one.patch]
    return yaml.safe_dump({"version": "v1", "resourceModifierRules": rules}, sort_keys=False, width=1000)


def _rule(one: AdaptedObject) -> dict[str, Any]:
    return patch_rule(one, one.patch)


def patch_rule(one: AdaptedObject, patch: dict[str, Any]) -> dict[str, Any]:
    """Return the rule that applies a merge patch to one object and to no other."""
    details = one.item.details
    # Names of RBAC objects may hold signs that mean something in a pattern.
    name = SIGNS.sub(r"\\\g<0>", str(details["name"]))
    conditions: dict[str, Any] = {"groupResource": details["resource"], "resourceNameRegex": f"^{name}$"}
    if details.get("namespace"):
        conditions["namespaces"] = [details["namespace"]]
    text = json.dumps(patch, ensure_ascii=False, sort_keys=True)
    return {"conditions": conditions, "mergePatches": [{"patchData": text}]}
