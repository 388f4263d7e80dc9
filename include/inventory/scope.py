"""Choose which kinds to read, and which cluster-scoped objects the migrated namespaces need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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
    "roles.authorization.openshift.io": "a second view of rbac.authorization.k8s.io",
    "rolebindings.authorization.openshift.io": "a second view of rbac.authorization.k8s.io",
}
# The reason that stands beside counted objects of cluster-scoped kinds.
CLUSTER_WIDE = "it belongs to the whole cluster, not to a namespace"
# Answered from other kinds; an object here has the same uid as there.
MIRRORED_GROUPS = frozenset({
    "extensions",
    "metrics.k8s.io",
    "custom.metrics.k8s.io",
    "external.metrics.k8s.io",
})

BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io"
CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io"
CLUSTER_SCOPED = (
    "namespaces",
    "nodes",
    "persistentvolumes",
    "customresourcedefinitions.apiextensions.k8s.io",
    CLUSTER_ROLES,
    BINDINGS,
    "storageclasses.storage.k8s.io",
    "priorityclasses.scheduling.k8s.io",
    "ingressclasses.networking.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
)


def namespaced_kinds(resources: Iterable[ApiResource]) -> list[ApiResource]:
    """Return the namespaced kinds that can be listed, those that are only counted included."""
    return [
        resource
        for resource in resources
        if resource.is_namespaced and "list" in resource.verbs and resource.group not in MIRRORED_GROUPS
    ]


def cluster_kinds(resources: Iterable[ApiResource], extra: Iterable[str] = ()) -> list[ApiResource]:
    """Return the cluster-scoped kinds that a migration looks at.

    :param extra: names of kinds that only this definition asks for; others need no right to read them.
    """
    wanted = {*CLUSTER_SCOPED, *extra}
    return [resource for resource in resources if not resource.is_namespaced and resource.name in wanted]


def cluster_wide_kinds(
    resources: Iterable[ApiResource], definitions: Iterable[Manifest]
) -> list[ApiResource]:
    """Return the cluster-scoped kinds that come with the custom resources of the migrated namespaces, such as ClusterIssuer.

    :param definitions: the CustomResourceDefinitions that the namespaces need.
    """
    groups = {(obj.get("spec") or {}).get("group") for obj in definitions}
    return [
        resource
        for resource in resources
        if not resource.is_namespaced and "list" in resource.verbs and resource.group in groups
    ]


@dataclass(frozen=True)
class Needs:
    """Say what the objects of the migrated namespaces refer to outside of them."""

    namespaces: frozenset[str]
    kinds: frozenset[tuple[str, str]]
    claims: frozenset[tuple[str, str]]
    roles: frozenset[str]
    priorities: frozenset[str]


def needs_of(inside: Iterable[Manifest], namespaces: Iterable[str]) -> Needs:
    """Look at every namespaced object once.

    :param namespaces: the migrated namespaces; an empty one has no object that names it.
    """
    kinds: set[tuple[str, str]] = set()
    claims: set[tuple[str, str]] = set()
    roles: set[str] = set()
    priorities: set[str] = set()
    for row in inside:
        kinds.add((str(row.get("apiVersion")).partition("/")[0], str(row.get("kind"))))
        if row.get("kind") == "PersistentVolumeClaim":
            claims.add((str(row["metadata"].get("namespace")), str(row["metadata"]["name"])))
        if row.get("kind") == "RoleBinding":
            roles |= _bound_cluster_roles([row])
        priorities.add(str((pod_spec(row) or {}).get("priorityClassName")))
    return Needs(
        namespaces=frozenset(namespaces),
        kinds=frozenset(kinds),
        claims=frozenset(claims),
        roles=frozenset(roles),
        priorities=frozenset(priorities),
    )


def keep_needed(
    resource: ApiResource, objects: Sequence[Manifest], needs: Needs, others: dict[str, list[Manifest]]
) -> list[Manifest]:
    """Return the objects of a cluster-scoped kind that belong to the migrated namespaces.

    :param others: cluster-scoped objects read so far, by resource name: bindings come before roles.
    """
    if resource.name == CLUSTER_ROLES:
        needs = replace(needs, roles=needs.roles | _bound_cluster_roles(others.get(BINDINGS, [])))
    chooser = CHOOSERS.get(resource.name)
    return [obj for obj in objects if chooser is None or chooser(obj, needs)]


def _bound_cluster_roles(bindings: Iterable[Manifest]) -> frozenset[str]:
    references = [row.get("roleRef") or {} for row in bindings]
    return frozenset(str(one.get("name")) for one in references if one.get("kind") == "ClusterRole")


def _is_used_crd(obj: Manifest, needs: Needs) -> bool:
    spec = obj.get("spec") or {}
    return (spec.get("group"), (spec.get("names") or {}).get("kind")) in needs.kinds


def _is_bound_here(obj: Manifest, needs: Needs) -> bool:
    return any(_is_subject_of(subject, needs.namespaces) for subject in obj.get("subjects") or [])


def _is_subject_of(subject: Manifest, namespaces: frozenset[str]) -> bool:
    if subject.get("kind") == "ServiceAccount":
        return subject.get("namespace") in namespaces
    group = str(subject.get("name", ""))
    return subject.get("kind") == "Group" and group.removeprefix("system:serviceaccounts:") in namespaces


def _is_used_volume(obj: Manifest, needs: Needs) -> bool:
    claim = (obj.get("spec") or {}).get("claimRef") or {}
    return (claim.get("namespace"), claim.get("name")) in needs.claims


Chooser = Callable[[Manifest, Needs], bool]
CHOOSERS: dict[str, Chooser] = {
    "namespaces": lambda obj, needs: obj["metadata"]["name"] in needs.namespaces,
    "customresourcedefinitions.apiextensions.k8s.io": _is_used_crd,
    BINDINGS: _is_bound_here,
    CLUSTER_ROLES: lambda obj, needs: obj["metadata"]["name"] in needs.roles,
    "persistentvolumes": _is_used_volume,
    "priorityclasses.scheduling.k8s.io": lambda obj, needs: obj["metadata"]["name"] in needs.priorities,
}
