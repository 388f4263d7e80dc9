"""What the source uses is read where it can be told, and nothing fails where it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import ClusterForbiddenError, ClusterUnavailableError, ObjectNotFoundError
from include.inventory import load_inventory, take_inventory
from include.inventory.fills import read_fills
from include.inventory.leaders import loads_by_workload
from include.inventory.loads import PATH, read_loads
from include.inventory.usage import Fill, Load, Unread, Usage, read_usage
from tests.builders.objects import MemoryCluster, claim, deployment, inventory, make, pod, volume
from tests.builders.runs import run as lab_run
from tests.builders.usage import (
    GIB,
    mounting,
    node_metrics,
    pod_metrics,
    summary,
    summary_path,
    usage_of,
    volume_stats,
)

FORBIDDEN = ClusterForbiddenError("no", status=403)
SILENT = ClusterUnavailableError("no answer")
DISK = {"hostPath": None, "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}


def test_nodes_and_pods_are_read_in_millicores_and_bytes() -> None:
    cluster = MemoryCluster(
        "source",
        node_metrics("n1", "156340254n", "1024Ki"),
        pod_metrics("web-1", ("1500u", "1Mi"), ("1m", "1Mi")),
        pod_metrics("other", ("1", "1Gi"), namespace="elsewhere"),
    )
    loads = read_loads(cluster, ["shop"])

    assert loads.nodes == {"n1": Load(157, 2**20)}
    assert loads.pods == {("shop", "web-1"): Load(3, 2 * 2**20)}
    assert loads.unread == ()


def test_a_source_that_does_not_measure_is_not_asked() -> None:
    cluster = MemoryCluster("source")
    cluster.unknown_kinds = {"NodeMetrics", "PodMetrics"}

    assert (read_loads(cluster, ["shop"]).unread, cluster.asked) == ((), [])


@pytest.mark.parametrize("error", [SILENT, ObjectNotFoundError("gone", status=404)])
def test_a_metrics_server_that_is_down_is_nothing_to_report(error: Exception) -> None:
    cluster = MemoryCluster("source")
    cluster.answers = {f"{PATH}/nodes": error, f"{PATH}/namespaces/shop/pods": error}
    loads = read_loads(cluster, ["shop"])

    assert (loads.nodes, loads.pods, loads.unread) == ({}, {}, ())


def test_a_missing_right_is_told_and_the_rest_is_read() -> None:
    cluster = MemoryCluster("source", pod_metrics("web-1", ("1", "1Gi")))
    cluster.answers = {f"{PATH}/nodes": FORBIDDEN}
    loads = read_loads(cluster, ["shop"])

    assert loads.pods == {("shop", "web-1"): Load(1000, GIB)}
    assert [(one.severity, one.object) for one in loads.unread] == [("warning", "metrics of the nodes")]
    assert "docs/source-reader.yaml" in loads.unread[0].remedy


def fills(*objects: dict[str, Any], **answers: Any) -> tuple[dict[Any, Fill], tuple[Unread, ...], list[str]]:
    """Ask the kubelets of nodes `worker_a`, `worker_b` … for the claims among the objects."""
    found = inventory(*objects)
    cluster = MemoryCluster("source")
    cluster.answers = {summary_path(node.replace("_", "-")): answer for node, answer in answers.items()}
    read = read_fills(cluster, found.volumes(), found.objects("Pod"))
    return read.volumes, read.unread, cluster.asked


def test_a_kubelet_tells_how_full_a_disk_is() -> None:
    stats = volume_stats("uploads", 3 * GIB, 49 * GIB)
    read, unread, _ = fills(
        claim(size="50Gi"), volume(**DISK), mounting("web-1", "uploads"), worker_a=summary(stats)
    )

    assert read == {("shop", "uploads"): Fill(3 * GIB, 7)}
    assert unread == ()


def test_only_nodes_that_mount_a_claim_are_asked() -> None:
    ended = mounting("old", "uploads", node="worker-c")
    ended["status"] = {"phase": "Succeeded"}
    _, _, asked = fills(
        claim(),
        volume(),
        mounting("web-1", "uploads"),
        mounting("api-1", node="worker-b"),
        ended,
        worker_a=summary(),
    )

    assert asked == [summary_path("worker-a")]


@pytest.mark.parametrize(
    ("capacity", "used"),
    [
        pytest.param(200 * GIB, 3 * GIB, id="a folder on the disk of the node"),
        pytest.param(60 * GIB, 3 * GIB, id="a file system larger than the claim"),
        pytest.param(50 * GIB, 51 * GIB, id="more in use than was claimed"),
        pytest.param(2**63 - 2**12, 3 * GIB, id="a share without end"),
    ],
)
def test_a_file_system_that_others_use_too_says_nothing_of_a_claim(capacity: int, used: int) -> None:
    large = claim(size="50Gi")
    stats = volume_stats("uploads", used, capacity)
    read, unread, _ = fills(large, volume(**DISK), mounting("web-1", "uploads"), worker_a=summary(stats))

    assert (read, unread) == ({}, ())


@pytest.mark.parametrize(
    ("sizes", "spec", "used"),
    [
        pytest.param(("50Gi", "60Gi"), DISK, (1, 2), id="claims of two sizes"),
        pytest.param(("50Gi", "50Gi"), {"local": {"path": "/d"}, "hostPath": None}, (1, 2), id="folders"),
        pytest.param(("50Gi", "50Gi"), DISK, (2, 2), id="two names for one content"),
    ],
)
def test_claims_on_one_file_system_are_not_each_as_full_as_it(
    sizes: tuple[str, str], spec: dict[str, Any], used: tuple[int, int]
) -> None:
    objects = [
        one
        for name, size in zip("ab", sizes, strict=True)
        for one in (claim(name, size), volume(name, **spec))
    ]
    stats = [volume_stats(name, size * GIB, 48 * GIB) for name, size in zip("ab", used, strict=True)]
    read, _, _ = fills(*objects, mounting("web-1", "a", "b"), worker_a=summary(*stats))

    assert read == {}


def test_equal_disks_are_told_apart_by_what_is_in_them() -> None:
    objects = [one for name in "ab" for one in (claim(name, "50Gi"), volume(name, **DISK))]
    read, _, _ = fills(
        *objects,
        mounting("db-0", "a"),
        mounting("db-1", "b", node="worker-b"),
        worker_a=summary(volume_stats("a", GIB, 49 * GIB)),
        worker_b=summary(volume_stats("b", 2 * GIB, 49 * GIB, files=None)),
    )

    assert read == {("shop", "a"): Fill(GIB, 7), ("shop", "b"): Fill(2 * GIB)}


def test_a_volume_on_several_nodes_counts_once() -> None:
    stats = [volume_stats("uploads", used * GIB, 49 * GIB) for used in (2, 3)]
    read, _, _ = fills(
        claim(size="50Gi"),
        volume(**DISK),
        mounting("a", "uploads"),
        mounting("b", "uploads", node="worker-b"),
        worker_a=summary(stats[1]),
        worker_b=summary(stats[0]),
    )

    assert read == {("shop", "uploads"): Fill(3 * GIB, 7)}


def test_without_the_right_one_node_is_asked_and_the_way_out_is_named() -> None:
    read, unread, asked = fills(
        claim(),
        volume(),
        mounting("a", "uploads"),
        mounting("b", "uploads", node="worker-b"),
        worker_a=FORBIDDEN,
        worker_b=FORBIDDEN,
    )

    assert (read, len(asked)) == ({}, 1)
    assert [one.severity for one in unread] == ["info"]
    assert "cce-migration-volume-reader of docs/source-reader.yaml" in unread[0].remedy


def test_a_node_that_does_not_answer_is_named_and_the_others_are_read() -> None:
    read, unread, _ = fills(
        claim(size="50Gi"),
        volume(**DISK),
        mounting("a", "uploads"),
        mounting("b", "uploads", node="worker-b"),
        worker_a=SILENT,
        worker_b=summary(volume_stats("uploads", GIB, 49 * GIB)),
    )

    assert read == {("shop", "uploads"): Fill(GIB, 7)}
    assert [one.object for one in unread] == ["node worker-a"]


def test_the_usage_is_written_and_read_back(tmp_path: Path) -> None:
    names = ("shop", "warehouse", "kube-system")
    cluster = MemoryCluster(
        "source",
        *(make("v1", "Namespace", name, metadata={"uid": name}) for name in names),
        claim(size="50Gi"),
        volume(**DISK),
        mounting("web-1", "uploads"),
        node_metrics("worker-a", "1", "1Gi"),
        pod_metrics("web-1", ("1m", "1Mi")),
    )
    cluster.answers = {summary_path("worker-a"): summary(volume_stats("uploads", GIB, 49 * GIB))}
    run = lab_run(tmp_path)
    run.__dict__["source"] = cluster
    take_inventory(run)
    found = load_inventory(run.ledger)

    assert found.usage == Usage(
        nodes={"worker-a": Load(1000, GIB)},
        pods={("shop", "web-1"): Load(1, 2**20)},
        volumes={("shop", "uploads"): Fill(GIB, 7)},
    )
    assert [(one.used_bytes, one.files, one.bytes_to_move) for one in found.volumes()] == [(GIB, 7, GIB)]


def test_what_was_not_read_is_kept_with_its_reason() -> None:
    usage = Usage(unread=(Unread("info", "a", "b", "c"),))
    assert read_usage(usage.as_document()) == usage


def test_pods_count_for_the_workload_at_their_head() -> None:
    def owned(kind: str, name: str) -> list[dict[str, Any]]:
        return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True}]

    replica_set = make(
        "apps/v1", "ReplicaSet", "web-5f", metadata={"ownerReferences": owned("Deployment", "web")}
    )
    of_a_set = make("v1", "Pod", "db-0", metadata={"ownerReferences": owned("StatefulSet", "db")}, spec={})
    ended = pod("done", status={"phase": "Succeeded"})
    found = loads_by_workload(
        inventory(
            *(
                deployment(),
                replica_set,
                pod("web-1", "web-5f"),
                pod("web-2", "web-5f"),
                of_a_set,
                pod("alone"),
            ),
            ended,
            usage=usage_of(web_1=(1, 1), web_2=(2, 1), db_0=(3, 1), alone=(4, 1), done=(5, 1)),
        )
    )

    assert {name: [load.millicores for load in loads] for name, loads in found.items()} == {
        "Deployment shop/web": [1, 2],
        "StatefulSet shop/db": [3],
        "Pod shop/alone": [4],
    }
