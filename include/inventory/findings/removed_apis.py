"""Objects in API versions that newer Kubernetes versions have removed."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "removed_api"
# API version -> (kinds, or none for all of the version; removed in minor version 1.x; use instead)
REMOVED: dict[str, tuple[frozenset[str], int, str]] = {
    "extensions/v1beta1": (frozenset(), 22, "apps/v1 and networking.k8s.io/v1"),
    "networking.k8s.io/v1beta1": (frozenset({"Ingress", "IngressClass"}), 22, "networking.k8s.io/v1"),
    "rbac.authorization.k8s.io/v1beta1": (frozenset(), 22, "rbac.authorization.k8s.io/v1"),
    "apiextensions.k8s.io/v1beta1": (frozenset(), 22, "apiextensions.k8s.io/v1"),
    "admissionregistration.k8s.io/v1beta1": (frozenset(), 22, "admissionregistration.k8s.io/v1"),
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
    """Report kinds the source serves first in a version that newer targets do not serve."""
    for resource in inventory.resources():
        kinds, minor, instead = REMOVED.get(resource.api_version, (frozenset(), 0, ""))
        if minor and (not kinds or resource.kind in kinds):
            yield Finding(
                RULE,
                "blocker",
                f"{resource.kind} of {resource.api_version}",
                f"was removed in Kubernetes 1.{minor}; the backup would hold objects the target cannot read",
                f"upgrade the source until it serves {instead}, or turn on Velero's EnableAPIGroupVersions",
            )
