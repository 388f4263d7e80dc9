"""A rehearsal of the lab's estate: everything arrives and runs, nothing real is touched, nothing is left."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from huaweicloudsdkrds.v3 import ListInstancesRequest

from include.clusters import Cluster
from include.connections import ClusterAccess, DocumentConnections
from include.planning.storage_client import bucket_exists, make_bucket, open_storage
from include.volumes.proving import SNAPSHOT_METHOD, WARM_METHOD
from lab import paths
from tests import orders
from tests.builders.definitions import definition

from .conftest import LAB, Outcome
from .killing import wait_until
from .live_runs import LiveRun
from .sides import KUBECONFIGS, lab_documents

pytestmark = pytest.mark.lab

DAG = "rehearse_migration"
LEDGER = LAB / "ledger" / "lab-rehearsal"
REAL_BUCKET = "product-pictures"
DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
MARK = "cce-migration=lab-rehearsal"
MARKED = (
    "/api/v1/namespaces",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "/apis/scheduling.k8s.io/v1/priorityclasses",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
)


@pytest.fixture(scope="module")
def rehearsal() -> tuple[Outcome, dict[str, Any], dict[str, Any]]:
    """Rehearse once; give its outcome, and what is real before and after."""
    orders.remove_what_was_ordered()
    with LiveRun("asked", answers=False, dag=DAG) as run:
        run.wait_for_task("resource_planning.check_target")
        with real_things():
            before = what_is_real()
            state = run.wait_for_end(600)
            after = what_is_real()
    return Outcome(0 if state == "success" else 1, "", LEDGER / run.run.run_id), before, after


def cluster(side: str) -> Cluster:
    return Cluster(ClusterAccess("target", KUBECONFIGS[side].read_text()))  # type: ignore[index]


def storage() -> Any:
    return open_storage(DocumentConnections(lab_documents()).object_storage("obs"))


@contextmanager
def real_things() -> Generator[None]:
    """Put on the target what a migration would have brought there: a namespace of the source's name, a bucket."""
    target, client = cluster("target"), storage()
    target.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "api", "namespace": "shop"}}
    target.create({**settings, "data": {"DATABASE_NAME": "real"}})
    is_new = not bucket_exists(client, REAL_BUCKET)
    if is_new:
        make_bucket(client, REAL_BUCKET, "eu-de")
    client.put_object(Bucket=REAL_BUCKET, Key="real", Body=b"real")
    try:
        yield
    finally:
        client.delete_object(Bucket=REAL_BUCKET, Key="real")
        if is_new:
            client.delete_bucket(Bucket=REAL_BUCKET)
        target.delete("/api/v1/namespaces/shop")
        wait_until(lambda: not target.exists("/api/v1/namespaces/shop"), "the namespace is gone", 120)


def what_is_real() -> dict[str, Any]:
    """Return the versions of what no rehearsal may write: the real target's, and the source's workloads."""
    target, source = cluster("target"), cluster("source")
    listed = storage().list_objects_v2(Bucket=REAL_BUCKET)["Contents"]
    settings = target.get("/api/v1/namespaces/shop/configmaps/api")["metadata"]
    return {
        "settings": settings["resourceVersion"],
        "objects": sorted(
            one["metadata"]["name"] for one in target.list("/api/v1/namespaces/shop/configmaps")
        ),
        "workloads there": [one["metadata"]["name"] for one in target.list(DEPLOYMENTS)],
        "bucket": [(row["Key"], row["ETag"], row["LastModified"]) for row in listed],
        "source": {
            one["metadata"]["name"]: (one["metadata"]["generation"], one["metadata"]["annotations"])
            for one in source.list(DEPLOYMENTS)
        },
    }


def test_it_is_green_and_measures_what_the_cutover_will_take(rehearsal: Any) -> None:
    outcome, _, _ = rehearsal
    assert outcome.report["result"] == "succeeded", outcome.report["findings"][-5:]
    assert outcome.report["kind"] == "rehearsal"
    measured = outcome.documents("rehearsal")["rehearsal/outcome.json"]
    assert 0 < measured["downtime"] < 120
    assert {one["id"] for one in measured["phases"]} >= {"rds_dump_restore", "obs_sync", "verification"}


def test_every_database_bucket_volume_and_workload_was_proved(rehearsal: Any) -> None:
    outcome, _, _ = rehearsal
    proved = [one for one in outcome.report["items"] if one["action"] != "excluded"]
    assert {one["kind"] for one in proved} >= {"database", "bucket", "volume", "object", "workload", "check"}
    assert [one["source"] for one in proved if not one["proof"]["equal"]] == []


def test_a_claim_of_a_csi_driver_was_proved_file_by_file_though_its_application_wrote(rehearsal: Any) -> None:
    outcome, _, _ = rehearsal
    methods = {
        one["source"].split()[1]: one["proof"]["method"]
        for one in outcome.report["items"]
        if one["kind"] == "volume"
    }
    assert methods["shop/data-journal-0"] == SNAPSHOT_METHOD
    assert methods["shop/uploads"] == WARM_METHOD


def test_nothing_real_is_written_and_the_source_goes_on(rehearsal: Any) -> None:
    _, before, after = rehearsal
    assert before["source"]
    assert after == before


def test_nothing_is_left_of_it(rehearsal: Any) -> None:
    outcome, _, _ = rehearsal
    target, source = cluster("target"), cluster("source")
    assert outcome.documents("rehearsal")["rehearsal/removed.json"]["left"] == []
    assert [one["metadata"]["name"] for path in MARKED for one in target.list(path, labelSelector=MARK)] == []
    assert [one for one in target.list("/api/v1/namespaces") if "rehearsal" in one["metadata"]["name"]] == []
    assert [one["metadata"]["name"] for one in target.list("/api/v1/persistentvolumes")] == []
    for one in (target, source):
        assert not one.exists("/api/v1/namespaces/velero")
    assert [row["Name"] for row in storage().list_buckets()["Buckets"] if "rehearsal" in row["Name"]] == []
    assert orders.lab_service("rds").list_instances(ListInstancesRequest()).instances == []
    assert paths.TARGET_KUBECONFIG.exists()


def test_its_definition_is_the_lab_s_in_other_places(rehearsal: Any) -> None:
    outcome, _, _ = rehearsal
    recorded = outcome.documents(".")["definition.json"]
    real = definition()
    assert recorded["name"] == "lab-rehearsal"
    assert recorded["source"]["namespaces"] == real.source.namespaces
    assert [one["target"]["bucket"] for one in recorded["buckets"]] == [f"{REAL_BUCKET}-rehearsal"]
