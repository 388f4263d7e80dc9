"""CCE's clusters, node pools, nodes, jobs and add-ons, asked by the SDK. Behind is an API server of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcce.v3 import (
    ClusterCertDuration,
    CreateKubernetesClusterCertRequest,
    CreateNodePoolRequest,
    DeleteClusterRequest,
    DeleteNodePoolRequest,
    GetClusterFlavorSpecsRequest,
    ListAddonInstancesRequest,
    ListClustersRequest,
    ListNodePoolsRequest,
    ListNodesRequest,
    Login,
    ShowAddonInstanceRequest,
    ShowClusterEndpointsRequest,
    ShowClusterRequest,
    ShowJobRequest,
    ShowNodePoolRequest,
    ShowNodeRequest,
    ShowQuotasRequest,
    Taint,
    UserPassword,
    Volume,
)
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from lab.cloud.assembly import Backends
from lab.cloud.cce_jobs import Jobs
from lab.clusters.api import ClusterApi
from tests import orders

from . import clients, kubernetes_api
from .conftest import KEY, PROJECT, SECRET, Server
from .models import Checked


@pytest.fixture
def backend(behind: Backends) -> Generator[kubernetes_api.OrderedCluster]:
    assert isinstance(behind.cluster, kubernetes_api.OrderedCluster)
    yield behind.cluster
    behind.cluster.remove()


@pytest.fixture
def cluster(cce: Checked, backend: kubernetes_api.OrderedCluster) -> str:
    """Return the id of a cluster with two nodes."""
    return orders.order_target(cce, "target", nodes=2)


def refused(run: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value.status_code, caught.value.error_code


def test_a_cluster_is_made_step_by_step(cce: Checked, backend: kubernetes_api.OrderedCluster) -> None:
    assert cce.list_clusters(ListClustersRequest()).items == []
    made = cce.create_cluster(orders.cluster_order("target"))
    assert made.metadata.uid
    assert orders.end_of_job(cce, made.status.job_id) == "Success"
    shown = cce.show_cluster(ShowClusterRequest(cluster_id=made.metadata.uid))
    assert (shown.metadata.name, shown.status.phase, shown.spec.version) == ("target", "Available", "v1.34")
    assert (shown.spec.container_network.cidr, shown.spec.flavor) == ("198.19.128.0/18", "cce.s1.small")
    assert {one.type for one in shown.status.endpoints} == {"Internal", "External"}
    assert cce.list_clusters(ListClustersRequest(status="Creating")).items == []
    request = ShowClusterEndpointsRequest(cluster_id=made.metadata.uid)
    endpoints = cce.show_cluster_endpoints(request)
    assert endpoints.status.private_endpoint == shown.status.endpoints[0].url
    assert backend.running == {}


def test_the_cluster_is_there_when_the_cloud_is_started_again(
    cluster: str, start: Callable[[], Server]
) -> None:
    again = start()
    other = Checked(clients.open_client("cce", again.url, clients.regional(KEY, SECRET, PROJECT)))
    (known,) = other.list_clusters(ListClustersRequest()).items
    assert (known.metadata.uid, known.status.phase) == (cluster, "Available")
    assert len(other.list_node_pools(ListNodePoolsRequest(cluster_id=cluster)).items) == 1


def test_what_is_being_made_is_made_by_the_cloud_that_is_started_again(
    cce: Checked, backend: kubernetes_api.OrderedCluster, start: Callable[[], Server]
) -> None:
    with pytest.MonkeyPatch.context() as killed:
        # the process ends between noting the job down and doing it
        killed.setattr(Jobs, "_begin", lambda *_: None)
        made = cce.create_cluster(orders.cluster_order("target"))
    assert cce.show_cluster(ShowClusterRequest(cluster_id=made.metadata.uid)).status.phase == "Creating"
    again = Checked(clients.open_client("cce", start().url, clients.regional(KEY, SECRET, PROJECT)))
    assert orders.end_of_job(again, made.status.job_id) == "Success"
    assert backend.is_started


@pytest.mark.parametrize(
    "changed",
    [
        {"flavor": "cce.s9.small"},
        {"version": "v1.20"},
        {"category": "Turbo"},
        {"host_network": None},
        {"pods": "10.0.0.0/16"},
        {"name": "T"},
    ],
)
def test_an_order_that_is_wrong_is_refused(
    cce: Checked, backend: kubernetes_api.OrderedCluster, changed: dict[str, Any]
) -> None:
    order = {"name": "another"} | changed
    assert refused(lambda: cce.create_cluster(orders.cluster_order(**order))) == (400, "CCE.01400001")
    assert not backend.is_ordered


def test_a_second_cluster_is_refused(cce: Checked, cluster: str) -> None:
    (quota,) = cce.show_quotas(ShowQuotasRequest()).quotas
    assert (quota.quota_key, quota.quota_limit, quota.used) == ("cluster", 1, 1)
    assert refused(lambda: cce.create_cluster(orders.cluster_order("another"))) == (400, "CCE.01400007")
    assert refused(lambda: cce.create_cluster(orders.cluster_order("target"))) == (409, "CCE.01409001")


def test_a_cluster_is_removed_with_all_in_it(
    cce: Checked, cluster: str, backend: kubernetes_api.OrderedCluster
) -> None:
    gone = cce.delete_cluster(DeleteClusterRequest(cluster_id=cluster))
    assert gone.status.phase == "Deleting"
    orders.end_of_job(cce, gone.status.job_id)
    assert refused(lambda: cce.show_cluster(ShowClusterRequest(cluster_id=cluster))) == (404, "CCE.01404001")
    assert not backend.is_ordered
    assert orders.order_target(cce, "target", nodes=1) != cluster


def test_a_cluster_that_could_not_be_made_is_an_error_until_it_is_removed(
    cce: Checked, backend: kubernetes_api.OrderedCluster
) -> None:
    backend.breaks = RuntimeError("no disk")
    made = cce.create_cluster(orders.cluster_order("target"))
    job = orders.wait_for(lambda: _failed(cce, made.status.job_id))
    assert "no disk" in job.status.reason
    assert cce.show_cluster(ShowClusterRequest(cluster_id=made.metadata.uid)).status.phase == "Error"
    orders.remove_clusters(cce)


def _failed(cce: Checked, job: str) -> Any:
    shown = cce.show_job(ShowJobRequest(job_id=job))
    return shown if shown.status.phase == "Failed" else None


def test_faults_make_a_job_fail_or_last_for_ever(
    server: Server, cce: Checked, backend: kubernetes_api.OrderedCluster
) -> None:
    server.fault("cce.create_cluster", "fails")
    made = cce.create_cluster(orders.cluster_order("target"))
    assert _failed(cce, made.status.job_id).spec.type == "CreateCluster"
    assert not backend.is_ordered
    orders.remove_clusters(cce)
    server.fault("cce.create_cluster", "never arrives")
    made = cce.create_cluster(orders.cluster_order("target"))
    assert cce.show_job(ShowJobRequest(job_id=made.status.job_id)).status.phase == "Running"
    assert cce.show_cluster(ShowClusterRequest(cluster_id=made.metadata.uid)).status.phase == "Creating"
    request = orders.pool_order(made.metadata.uid, "nodes")
    assert refused(lambda: cce.create_node_pool(request)) == (409, "CCE.01409003")


def test_the_kubeconfig_works(cce: Checked, cluster: str, tmp_path: Path) -> None:
    request = CreateKubernetesClusterCertRequest(cluster_id=cluster, body=ClusterCertDuration(duration=30))
    answer = cce.create_kubernetes_cluster_cert(request)
    document = answer.to_json_object()
    assert [one["name"] for one in document["contexts"]] == ["internal", "external"]
    outside = document["clusters"][1]
    assert (outside["name"], outside["cluster"]["insecure-skip-tls-verify"]) == ("externalCluster", True)
    assert answer.port_id
    (tmp_path / "kubeconfig").write_text(json.dumps(document))
    with ClusterApi(tmp_path / "kubeconfig") as api:
        assert api.get("/readyz") == "ok"


@pytest.mark.parametrize("duration", [0, 1828, -2])
def test_a_kubeconfig_for_another_time_is_refused(cce: Checked, cluster: str, duration: int) -> None:
    request = CreateKubernetesClusterCertRequest(
        cluster_id=cluster, body=ClusterCertDuration(duration=duration)
    )
    assert refused(lambda: cce.create_kubernetes_cluster_cert(request)) == (400, "CCE.01400001")


def test_a_pool_has_as_many_nodes_as_were_ordered(
    cce: Checked, cluster: str, backend: kubernetes_api.OrderedCluster
) -> None:
    (pool,) = cce.list_node_pools(ListNodePoolsRequest(cluster_id=cluster)).items
    assert (pool.status.current_node, pool.status.active_node, pool.status.phase) == (2, 2, "")
    found = cce.list_nodes(ListNodesRequest(cluster_id=cluster)).items
    assert [(one.metadata.name, one.status.phase) for one in found] == [
        ("target-node-1", "Active"),
        ("target-node-2", "Active"),
    ]
    request = ShowNodeRequest(cluster_id=cluster, node_id=found[1].metadata.uid)
    assert cce.show_node(request).spec.flavor == "s3.large.2"
    request = ShowNodeRequest(cluster_id=cluster, node_id="none")
    assert refused(lambda: cce.show_node(request)) == (404, "CCE.01404001")
    request = ListNodePoolsRequest(cluster_id=cluster, show_default_node_pool="true")
    assert [one.metadata.name for one in cce.list_node_pools(request).items] == ["DefaultPool", "nodes"]


def test_nodes_that_are_being_made_are_told(
    server: Server, cce: Checked, cluster: str, backend: kubernetes_api.OrderedCluster
) -> None:
    backend.breaks = RuntimeError("no image")
    made = cce.create_node_pool(orders.pool_order(cluster, "more", nodes=1))
    request = ShowNodePoolRequest(cluster_id=cluster, nodepool_id=made.metadata.uid)
    assert orders.wait_for(lambda: cce.show_node_pool(request).status.phase == "Error")
    phases = {
        one.metadata.name: one.status.phase
        for one in cce.list_nodes(ListNodesRequest(cluster_id=cluster)).items
    }
    assert phases == {"target-node-1": "Active", "target-node-2": "Active", "target-node-3": "Installing"}


def test_a_pool_has_the_labels_and_taints_and_never_the_password(
    cce: Checked, cluster: str, backend: kubernetes_api.OrderedCluster
) -> None:
    login = Login(user_password=UserPassword(username="root", password="c2VzYW1l"))
    taint = Taint(key="only", value="shop", effect="NoSchedule")
    order = orders.pool_order(
        cluster, "more", nodes=1, login=login, taints=[taint], k8s_tags={"tier": "front"}, flavor="s3.large.4"
    )
    pool = orders.order_pool(cce, order)
    wish = backend.running["target-node-3"]
    assert (wish.flavor, dict(wish.labels), wish.taints) == (
        "s3.large.4",
        {"tier": "front"},
        ({"key": "only", "value": "shop", "effect": "NoSchedule"},),
    )
    shown = cce.show_node_pool(ShowNodePoolRequest(cluster_id=cluster, nodepool_id=pool))
    assert "c2VzYW1l" not in str(shown)


def test_more_nodes_than_there_are_machines_are_refused(cce: Checked, cluster: str) -> None:
    order = orders.pool_order(cluster, "more", nodes=2)
    assert refused(lambda: cce.create_node_pool(order)) == (400, "CCE.01400008")
    order = orders.pool_order(cluster, "nodes", nodes=1)
    assert refused(lambda: cce.create_node_pool(order)) == (409, "CCE.01409001")


@pytest.mark.parametrize(
    "changed",
    [
        {"flavor": "s3.large.99"},
        {"az": "eu-de-09"},
        {"login": None},
        {"root_volume": Volume(size=39, volumetype="SAS")},
        {"data_volumes": [Volume(size=10, volumetype="SAS")]},
        {"data_volumes": [Volume(size=100, volumetype="fast")]},
    ],
)
def test_an_order_of_nodes_that_is_wrong_is_refused(
    cce: Checked, cluster: str, changed: dict[str, Any]
) -> None:
    order: CreateNodePoolRequest = orders.pool_order(cluster, "more", nodes=1, **changed)
    assert refused(lambda: cce.create_node_pool(order)) == (400, "CCE.01400001")


def test_a_pool_is_removed_with_its_nodes(
    cce: Checked, cluster: str, backend: kubernetes_api.OrderedCluster
) -> None:
    (pool,) = cce.list_node_pools(ListNodePoolsRequest(cluster_id=cluster)).items
    gone = cce.delete_node_pool(DeleteNodePoolRequest(cluster_id=cluster, nodepool_id=pool.metadata.uid))
    orders.end_of_job(cce, gone.status.job_id)
    assert cce.list_node_pools(ListNodePoolsRequest(cluster_id=cluster)).items == []
    assert (cce.list_nodes(ListNodesRequest(cluster_id=cluster)).items, backend.running) == ([], {})


def test_the_add_ons_are_those_that_run(cce: Checked, cluster: str) -> None:
    found = cce.list_addon_instances(ListAddonInstancesRequest(cluster_id=cluster)).items
    states = {one.spec.addon_template_name: one.status.status for one in found}
    assert states == {"coredns": "running", "everest": "abnormal"}
    shown = cce.show_addon_instance(ShowAddonInstanceRequest(id=found[0].metadata.uid))
    assert shown.spec.version == "v1.2.3"
    assert refused(lambda: cce.show_addon_instance(ShowAddonInstanceRequest(id="none")))[0] == 404


def test_what_is_not_there_is_not_found(cce: Checked) -> None:
    assert refused(lambda: cce.show_cluster(ShowClusterRequest(cluster_id="none"))) == (404, "CCE.01404001")
    assert refused(lambda: cce.show_job(ShowJobRequest(job_id="none"))) == (404, "CCE.01404001")


def test_a_cluster_that_does_not_answer_is_unavailable(
    cce: Checked,
    cluster: str,
    backend: kubernetes_api.OrderedCluster,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    document = backend.document()
    document["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    (tmp_path / "gone.kubeconfig").write_text(json.dumps(document))
    monkeypatch.setattr(backend, "_kubeconfig", tmp_path / "gone.kubeconfig")
    assert cce.show_cluster(ShowClusterRequest(cluster_id=cluster)).status.phase == "Unavailable"
    request = CreateKubernetesClusterCertRequest(cluster_id=cluster, body=ClusterCertDuration(duration=1))
    assert refused(lambda: cce.create_kubernetes_cluster_cert(request)) == (409, "CCE.01409003")


def test_cluster_flavors_tell_how_many_nodes_they_manage_and_which_are_sold_out(cce: Checked) -> None:
    found = cce.get_cluster_flavor_specs(GetClusterFlavorSpecsRequest()).cluster_flavor_specs
    assert {one.name: one.node_capacity for one in found}["cce.s1.medium"] == 200
    assert [one.name for one in found if one.is_sold_out] == ["cce.s2.xlarge"]
