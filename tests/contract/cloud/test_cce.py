"""CCE's cluster, nodes and add-ons, asked by the SDK. Behind it is an API server of the test's own, over TLS."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcce.v3 import (
    Cluster,
    ClusterCertDuration,
    ClusterMetadata,
    ClusterSpec,
    ContainerNetwork,
    CreateClusterRequest,
    CreateKubernetesClusterCertRequest,
    CreateNodePoolRequest,
    HostNetwork,
    ListAddonInstancesRequest,
    ListClustersRequest,
    ListNodePoolsRequest,
    ListNodesRequest,
    NodePool,
    NodePoolMetadata,
    NodePoolSpec,
    NodeTemplate,
    ShowAddonInstanceRequest,
    ShowClusterEndpointsRequest,
    ShowClusterRequest,
    ShowJobRequest,
    ShowNodeRequest,
    ShowQuotasRequest,
)
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from lab.cloud.assembly import Backends
from lab.clusters.api import ClusterApi

from .models import Checked


@pytest.fixture
def cluster(cce: Checked) -> Any:
    (found,) = cce.list_clusters(ListClustersRequest()).items
    return found


def refused(run: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value.status_code, caught.value.error_code


def order(cce: Checked, name: str, kind: str = "Cluster") -> Any:
    spec = ClusterSpec(
        flavor="cce.s2.small",
        version="v1.34",
        host_network=HostNetwork(vpc="vpc", subnet="subnet"),
        container_network=ContainerNetwork(mode="vpc-router"),
    )
    body = Cluster(kind=kind, api_version="v3", metadata=ClusterMetadata(name=name), spec=spec)
    return cce.create_cluster(CreateClusterRequest(body=body))


def test_the_cluster_is_available(cce: Checked, cluster: Any) -> None:
    shown = cce.show_cluster(ShowClusterRequest(cluster_id=cluster.metadata.uid))
    assert (shown.metadata.name, shown.status.phase, shown.spec.version) == ("target", "Available", "v1.34")
    assert {one.type for one in shown.status.endpoints} == {"Internal", "External"}
    assert cce.list_clusters(ListClustersRequest(status="Creating")).items == []
    request = ShowClusterEndpointsRequest(cluster_id=cluster.metadata.uid)
    endpoints = cce.show_cluster_endpoints(request)
    assert endpoints.status.private_endpoint == shown.status.endpoints[0].url


def test_the_kubeconfig_works(cce: Checked, cluster: Any, tmp_path: Path) -> None:
    request = CreateKubernetesClusterCertRequest(
        cluster_id=cluster.metadata.uid, body=ClusterCertDuration(duration=30)
    )
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
def test_a_kubeconfig_for_another_time_is_refused(cce: Checked, cluster: Any, duration: int) -> None:
    request = CreateKubernetesClusterCertRequest(
        cluster_id=cluster.metadata.uid, body=ClusterCertDuration(duration=duration)
    )
    assert refused(lambda: cce.create_kubernetes_cluster_cert(request)) == (400, "CCE.01400001")


def test_the_nodes_are_those_of_the_cluster(cce: Checked, cluster: Any) -> None:
    (found,) = cce.list_nodes(ListNodesRequest(cluster_id=cluster.metadata.uid)).items
    assert (found.status.phase, found.status.private_ip) == ("Active", "198.18.2.10")
    request = ShowNodeRequest(cluster_id=cluster.metadata.uid, node_id=found.metadata.uid)
    assert cce.show_node(request).spec.root_volume.size == 100
    request = ShowNodeRequest(cluster_id=cluster.metadata.uid, node_id="none")
    assert refused(lambda: cce.show_node(request)) == (404, "CCE.01404001")


def test_nodes_of_no_pool_are_in_the_default_one(cce: Checked, cluster: Any) -> None:
    assert cce.list_node_pools(ListNodePoolsRequest(cluster_id=cluster.metadata.uid)).items == []
    request = ListNodePoolsRequest(cluster_id=cluster.metadata.uid, show_default_node_pool="true")
    (found,) = cce.list_node_pools(request).items
    assert (found.metadata.name, found.status.active_node) == ("DefaultPool", 1)


def test_the_add_ons_are_those_that_run(cce: Checked, cluster: Any) -> None:
    found = cce.list_addon_instances(ListAddonInstancesRequest(cluster_id=cluster.metadata.uid)).items
    states = {one.spec.addon_template_name: one.status.status for one in found}
    assert states == {"coredns": "running", "everest": "abnormal"}
    shown = cce.show_addon_instance(ShowAddonInstanceRequest(id=found[0].metadata.uid))
    assert shown.spec.version == "v1.2.3"
    assert refused(lambda: cce.show_addon_instance(ShowAddonInstanceRequest(id="none")))[0] == 404


def test_a_cluster_is_not_made_but_refused_for_the_quota(cce: Checked, cluster: Any) -> None:
    (quota,) = cce.show_quotas(ShowQuotasRequest()).quotas
    assert (quota.quota_key, quota.quota_limit, quota.used) == ("cluster", 1, 1)
    assert refused(lambda: order(cce, "another")) == (400, "CCE.01400007")
    assert refused(lambda: order(cce, "target")) == (409, "CCE.01409001")
    assert refused(lambda: order(cce, "another", kind="Klaster")) == (400, "CCE.01400001")


def test_nodes_are_not_made_but_refused_for_the_quota(cce: Checked, cluster: Any) -> None:
    spec = NodePoolSpec(node_template=NodeTemplate(flavor="s3.xlarge.2", az="eu-de-01"), initial_node_count=2)
    body = NodePool(kind="NodePool", api_version="v3", metadata=NodePoolMetadata(name="pool"), spec=spec)
    request = CreateNodePoolRequest(cluster_id=cluster.metadata.uid, body=body)
    assert refused(lambda: cce.create_node_pool(request)) == (400, "CCE.01400008")


def test_what_is_not_there_is_not_found(cce: Checked) -> None:
    assert refused(lambda: cce.show_cluster(ShowClusterRequest(cluster_id="none"))) == (404, "CCE.01404001")
    assert refused(lambda: cce.show_job(ShowJobRequest(job_id="none"))) == (404, "CCE.01404001")


def test_a_cluster_that_does_not_answer_is_unavailable(
    cce: Checked, cluster: Any, behind: Backends, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    document = behind.cluster.document()
    document["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    (tmp_path / "gone.kubeconfig").write_text(json.dumps(document))
    monkeypatch.setattr(behind.cluster, "_kubeconfig", tmp_path / "gone.kubeconfig")
    shown = cce.show_cluster(ShowClusterRequest(cluster_id=cluster.metadata.uid))
    assert shown.status.phase == "Unavailable"
    monkeypatch.setattr(behind.cluster, "_kubeconfig", tmp_path / "none.kubeconfig")
    assert cce.list_clusters(ListClustersRequest()).items == []
