"""Choose by name what Velero backs up: exactly the objects of the plan.

An object made after the inventory was neither judged nor adapted; it would arrive unheld. So it stays out, and the
next run takes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from include.clusters.config_maps import document_config_map
from include.planning.model import PlanItem
from include.velero.names import NAMESPACE

DATA_KEY = "policy.yaml"
NAMESPACES = "namespaces"
# Velero takes the definitions of custom resources along, whether or not the plan has them.
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"

Names = dict[str, list[str]]


def filter_policy(rows: Iterable[PlanItem]) -> dict[str, Any]:
    """Return Velero's resource policy: per scope and kind, the names to include."""
    cluster_scoped, namespaced = _by_scope(rows)
    policy: dict[str, Any] = {"version": "v1"}
    if cluster_scoped:
        policy["clusterScopedFilterPolicy"] = {"resourceFilters": _filters(cluster_scoped)}
    if namespaced:
        policy["namespacedFilterPolicies"] = [
            {"namespaces": [namespace], "resourceFilters": _filters(names)}
            for namespace, names in sorted(namespaced.items())
        ]
    return policy


def filter_config_map(name: str, labels: dict[str, str], rows: Iterable[PlanItem]) -> dict[str, Any]:
    """Return the ConfigMap with the policy.

    :raises PermanentError: when the names do not fit into one ConfigMap, which is all Velero takes.
    """
    text = yaml.safe_dump(filter_policy(rows), sort_keys=False)
    return document_config_map(NAMESPACE, name, DATA_KEY, text, labels)


def resources(rows: Iterable[PlanItem], *, namespaced: bool) -> list[str]:
    """Return the resource names of one scope, sorted, e.g. `deployments.apps`."""
    return sorted({_resource(row) for row in rows if bool(row.details.get("namespace")) == namespaced})


def unwanted_resources(planned: Iterable[PlanItem], rows: Iterable[PlanItem]) -> list[str]:
    """Return the cluster-scoped resources of a backup of which a restore of the rows takes nothing.

    Velero restores everything of a cluster-scoped kind that its policy does not list, over what the target has.
    """
    stored = {*resources(planned, namespaced=False), DEFINITIONS}
    return sorted(stored - {*resources(rows, namespaced=False), NAMESPACES})


def _by_scope(rows: Iterable[PlanItem]) -> tuple[Names, dict[str, Names]]:
    cluster_scoped: Names = {}
    namespaced: dict[str, Names] = {}
    for row in rows:
        namespace = row.details.get("namespace")
        if _resource(row) == NAMESPACES:
            continue  # chosen by spec.includedNamespaces
        names = namespaced.setdefault(namespace, {}) if namespace else cluster_scoped
        names.setdefault(_resource(row), []).append(_literal(row.details["name"]))
    return cluster_scoped, namespaced


def _filters(names: Names) -> list[dict[str, Any]]:
    return [{"kinds": [resource], "names": sorted(found)} for resource, found in sorted(names.items())]


def _resource(row: PlanItem) -> str:
    return str(row.details["resource"])


def _literal(name: str) -> str:
    """Return a glob that only matches this name; RBAC names may hold odd characters."""
    return "".join(f"\\{sign}" if sign in "*?[]{}!\\" else sign for sign in name)
