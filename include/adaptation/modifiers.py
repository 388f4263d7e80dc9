"""Write the adaptation down as a Velero resource modifier, so that each object is right when it is created."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from include.adaptation.hold import can_be_held
from include.adaptation.merge_patch import combined_patch, merge_patch
from include.adaptation.planned import AdaptedObject
from include.clusters.config_maps import document_config_map
from include.inventory.secrecy import ADAPTED

if TYPE_CHECKING:
    from include.run import MigrationRun

NAMESPACE = "velero"
DATA_KEY = "resource-modifiers.yaml"
SIGNS = re.compile(r"[^A-Za-z0-9_-]")
# They are made before the restore (include/velero/namespaces.py): Velero sends none through the modifiers.
NOT_MODIFIED = frozenset({"Namespace"})
# Secrets are adapted after the restore (include/adaptation/secrets.py), which closes them again.
OPENED = {"immutable": None}


def modifiers_name(run: MigrationRun) -> str:
    """Return the name of the run's ConfigMap in the namespace `velero`."""
    return f"cce-modifiers-{run.short_id}"


def resource_modifiers(run: MigrationRun, objects: Iterable[AdaptedObject]) -> dict[str, Any]:
    """Return the ConfigMap for `spec.resourceModifier` of the restore: the merge patch of each object, its hold included.

    :raises PermanentError: when the patches do not fit into one ConfigMap, which is all Velero takes.
    """
    text = modifier_rules(objects)
    return document_config_map(NAMESPACE, modifiers_name(run), DATA_KEY, text)


def modifier_rules(objects: Iterable[AdaptedObject]) -> str:
    """Return the YAML of the rules; objects without a difference get none."""
    patches = ((one, patch) for one in objects if (patch := _patch(one)))
    document = {"version": "v1", "resourceModifierRules": patch_rules(patches)}
    return yaml.safe_dump(document, sort_keys=False, width=1000)


def _patch(one: AdaptedObject) -> dict[str, Any]:
    """Return what Velero changes of an object: of a Secret, whose values are in no ConfigMap, that it can be written to."""
    if one.original["kind"] in NOT_MODIFIED:
        return {}
    if one.original["kind"] != "Secret":
        return combined_patch(one.patch, _hold(one))
    values = (one.original.get("data") or {}).values()
    is_rewritten = any(ADAPTED in value for value in values if isinstance(value, dict))
    return OPENED if one.original.get("immutable") and is_rewritten else {}


def _hold(one: AdaptedObject) -> dict[str, Any]:
    """Return the hold of a workload in full, whatever it is like in the backup.

    One that was scaled, or released from a hold, between inventory and backup differs from the inventoried object.
    """
    return merge_patch(one.adapted, one.held) if can_be_held(one.held) else {}


def patch_rules(patches: Iterable[tuple[AdaptedObject, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rules that apply each merge patch to its object and to no other.

    Objects of one resource and namespace that get the same patch share a rule: Velero tries every rule on every object,
    and reads them from one ConfigMap.
    """
    names: dict[tuple[str, str | None, str], list[str]] = defaultdict(list)
    for one, patch in patches:
        details = one.item.details
        text = json.dumps(patch, ensure_ascii=False, sort_keys=True)
        names[details["resource"], details.get("namespace"), text].append(str(details["name"]))
    return [_rule(*place, found) for place, found in names.items()]


def _rule(resource: str, namespace: str | None, patch: str, names: list[str]) -> dict[str, Any]:
    # Names of RBAC objects may hold signs that mean something in a pattern.
    pattern = "|".join(SIGNS.sub(r"\\\g<0>", name) for name in names)
    conditions: dict[str, Any] = {"groupResource": resource, "resourceNameRegex": f"^({pattern})$"}
    if namespace:
        conditions["namespaces"] = [namespace]
    return {"conditions": conditions, "mergePatches": [{"patchData": patch}]}
