"""Objects in API versions that newer Kubernetes versions have removed, and objects made from manifests in such versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from include.adaptation.conversions import can_be_converted
from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.owners import own_objects
from include.inventory.secrecy import LAST_APPLIED
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "removed_api"
SEVERITIES = ("blocker", "warning", "info")
HANDLED_BY: PhaseId = "adaptation"
WHY = "CCE does not serve a removed version: the object cannot be made, or the next deployment from the old manifest is refused."
# API version -> (kinds, or none for all of the version; removed in minor version 1.x; use instead)
REMOVED: dict[str, tuple[frozenset[str], int, str]] = {
    "extensions/v1beta1": (frozenset(), 22, "apps/v1 and networking.k8s.io/v1"),
    "networking.k8s.io/v1beta1": (frozenset({"Ingress", "IngressClass"}), 22, "networking.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1beta1": (frozenset(), 22, "rbac.authorization.k8s.io/v1"),
    "apiextensions.k8s.io/v1beta1": (frozenset(), 22, "apiextensions.k8s.io/v1"),
    "admissionregistration.k8s.io/v1beta1": (frozenset(), 22, "admissionregistration.k8s.io/v1"),
    "apps/v1beta1": (frozenset(), 16, "apps/v1"),
    "apps/v1beta2": (frozenset(), 16, "apps/v1"),
    "batch/v1beta1": (frozenset(), 25, "batch/v1"),
    "policy/v1beta1": (frozenset(), 25, "policy/v1"),
    "discovery.k8s.io/v1beta1": (frozenset(), 25, "discovery.k8s.io/v1"),
    "autoscaling/v2beta1": (frozenset(), 25, "autoscaling/v2"),
    "autoscaling/v2beta2": (frozenset(), 26, "autoscaling/v2"),
    "flowcontrol.apiserver.k8s.io/v1beta1": (frozenset(), 26, "flowcontrol.apiserver.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta2": (frozenset(), 29, "flowcontrol.apiserver.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta3": (frozenset(), 32, "flowcontrol.apiserver.k8s.io/v1"),
}


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report kinds the source serves first in a removed version, and manifests that were last applied in one."""
    for resource in inventory.resources():
        minor, instead = _removal(resource.api_version, resource.kind)
        if minor and can_be_converted(resource.api_version, resource.kind):
            yield Finding(
                RULE,
                "info",
                f"{resource.kind} of {resource.api_version}",
                f"was removed in Kubernetes 1.{minor}; objects are written in {instead} on their way",
                "nothing to do; look at the differences of the adaptation",
                handled_by=HANDLED_BY,
            )
        elif minor:
            yield Finding(
                RULE,
                "blocker",
                f"{resource.kind} of {resource.api_version}",
                f"was removed in Kubernetes 1.{minor}; the backup would hold objects the target cannot read",
                f"upgrade the source until it serves {instead}, or turn on Velero's EnableAPIGroupVersions",
            )
    for obj in own_objects(inventory):
        applied = _applied_version(obj)
        minor, instead = _removal(applied, str(obj.get("kind")))
        if minor and applied != obj.get("apiVersion"):
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"was last applied from a manifest of {applied}, removed in Kubernetes 1.{minor}; the object itself moves",
                f"write the manifest in {instead} before it is applied to the target",
            )


def _removal(api_version: str, kind: str) -> tuple[int, str]:
    """Return the minor version that removed a kind, and what to use instead; 0 for one that is served."""
    kinds, minor, instead = REMOVED.get(api_version, (frozenset(), 0, ""))
    return (minor, instead) if not kinds or kind in kinds else (0, "")


def _applied_version(obj: dict[str, Any]) -> str:
    text = (obj["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    try:
        applied = json.loads(text) if text else {}
    except ValueError:
        return ""
    return str(applied.get("apiVersion", "")) if isinstance(applied, dict) else ""
