from __future__ import annotations

import base64
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from include.errors import LedgerError, PreflightError
from include.inventory import ImageUse, load_inventory, take_inventory
from include.inventory.model import listed
from include.inventory.pod_specs import pod_metadata
from include.inventory.quantities import parse_bytes, parse_quantity
from include.inventory.references import parse_reference
from include.run import MigrationRun
from tests.builders.objects import (
    MemoryCluster,
    claim,
    container,
    deployment,
    inventory,
    make,
    pod,
    volume,
    workload,
)
from tests.builders.runs import run as lab_run

NETWORK = "networking.k8s.io/v1"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def running(name: str, digest: str) -> dict[str, Any]:
    status = {
        "phase": "Running",
        "containerStatuses": [{"name": "app", "imageID": f"registry.source.lab/shop/app@{digest}"}],
    }
    return pod(name, owner="web", status=status)


def run_on(folder: Path, *objects: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    namespaces = [make("v1", "Namespace", name) for name in ("shop", "warehouse", "kube-system")]
    namespaces[2]["metadata"]["uid"] = "the-cluster"
    run = lab_run(folder)
    run.__dict__["source"] = MemoryCluster("source", *namespaces, *objects)
    return run


def test_images_are_found_with_the_digest_that_pods_run() -> None:
    found = inventory(deployment(), running("web-1", ONE)).images()
    assert found == [
        ImageUse("registry.source.lab/shop/app:1", ONE, ("Deployment shop/web", "ReplicaSet shop/web"))
    ]


def test_init_containers_cron_jobs_and_custom_resources_name_images_too() -> None:
    cron_pod = {"containers": [container("registry.source.lab/b:1")]}
    objects = [
        deployment(initContainers=[container("registry.source.lab/a:1")]),
        make("batch/v1", "CronJob", "n", spec={"jobTemplate": {"spec": {"template": {"spec": cron_pod}}}}),
        make(
            "shop.lab/v1",
            "Campaign",
            "c",
            spec={"runner": {"image": "registry.source.lab/c:1"}, "image": "a word"},
        ),
    ]
    references = [image.reference for image in inventory(*objects).images()]
    assert references == [f"registry.source.lab/{name}:1" for name in ("a", "b", "c", "shop/app")]


def test_what_nobody_will_pull_again_needs_no_image() -> None:
    former = workload("ReplicaSet", "web-1", replicas=0)
    former["metadata"]["ownerReferences"] = [{"kind": "Deployment", "name": "web", "controller": True}]
    ended = make(
        "batch/v1",
        "Job",
        "once",
        spec={"template": {"spec": {"containers": [container("registry.source.lab/once:1")]}}},
        status={"completionTime": "2026-11-24T10:00:00Z"},
    )
    done = pod("once-1", status={"phase": "Succeeded"})

    assert inventory(former, ended, done).images() == []


def test_the_digest_most_pods_run_comes_first() -> None:
    found = inventory(running("web-1", ONE), running("web-2", TWO), running("web-3", TWO)).images()
    assert [(image.digest, image.other_digests) for image in found] == [(TWO, (ONE,))]


def test_a_volume_is_found_with_node_path_and_pods() -> None:
    mounting = pod(
        "web-1", spec={"volumes": [{"name": "u", "persistentVolumeClaim": {"claimName": "uploads"}}]}
    )
    (found,) = inventory(claim(), volume(), mounting).volumes()
    assert (found.node, found.node_path, found.pods) == ("worker", "/opt/volumes/uploads", ("web-1",))
    assert found.capacity_bytes == 2**30


def test_a_volume_s_node_is_found_by_its_label() -> None:
    node = make(
        "v1", "Node", "ip-10-0-0-1.internal", metadata={"labels": {"kubernetes.io/hostname": "worker"}}
    )
    (found,) = inventory(claim(), volume(), node).volumes()
    assert found.node == "ip-10-0-0-1.internal"


def test_an_inventory_reads_back_as_it_was_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coded = base64.b64encode(b"hunter2hunter2").decode()
    secret = make("v1", "Secret", "db", data={"password": coded})
    run = run_on(tmp_path, deployment(), secret, claim(), volume(), monkeypatch=monkeypatch)
    counts = take_inventory(run)
    read = load_inventory(run.ledger)
    assert counts == {"objects": 6, "kinds": 5, "images": 1, "volumes": 1}
    assert read.by_key["deployments.apps/shop/web"] == deployment()
    assert read.objects("Namespace") == [
        make("v1", "Namespace", "shop"),
        make("v1", "Namespace", "warehouse"),
    ]
    assert coded not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))


def test_only_cluster_objects_that_the_namespaces_need_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader"}
    binding = make(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "b",
        roleRef=role,
        subjects=[{"kind": "ServiceAccount", "namespace": "shop", "name": "web"}],
    )
    others = [make("rbac.authorization.k8s.io/v1", "ClusterRole", name) for name in ("reader", "unrelated")]
    crds = [
        make(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            f"{kind}.shop.lab",
            spec={"group": "shop.lab", "names": {"kind": kind}},
        )
        for kind in ("Campaign", "Unused")
    ]
    run = run_on(
        tmp_path, binding, *others, *crds, make("shop.lab/v1", "Campaign", "c"), monkeypatch=monkeypatch
    )
    take_inventory(run)
    read = load_inventory(run.ledger)
    assert [row["metadata"]["name"] for row in read.objects("ClusterRole")] == ["reader"]
    assert [row["metadata"]["name"] for row in read.objects("CustomResourceDefinition")] == [
        "Campaign.shop.lab"
    ]


def test_events_are_counted_but_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_on(tmp_path, make("v1", "Event", "e1"), make("v1", "Event", "e2"), monkeypatch=monkeypatch)
    take_inventory(run)
    read = load_inventory(run.ledger)
    assert read.objects("Event") == []
    assert read.counted["events"]["count"] == 2


def test_cluster_scoped_companions_of_custom_resources_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = make(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "campaigns.shop.lab",
        spec={"group": "shop.lab", "names": {"kind": "Campaign"}},
    )
    region = make("shop.lab/v1", "Region", "eu")
    used, unused = (
        run_on(tmp_path / name, definition, region, *objects, monkeypatch=monkeypatch)
        for name, objects in (("used", [make("shop.lab/v1", "Campaign", "c")]), ("unused", []))
    )
    for run in (used, unused):
        take_inventory(run)

    assert load_inventory(used.ledger).counted["regions.shop.lab"]["count"] == 1
    assert load_inventory(unused.ledger).counted == {}


def test_all_missing_namespaces_are_named_at_once(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    run.__dict__["source"] = MemoryCluster("source")
    with pytest.raises(PreflightError) as caught:
        take_inventory(run)
    assert [problem.split(",")[0] for problem in caught.value.problems] == [
        "namespace shop",
        "namespace warehouse",
    ]


def test_reading_before_taking_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="run the phase resource_planning first"):
        load_inventory(lab_run(tmp_path).ledger)


@pytest.mark.parametrize(
    ("text", "number"), [("250m", 0.25), ("1Gi", 2**30), ("1.5k", 1500), (None, 0), ("2e3", 2000)]
)
def test_reads_quantities(text: str | None, number: float) -> None:
    assert parse_quantity(text) == number


def test_refuses_what_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="'1GB' is not a Kubernetes quantity"):
        parse_bytes("1GB")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nginx", ("docker.io", "library/nginx", "latest", "")),
        ("registry.lab:5000/a/b:1", ("registry.lab:5000", "a/b", "1", "")),
        ("registry.lab/a@sha256:1", ("registry.lab", "a", "", "sha256:1")),
        ("localhost/a:1@sha256:1", ("localhost", "a", "1", "sha256:1")),
    ],
)
def test_takes_references_apart(text: str, parts: tuple[str, ...]) -> None:
    assert dataclasses.astuple(parse_reference(text)) == parts


def test_the_metadata_of_pods_is_found_where_each_kind_keeps_it() -> None:
    labels = {"labels": {"app": "web"}}
    job = {"spec": {"template": {"metadata": labels, "spec": {"containers": []}}}}
    objects = [deployment(), pod(), make("batch/v1", "CronJob", "n", spec={"jobTemplate": job})]

    assert [pod_metadata(obj)["labels"] for obj in objects] == [labels["labels"]] * 3
    assert pod_metadata(make("v1", "Service", "web", spec={})) == {}


def test_a_kind_is_the_one_of_kubernetes_where_others_have_its_name() -> None:
    theirs, ours = (
        make(version, "NetworkPolicy", "deny") for version in ("crd.projectcalico.org/v1", NETWORK)
    )

    assert inventory(theirs, ours).objects("NetworkPolicy") == [ours]
    assert inventory(theirs).objects("NetworkPolicy") == [theirs]
    assert inventory(theirs, ours).objects() == [theirs, ours]


def test_many_names_are_cut_short() -> None:
    assert listed(["b", "a", "b"]) == "a, b"
    assert listed(map(str, range(7))) == "0, 1, 2, 3, 4 and 2 more"
