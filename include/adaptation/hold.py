"""Hold workloads still, and let them go as they were.

A held object carries the annotation `cce-migration/held` with what it was before, as JSON. So any program, and a
person with kubectl, can see that it is held and how to release it.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from include.adaptation.merge_patch import merge_patch
from include.inventory.pod_specs import is_custom, pod_spec

HELD = "cce-migration/held"
# No node carries this label.
HOLD_LABEL = "cce-migration/hold"
SCALED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
SUSPENDED = frozenset({"CronJob", "Job"})
HOLDABLE = SCALED | SUSPENDED | {"DaemonSet"}
# What a Service of the source loses that leads on to the target after the switch.
REDIRECTED = ("selector", "externalTrafficPolicy")

Manifest = dict[str, Any]


def can_be_held(obj: Manifest) -> bool:
    """Say whether an object starts pods that can be held back."""
    return obj.get("kind") in HOLDABLE and not is_custom(obj)


def remembered(obj: Manifest) -> dict[str, Any] | None:
    """Return what a held object was before, e.g. `{"replicas": 2}`; None when it is not held."""
    text = (obj.get("metadata", {}).get("annotations") or {}).get(HELD)
    try:
        values = json.loads(text) if text else None
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def hold(obj: Manifest) -> Manifest:
    """Return the object with its pods held back; unchanged when it is held already or starts no pods."""
    if not can_be_held(obj) or remembered(obj) is not None:
        return obj
    held = copy.deepcopy(obj)
    spec = held.setdefault("spec", {})
    if obj["kind"] in SCALED:
        before: dict[str, Any] = {"replicas": spec.get("replicas", 1)}
        spec["replicas"] = 0
    elif obj["kind"] in SUSPENDED:
        before = {"suspend": bool(spec.get("suspend", False))}
        spec["suspend"] = True
    else:
        before = {"nodeSelector": (pod_spec(obj) or {}).get("nodeSelector") or {}}
        template = pod_spec(held)
        if template is not None:
            template["nodeSelector"] = {**before["nodeSelector"], HOLD_LABEL: "true"}
    metadata = held.setdefault("metadata", {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), HELD: json.dumps(before)}
    return held


def release(obj: Manifest) -> Manifest:
    """Return the object as it was before the hold; unchanged when it is not held."""
    before = remembered(obj)
    if before is None:
        return obj
    released = copy.deepcopy(obj)
    del released["metadata"]["annotations"][HELD]
    if not released["metadata"]["annotations"]:
        del released["metadata"]["annotations"]
    for name in ("replicas", "suspend", *REDIRECTED):
        if name in before:
            released["spec"][name] = before[name]
    template = pod_spec(released)
    if template is not None and HOLD_LABEL in (template.get("nodeSelector") or {}):
        selector = {key: value for key, value in template["nodeSelector"].items() if key != HOLD_LABEL}
        template["nodeSelector"] = selector
        if not selector:
            del template["nodeSelector"]
    return released


def hold_patch(obj: Manifest) -> dict[str, Any]:
    """Return the merge patch that holds a live object; empty when nothing is to do."""
    return merge_patch(obj, hold(obj))


def release_patch(obj: Manifest) -> dict[str, Any]:
    """Return the merge patch that releases a live object; empty when it is not held."""
    return merge_patch(obj, release(obj))


def redirect_patch(service: Manifest) -> dict[str, Any]:
    """Return the merge patch that takes a live Service from its pods; endpoints elsewhere are reached from every node."""
    before = {name: service["spec"][name] for name in REDIRECTED if name in service["spec"]}
    policy = {"externalTrafficPolicy": "Cluster"} if "externalTrafficPolicy" in before else {}
    return {
        "metadata": {"annotations": {HELD: json.dumps(before)}},
        "spec": {"selector": None, **policy},
    }
