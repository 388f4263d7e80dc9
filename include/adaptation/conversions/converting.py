"""Find the converter of an object."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from include.adaptation.conversions import autoscalers, definitions, ingresses, others, webhooks, workloads

Manifest = dict[str, Any]
Converter = Callable[[Manifest], None]

# (API version, kind) -> (the version instead, how the fields change)
CONVERSIONS: dict[tuple[str, str], tuple[str, Converter]] = {
    **workloads.CONVERSIONS,
    **ingresses.CONVERSIONS,
    **autoscalers.CONVERSIONS,
    **webhooks.CONVERSIONS,
    **definitions.CONVERSIONS,
    **others.CONVERSIONS,
}


def can_be_converted(api_version: str, kind: str) -> bool:
    """Say whether a kind in this version has a converter."""
    return (api_version, kind) in CONVERSIONS


def converted(obj: Manifest) -> Manifest:
    """Return an object in a version that is served; the same when it is in one already. Entries of a List are converted, too.

    :raises PermanentError: when the new version demands what the object does not say.
    """
    if obj.get("apiVersion") == "v1" and obj.get("kind") == "List":
        return {**obj, "items": [converted(item) for item in obj.get("items") or []]}
    place = (str(obj.get("apiVersion")), str(obj.get("kind")))
    if place not in CONVERSIONS:
        return obj
    version, convert = CONVERSIONS[place]
    changed = {**copy.deepcopy(obj), "apiVersion": version}
    convert(changed)
    return changed
