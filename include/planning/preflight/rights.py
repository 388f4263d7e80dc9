"""The kubeconfigs' users may do what the migration does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.velero.names import NAMESPACE

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
WORKERS = 8


@dataclass(frozen=True)
class Right:
    """Name one permission; an empty namespace asks for all namespaces."""

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {name}" + (f" in {self.namespace}" if self.namespace else "")


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield every right that is missing on the source."""
    namespaces = run.definition.source.namespaces
    yield from _missing(
        run.source, source_rights(namespaces) + _reading_rights(run) + _hook_rights(run, "before_stop")
    )


def find_target_problems(run: MigrationRun) -> Iterator[str]:
    """Yield every right that is missing on the target."""
    namespaces = run.definition.source.namespaces
    yield from _missing(run.target, target_rights(namespaces) + _hook_rights(run, "after_start"))


def source_rights(namespaces: list[str]) -> list[Right]:
    """Return what is done on the source: read, run tools in `velero`, and hold workloads at the cutover."""
    rights = [Right("list", "*", "*", namespace) for namespace in namespaces]
    rights += [
        Right("patch", kind, "apps", name) for name in namespaces for kind in ("deployments", "statefulsets")
    ]
    rights += [Right("list", kind) for kind in ("nodes", "persistentvolumes")]
    rights += [Right("create", kind) for kind in ("namespaces", "secrets", "serviceaccounts")]
    rights += [
        Right("create", "customresourcedefinitions", "apiextensions.k8s.io"),
        Right("create", "jobs", "batch"),
    ]
    return [*rights, Right("create", "clusterrolebindings", "rbac.authorization.k8s.io")]


def target_rights(namespaces: list[str]) -> list[Right]:
    """Return what is done on the target: everything the estate consists of is made there."""
    rights = [Right(verb, "*", "*", name) for name in namespaces for verb in ("create", "patch", "delete")]
    rights += [Right("create", kind) for kind in ("namespaces", "secrets", "serviceaccounts")]
    rights += [
        Right("create", "customresourcedefinitions", "apiextensions.k8s.io"),
        Right("create", "jobs", "batch"),
    ]
    rights += [Right("list", "storageclasses", "storage.k8s.io"), Right("list", "nodes")]
    return [*rights, Right("create", "clusterrolebindings", "rbac.authorization.k8s.io")]


def _hook_rights(run: MigrationRun, moment: str) -> list[Right]:
    """Return what running commands in containers takes: servers ask for `get` or `create`, as their version is."""
    has_hooks = any(hook.when == moment for hook in run.definition.hooks)
    return _exec_rights(run.definition.source.namespaces if has_hooks else [])


def _reading_rights(run: MigrationRun) -> list[Right]:
    """Return what reading lost images from nodes takes."""
    return _exec_rights([NAMESPACE] if run.definition.images.lost == "take_from_nodes" else [])


def _exec_rights(namespaces: list[str]) -> list[Right]:
    return [Right(verb, "pods/exec", "", name) for name in namespaces for verb in ("get", "create")]


def _missing(cluster: Cluster, rights: list[Right]) -> list[str]:
    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(lambda right: _is_allowed(cluster, right), rights))
    return [
        f"{cluster.name} cluster: the kubeconfig's user may not {right}; grant it, for instance with cluster-admin"
        for right, is_allowed in zip(rights, answers, strict=True)
        if not is_allowed
    ]


def _is_allowed(cluster: Cluster, right: Right) -> bool:
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "verb": right.verb,
        "resource": resource,
        "subresource": subresource,
        "group": right.group,
        "namespace": right.namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    return bool((cluster.post(PATH, review).get("status") or {}).get("allowed"))
