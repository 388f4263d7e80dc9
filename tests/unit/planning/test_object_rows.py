from __future__ import annotations

from typing import Any

import pytest

from include.inventory.usage import Fill, Usage
from include.planning.object_rows import object_rows, volume_rows
from tests.builders.objects import claim, deployment, inventory, make, pod, volume, workload

FINISHED = {"conditions": [{"type": "Complete", "status": "True"}]}
OWNER = [{"kind": "CronJob", "name": "nightly", "controller": True}]

DEPLOYMENT = [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}]


def ephemeral_claim(name: str) -> dict[str, Any]:
    made = claim(name)
    made["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Pod", "name": "db-0", "controller": True}
    ]
    return made


EXCLUDED = [
    pytest.param(
        make("v1", "Secret", "default-secret"), "CCE makes it in every namespace", id="CCE's pull secret"
    ),
    pytest.param(make("v1", "Secret", "paas.elb"), "CCE's own credentials", id="CCE's ELB credentials"),
    pytest.param(
        make("v1", "Secret", "other", metadata={"labels": {"secret-generated-by": "cce"}}),
        "CCE makes it in every namespace",
        id="a Secret CCE generated",
    ),
    pytest.param(
        make("v1", "Secret", "token", type="kubernetes.io/service-account-token"),
        "a token of the source",
        id="a ServiceAccount token",
    ),
    pytest.param(make("v1", "ConfigMap", "kube-root-ca.crt"), "made by the target", id="the cluster's CA"),
    pytest.param(
        make("v1", "ServiceAccount", "default"), "made by the target", id="the default ServiceAccount"
    ),
    pytest.param(pod("web-1", owner="web"), "made by its controller", id="a pod of a Deployment"),
    pytest.param(pod("alone"), "it has no controller", id="a bare pod"),
    pytest.param(pod("done", status={"phase": "Succeeded"}), "it has ended", id="a finished pod"),
    pytest.param(
        make("apps/v1", "ReplicaSet", "web-1", metadata={"ownerReferences": DEPLOYMENT}),
        "made by its controller",
        id="a ReplicaSet of a Deployment",
    ),
    pytest.param(
        make("batch/v1", "Job", "mover", metadata={"labels": {"cce-migration": "lab"}}),
        "the migration's own tool",
        id="a mover that was left over",
    ),
    pytest.param(ephemeral_claim("db-0-scratch"), "it lives and ends with its pod", id="an ephemeral claim"),
    pytest.param(
        make("batch/v1", "Job", "nightly-1", metadata={"ownerReferences": OWNER}),
        "made by its controller",
        id="a Job of a CronJob",
    ),
    pytest.param(make("batch/v1", "Job", "once", status=FINISHED), "it would run again", id="a finished Job"),
    pytest.param(volume(), "the target makes a volume", id="a PersistentVolume"),
    pytest.param(make("v1", "Node", "worker"), "nodes of its own", id="a node"),
    pytest.param(make("storage.k8s.io/v1", "StorageClass", "gp3"), "claims are mapped", id="a StorageClass"),
    pytest.param(
        make("rbac.authorization.k8s.io/v1", "ClusterRole", "system:node"), "built into", id="a built-in role"
    ),
]


@pytest.mark.parametrize(("obj", "reason"), EXCLUDED)
def test_stays_behind(obj: dict[str, Any], reason: str) -> None:
    (row,) = object_rows(inventory(obj))
    assert row.action == "exclude"
    assert reason in row.details["reason"]


PLANNED = [
    pytest.param(make("v1", "Secret", "db"), id="a Secret of the application"),
    pytest.param(make("v1", "Namespace", "shop"), id="a namespace"),
    pytest.param(make("v1", "ServiceAccount", "web"), id="a ServiceAccount"),
    pytest.param(make("batch/v1", "Job", "running", status={"active": 1}), id="a Job at work"),
    pytest.param(make("rbac.authorization.k8s.io/v1", "ClusterRole", "reader"), id="a ClusterRole"),
    pytest.param(make("shop.lab/v1", "Campaign", "c", spec={}), id="a custom resource"),
    pytest.param(claim(), id="a claim"),
    pytest.param(ephemeral_claim("data-db-0"), id="a claim of a StatefulSet that is scaled down"),
]


@pytest.mark.parametrize("obj", PLANNED)
def test_is_restored_adapted_and_verified(obj: dict[str, Any]) -> None:
    rows = object_rows(inventory(obj))
    assert [row.phase for row in rows] == ["velero_backup_restore", "adaptation", "verification"]
    assert {row.kind for row in rows} == {"object"}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"])
def test_a_workload_must_run_besides(kind: str) -> None:
    rows = object_rows(inventory(workload(kind, "web")))
    assert rows[-1].kind == "workload"
    assert rows[-1].key.startswith("workload/")


def test_keys_and_sources_are_unique_within_a_phase() -> None:
    objects = [
        deployment(),
        workload("StatefulSet", "web"),
        claim(),
        pod("a", "web"),
        pod("b", "web"),
        make("v1", "Secret", "web"),
    ]
    rows = object_rows(inventory(*objects)) + volume_rows(inventory(claim(), volume()).volumes(), {})
    for unique in ("key", "source"):
        seen = [(row.phase, getattr(row, unique)) for row in rows]
        assert len(seen) == len(set(seen))


def test_pods_left_behind_for_one_reason_share_a_row() -> None:
    (row,) = object_rows(inventory(pod("a", "web"), pod("b", "web")))
    assert row.details["names"] == ["a", "b"]


def test_what_was_only_counted_has_a_row() -> None:
    (row,) = object_rows(inventory(counted={"events": {"count": 7, "reason": "a note"}}))
    assert (row.action, row.details["count"]) == ("exclude", 7)


def test_a_volume_row_tells_the_mover_where_the_content_lies() -> None:
    (row,) = volume_rows(inventory(claim(), volume()).volumes(), {"local-path": "csi-disk"})
    assert row.key == "volumes/shop/uploads"
    assert row.details["node"] == "worker"
    assert row.details["node_path"] == "/opt/volumes/uploads"
    assert row.details["size"] == 2**30


def test_a_volume_row_counts_what_is_in_the_volume_where_that_is_known() -> None:
    objects, used = (claim(size="5Gi"), volume()), Usage(volumes={("shop", "uploads"): Fill(3 * 2**20, 12)})
    (claimed,), (measured,) = (
        volume_rows(inventory(*objects, usage=usage).volumes(), {}) for usage in (None, used)
    )

    assert (claimed.bytes, claimed.details["used"]) == (5 * 2**30, None)
    assert (measured.bytes, measured.details["used"]) == (3 * 2**20, 3 * 2**20)
    assert claimed.predicted_seconds > measured.predicted_seconds


def test_an_unbound_claim_has_no_content_to_copy() -> None:
    assert volume_rows(inventory(claim(volumeName="")).volumes(), {}) == []


def test_the_content_of_an_ephemeral_claim_is_not_copied() -> None:
    assert inventory(ephemeral_claim("db-0-scratch"), volume("db-0-scratch")).volumes() == []


def test_endpoints_that_a_person_wrote_move_and_those_of_controllers_do_not() -> None:
    by_hand = [make("v1", "Service", "legacy", spec={}), make("v1", "Endpoints", "legacy", subsets=[])]
    chosen = [make("v1", "Service", "web", spec={"selector": {"app": "web"}}), make("v1", "Endpoints", "web")]
    mirrored = make(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "legacy-x",
        metadata={
            "labels": {
                "kubernetes.io/service-name": "legacy",
                "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
            }
        },
    )
    rows = object_rows(inventory(*by_hand, *chosen, mirrored))
    moved = {row.source for row in rows if row.action == "copy"}

    assert moved == {"Service shop/legacy", "Endpoints shop/legacy", "Service shop/web"}
