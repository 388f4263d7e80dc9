"""No request of a rehearsal reaches anything real, whoever makes it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from include.clusters import Cluster
from include.connections import ClusterAccess
from include.errors import PermanentError
from include.rehearsal.clusters import guarded_source, rehearsed_target
from tests.builders.definitions import definition

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: a, user: {token: t}}]
"""
OWNED = {"labels": {"cce-migration": "lab-rehearsal"}}
MAPPING = {"shop": "shop-rehearsal", "warehouse": "warehouse-rehearsal"}

Sent = list[tuple[str, str]]


@pytest.fixture
def sent() -> Sent:
    return []


def clusters(sent: Sent) -> dict[str, Cluster]:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, request.url.path))
        return httpx.Response(200, json={"kind": "Any", "metadata": {"name": "a"}})

    transport = httpx.MockTransport(answer)
    derived = definition().model_copy(update={"name": "lab-rehearsal"})
    return {
        "source": guarded_source(ClusterAccess("source", KUBECONFIG), transport),
        "target": rehearsed_target(ClusterAccess("target", KUBECONFIG), derived, transport),
    }


def restore(**spec: Any) -> dict[str, Any]:
    return {"kind": "Restore", "metadata": {"name": "r", "namespace": "velero"}, "spec": spec}


RESTORES = "/apis/velero.io/v1/namespaces/velero/restores"
GOOD_RESTORE = {
    "includedNamespaces": ["shop", "warehouse"],
    "namespaceMapping": MAPPING,
    "includeClusterResources": False,
}
ALLOWED = [
    ("target", "/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "a"}}),
    ("target", "/api/v1/namespaces", {"kind": "Namespace", "metadata": {"name": "shop"}}),
    ("target", "/api/v1/namespaces/velero/configmaps", {"metadata": {"name": "a"}}),
    ("target", "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "a", **OWNED}}),
    ("target", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"metadata": {}}),
    ("target", RESTORES, restore(**GOOD_RESTORE)),
    (
        "target",
        RESTORES,
        restore(includedNamespaces=["velero"], namespaceMapping={"velero": "velero-canary"}),
    ),
    ("source", "/apis/velero.io/v1/namespaces/velero/backups", {"metadata": {"name": "a"}}),
    ("source", "/apis/batch/v1/namespaces/shop/jobs", {"metadata": {"name": "cce-backup-a"}}),
]
REFUSED = [
    ("target", "/api/v1/namespaces/default/configmaps", {"metadata": {"name": "a"}}),
    ("target", "/api/v1/namespaces/other/configmaps", {"metadata": {"name": "a"}}),
    ("target", "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "a"}}),
    ("target", "/api/v1/namespaces", {"kind": "Namespace", "metadata": {"name": "other"}}),
    ("target", "/api/v1/nodes/a", {"metadata": {"labels": {"a": "b"}}}),
    ("target", RESTORES, restore(**{**GOOD_RESTORE, "namespaceMapping": {"shop": "shop-rehearsal"}})),
    ("target", RESTORES, restore(**{**GOOD_RESTORE, "includeClusterResources": True})),
    ("target", RESTORES, restore(includedNamespaces=["shop"])),
    ("target", RESTORES, restore()),
    ("source", "/apis/apps/v1/namespaces/shop/deployments", {"metadata": {"name": "web"}}),
    ("source", "/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "a"}}),
    ("source", "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "a", **OWNED}}),
]


@pytest.mark.parametrize(("side", "path", "body"), ALLOWED)
def test_what_is_disposable_may_be_written(side: str, path: str, body: dict[str, Any], sent: Sent) -> None:
    clusters(sent)[side].post(path, body)
    assert len(sent) == 1


@pytest.mark.parametrize(("side", "path", "body"), REFUSED)
def test_all_else_is_refused_before_it_is_sent(
    side: str, path: str, body: dict[str, Any], sent: Sent
) -> None:
    with pytest.raises(PermanentError):
        clusters(sent)[side].post(path, body)
    assert sent == []


def test_the_real_namespace_of_the_target_cannot_be_reached(sent: Sent) -> None:
    target = clusters(sent)["target"]
    target.delete("/api/v1/namespaces/shop")
    target.patch("/apis/apps/v1/namespaces/warehouse/deployments/stock", {"spec": {"replicas": 0}})
    assert [path for _, path in sent] == [
        "/api/v1/namespaces/shop-rehearsal",
        "/apis/apps/v1/namespaces/warehouse-rehearsal/deployments/stock",
    ]


@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_a_workload_of_the_source_is_neither_held_nor_deleted(verb: str, sent: Sent) -> None:
    source = clusters(sent)["source"]
    path = "/apis/apps/v1/namespaces/shop/deployments/web"
    with pytest.raises(PermanentError, match="source cluster"):
        source.patch(path, {"spec": {"replicas": 0}}) if verb == "patch" else source.delete(path)
    assert sent == []


def test_a_dry_run_may_name_anything(sent: Sent) -> None:
    clusters(sent)["target"].post(
        "/api/v1/namespaces/default/configmaps", {"metadata": {"name": "a"}}, dryRun="All"
    )
    assert sent == [("POST", "/api/v1/namespaces/default/configmaps")]


def test_reading_is_never_refused(sent: Sent) -> None:
    for cluster in clusters(sent).values():
        cluster.get("/api/v1/namespaces/kube-system")
    assert len(sent) == 2
