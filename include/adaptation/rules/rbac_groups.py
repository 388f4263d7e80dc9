"""Let roles name the API groups in which objects are served now."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext

REASON = (
    "CCE serves workloads and Ingresses no longer in the API group extensions: a role that names it grants the same in the "
    "groups that took its place, or programs are refused what they may do on the source."
)
SOURCE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"
OLD = "extensions"
# Resource, without its subresource -> group that serves it now
GROUPS = {
    "deployments": "apps",
    "daemonsets": "apps",
    "replicasets": "apps",
    "ingresses": "networking.k8s.io",
    "networkpolicies": "networking.k8s.io",
}


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Roles and ClusterRoles."""
    return obj.get("kind") in {"Role", "ClusterRole"}


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the role with the newer groups added; it loses nothing."""
    adapted = copy.deepcopy(obj)
    for rule in adapted.get("rules") or []:
        groups = rule.get("apiGroups") or []
        if OLD in groups:
            rule["apiGroups"] = list(dict.fromkeys([*groups, *_successors(rule.get("resources") or [])]))
    return adapted


def _successors(resources: list[str]) -> list[str]:
    names = GROUPS if "*" in resources else [name.partition("/")[0] for name in resources]
    return sorted({GROUPS[name] for name in names if name in GROUPS})
