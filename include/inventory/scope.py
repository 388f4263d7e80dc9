"""Choose which kinds to read, and which cluster-scoped objects the migrated namespaces need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from include.clusters.discovery import ApiResource
from include.inventory.pod_specs import pod_spec

Manifest = dict[str, Any]

# Kinds that are only counted: they are made anew all the time, or answered without being stored.
COUNTED_ONLY = {
    "events": "a note about the past, made anew by the target",
    "events.events.k8s.io": "a note about the past, made anew by the target",
    "leases.coordination.k8s.io": "a lock of a running process",
    "pods.metrics.k8s.io": "a measurement",
    "podmetrics.metrics.k8s.io": "a measurement",
}
# Answered from other kinds; an object here has the same uid as there.
MIRRORED_GROUPS = frozenset({
    "extensions",
    "metrics.k8s.io",
    "custom.metrics.k8s.io",
    "external.metrics.k8s.io",
})

CLUSTER_SCOPED = (
    "namespaces",
    "nodes",
    "persistentvolumes",
    "customresourcedefinitions.apiextensions.k8s.io",
    "clusterroles.rbac.authorization.k8s.io",
    "clusterrolebindings.rbac.authorization.k8s.io",
    "storageclasses.storage.k8s.io",
    "priorityclasses.scheduling.k8s.io",
    "ingressclasses.networking.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
)


def namespaced_kinds(resources: Iterable[ApiResource]) -> list[ApiResource]:
    """Return the namespaced kinds that can be listed."""
    return [
        resource
        for resource in resources
        if resource.is_namespaced and "list" in resource.verbs and resource.group not in MIRRORED_GROUPS
    ]


def cluster_kinds(resources: Iterable[ApiResource]) -> list[ApiResource]:
    """Return the cluster-scoped kinds that a migration looks at."""
    return [
        resource for resource in resources if not resource.is_namespaced and resource.name in CLUSTER_SCOPED
    ]


def keep_needed(
    resource: ApiResource,
    objects: Sequence[Manifest],
    inside: Sequence[Manifest],
    others: dict[str, list[Manifest]],
) -> list[Manifest]:
    """Return the objects of a cluster-scoped kind that belong to the migrated namespaces.

    :param inside: every namespaced object of these namespaces.
    :param others: cluster-scoped objects read so far, by resource name.
    """
    chooser = CHOOSERS.get(resource.name)
    return [obj for obj in objects if chooser is None or chooser(obj, inside, others)]


def _is_used_crd(obj: Manifest, inside: Sequence[Manifest], _: dict[str, list[Manifest]]) -> bool:
    spec = obj.get("spec") or {}
    kind, group = (spec.get("names") or {}).get("kind"), spec.get("group")
    return any(
        row.get("kind") == kind and str(row.get("apiVersion")).partition("/")[0] == group for row in inside
    )


def _is_bound_here(obj: Manifest, inside: Sequence[Manifest], _: dict[str, list[Manifest]]) -> bool:
    namespaces = {row.get("metadata", {}).get("namespace") for row in inside}
    return any(_is_subject_of(subject, namespaces) for subject in obj.get("subjects") or [])


def _is_subject_of(subject: Manifest, namespaces: set[Any]) -> bool:
    if subject.get("kind") == "ServiceAccount":
        return subject.get("namespace") in namespaces
    group = str(subject.get("name", ""))
    return subject.get("kind") == "Group" and group.removeprefix("system:serviceaccounts:") in namespaces


def _is_bound_role(obj: Manifest, inside: Sequence[Manifest], others: dict[str, list[Manifest]]) -> bool:
    bindings = list(others.get("clusterrolebindings.rbac.authorization.k8s.io", []))
    bindings += [row for row in inside if row.get("kind") == "RoleBinding"]
    name = obj["metadata"]["name"]
    return any(
        (row.get("roleRef") or {}).get("kind") == "ClusterRole" and row["roleRef"].get("name") == name
        for row in bindings
    )


def _is_used_volume(obj: Manifest, inside: Sequence[Manifest], _: dict[str, list[Manifest]]) -> bool:
    claim = (obj.get("spec") or {}).get("claimRef") or {}
    return any(
        row.get("kind") == "PersistentVolumeClaim"
        and (row["metadata"].get("namespace"), row["metadata"]["name"])
        == (claim.get("namespace"), claim.get("name"))
        for row in inside
    )


def _is_used_priority(obj: Manifest, inside: Sequence[Manifest], _: dict[str, list[Manifest]]) -> bool:
    name = obj["metadata"]["name"]
    return any((pod_spec(row) or {}).get("priorityClassName") == name for row in inside)


def _is_migrated_namespace(obj: Manifest, inside: Sequence[Manifest], _: dict[str, list[Manifest]]) -> bool:
    return obj["metadata"]["name"] in {row.get("metadata", {}).get("namespace") for row in inside}


Chooser = Callable[[Manifest, Sequence[Manifest], dict[str, list[Manifest]]], bool]
CHOOSERS: dict[str, Chooser] = {
    "namespaces": _is_migrated_namespace,
    "customresourcedefinitions.apiextensions.k8s.io": _is_used_crd,
    "clusterrolebindings.rbac.authorization.k8s.io": _is_bound_here,
    "clusterroles.rbac.authorization.k8s.io": _is_bound_role,
    "persistentvolumes": _is_used_volume,
    "priorityclasses.scheduling.k8s.io": _is_used_priority,
}
