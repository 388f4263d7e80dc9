"""Rewrite the addresses of moved databases and buckets."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.moved_addresses import rewrite
from include.inventory.pod_specs import containers, pod_spec

REASON = (
    "Databases and buckets have other addresses beside CCE: ConfigMaps, Secrets, environment variables "
    "and arguments name the new ones."
)
SOURCE = "Open Telekom Cloud, CCE best practices, cce_bestpractice_0312, updating resources accordingly"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at ConfigMaps, Secrets, ExternalName Services, pods and pod templates."""
    is_core = obj.get("apiVersion") == "v1" and obj.get("kind") in {"ConfigMap", "Secret", "Service"}
    return is_core or pod_spec(obj) is not None


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with every moved address replaced.

    Of a Secret only hashes are known here: the hash of the adapted value takes the place of the other.
    """
    adapted = copy.deepcopy(obj)
    if obj["kind"] == "ConfigMap":
        for name, text in (adapted.get("data") or {}).items():
            adapted["data"][name] = _moved(text, context)
    elif obj["kind"] == "Secret":
        adapted["data"] = {name: _adapted_hash(value) for name, value in (obj.get("data") or {}).items()}
    elif obj["kind"] == "Service":
        external = (adapted.get("spec") or {}).get("externalName")
        if external:
            adapted["spec"]["externalName"] = _moved(external, context)
    else:
        for container in containers(adapted):
            _adapt_container(container, context)
    return adapted


def _adapt_container(container: dict[str, Any], context: AdaptationContext) -> None:
    for variable in container.get("env") or []:
        if variable.get("value"):
            variable["value"] = _moved(variable["value"], context)
    for name in ("command", "args"):
        if container.get(name):
            container[name] = [_moved(argument, context) for argument in container[name]]


def _moved(text: str, context: AdaptationContext) -> str:
    return rewrite(text, context.moves)[0]


def _adapted_hash(value: Any) -> Any:
    if isinstance(value, dict) and "adapted_sha256" in value:
        return {"sha256": value["adapted_sha256"]}
    return value
