"""The whole migration on real parts: what `make migrate` promises."""

from __future__ import annotations

import time
from typing import Any

import dns.resolver
import httpx
import pytest

from lab import paths
from lab.clusters.api import ClusterApi
from lab.estate.audit import audit

from .conftest import Outcome
from .leftovers import leftovers
from .provided import MADE, ORGANIZATION, provided

pytestmark = pytest.mark.lab

PHASES = [
    "resource_planning",
    "swr_image_sync",
    "rds_dump_restore",
    "obs_sync",
    "velero_install",
    "velero_backup_restore",
    "adaptation",
    "verification",
    "cutover",
    "source_retirement",
]
KINDS = {
    "image",
    "database",
    "bucket",
    "velero",
    "object",
    "volume",
    "workload",
    "pods",
    "service",
    "name",
    "ingress",
    "mount",
    "schedule",
    "check",
    "webhook",
    "endpoint",
}


def test_the_report_says_succeeded(migration: Outcome) -> None:
    assert migration.exit_code == 0, migration.output[-4000:]
    assert migration.report["schema"] == 1
    assert migration.report["kind"] == "migration"
    assert migration.report["result"] == "succeeded"


def test_the_report_names_every_phase(migration: Outcome) -> None:
    assert {phase["id"] for phase in migration.report["phases"]} == set(PHASES)


def test_every_planned_row_has_an_equal_proof(migration: Outcome) -> None:
    rows = {(item["phase"], item["source"]): item for item in migration.report["items"]}
    assert {kind for item in rows.values() for kind in [item["kind"]]} >= KINDS
    unproved = [
        key
        for key, item in rows.items()
        if item["action"] != "excluded" and not (item["proof"] and item["proof"]["equal"])
    ]
    assert unproved == []


def test_the_target_is_made_from_nothing(migration: Outcome) -> None:
    done = provided(migration)
    assert done.pop(ORGANIZATION) in {"copied", "already_equal"}
    assert done == dict.fromkeys(MADE, "copied")
    with ClusterApi(paths.TARGET_KUBECONFIG) as api:
        nodes = api.items("/api/v1/nodes")
    assert len(nodes) == 2
    assert {zone_of(node) for node in nodes} == {"eu-de-01", "eu-de-02"}


def zone_of(node: dict[str, Any]) -> str:
    return str(node["metadata"]["labels"]["topology.kubernetes.io/zone"])


def test_a_folder_of_the_source_s_node_arrives_in_a_claim(migration: Outcome) -> None:
    (proved,) = [
        item
        for item in migration.report["items"]
        if item["kind"] == "volume" and "volume shop/receipts" in item["target"]
    ]
    with ClusterApi(paths.TARGET_KUBECONFIG) as api:
        workloads = api.items("/apis/apps/v1/namespaces/shop/deployments")
    (receipts,) = [one for one in workloads if one["metadata"]["name"] == "receipts"]

    assert proved["action"] == "copied"
    assert proved["proof"]["source"]["entries"] == proved["proof"]["target"]["entries"] == 1
    (volume,) = receipts["spec"]["template"]["spec"]["volumes"]
    assert volume == {"name": "receipts", "persistentVolumeClaim": {"claimName": "receipts"}}


def test_a_claim_of_each_class_went_ahead_of_the_volumes_and_left_nothing(migration: Outcome) -> None:
    canaries = migration.documents(".")["volumes-canary.json"]
    left = []
    for kubeconfig in (paths.SOURCE_KUBECONFIG, paths.TARGET_KUBECONFIG):
        with ClusterApi(kubeconfig) as api:
            claims = api.items("/api/v1/persistentvolumeclaims")
        left += [
            one["metadata"]["name"] for one in claims if one["metadata"]["name"].startswith("cce-canary")
        ]

    assert sorted(canaries) == ["csi-hostpath", "local-path"]
    for source, target in canaries.values():
        assert source == target
        assert source["entries"] == 4
    assert left == []


def test_limits_of_a_namespace_arrive_and_count_the_targets_class(migration: Outcome) -> None:
    with ClusterApi(paths.TARGET_KUBECONFIG) as api:
        (quota,) = api.items("/api/v1/namespaces/shop/resourcequotas")
        (limits,) = api.items("/api/v1/namespaces/shop/limitranges")
    counted = "csi-disk.storageclass.storage.k8s.io/persistentvolumeclaims"

    assert quota["spec"]["hard"][counted] == "8"
    assert int(quota["status"]["used"][counted]) == 3
    assert limits["spec"]["limits"][0]["max"] == {"memory": "4Gi"}


def test_movers_stood_by_for_the_last_changes(migration: Outcome) -> None:
    passes = {document["claim"]: document for document in migration.documents("volumes").values()}

    assert {claim: (one["stage"], one["stood_by"]) for claim, one in passes.items()} == dict.fromkeys(
        ("shop/data-journal-0", "shop/receipts", "shop/uploads"), ("final", True)
    )


def test_a_claim_was_copied_from_a_snapshot_while_its_application_wrote(migration: Outcome) -> None:
    (row,) = [
        row
        for row in migration.documents(".")["plan.json"]["items"]
        if row["key"] == "volumes/shop/data-journal-0"
    ]
    with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
        left = api.items("/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents")

    assert row["details"]["snapshot_class"] == "csi-hostpath"
    assert left == []


def test_nothing_that_only_worked_for_the_migration_is_left(migration: Outcome) -> None:
    assert leftovers() == []


def test_the_plan_and_the_report_have_the_same_rows(migration: Outcome) -> None:
    plan = migration.documents(".")["plan.json"]
    planned = {(item["phase"], item["source"]) for item in plan["items"]}
    reported = {(item["phase"], item["source"]) for item in migration.report["items"]}
    assert planned <= reported


def verified(outcome: Outcome, kind: str) -> dict[str, dict[str, Any]]:
    """Return the proofs of one kind of verified rows by what the rows are about."""
    rows = [item for item in outcome.report["items"] if item["phase"] == "verification"]
    return {item["source"]: item["proof"] for item in rows if item["kind"] == kind}


def test_names_inside_the_target_lead_to_its_services(migration: Outcome) -> None:
    names = verified(migration, "name")
    found = {one["target"]["name"]: one["target"]["addresses"] for one in names.values()}
    assert set(found) == {
        "api.shop.svc",
        "database.shop.svc",
        "journal.shop.svc",
        "web.shop.svc",
        "stock.warehouse.svc",
    }
    assert found["web.shop.svc"][0].startswith("198.19.")
    assert all(len(addresses) == 1 for addresses in found.values())


def test_every_container_runs_the_image_that_was_copied_for_it(migration: Outcome) -> None:
    pods = verified(migration, "pods")
    assert pods["images and restarts of Deployment shop/web"]["target"]["web"].startswith("sha256:")
    assert all(one["source"] == one["target"] for one in pods.values())


def test_volumes_are_mounted_where_the_adapted_workloads_want_them(migration: Outcome) -> None:
    mounts = {name: one["target"]["mounted at"] for name, one in verified(migration, "mount").items()}
    assert mounts == {
        "mounts of volume shop/data-journal-0": ["journal /data"],
        "mounts of volume shop/receipts": ["receipts /receipts"],
        "mounts of volume shop/uploads": ["api /uploads"],
    }


def test_checks_were_asked_of_both_sides_and_measured(migration: Outcome) -> None:
    kept = {one["name"]: one for one in migration.documents("checks").values()}
    product, job = kept["product"], kept["database by its name in the cluster"]
    assert product["source"]["$.id"] == 1
    assert product["latencies"]["source"]["requests"] == product["latencies"]["target"]["requests"] == 20
    assert product["latencies"]["target"]["p50"] > 0
    assert job["latencies"] is None
    assert verified(migration, "check")["check: database by its name in the cluster"]["target"] == {
        "exit_code": 0
    }


def test_the_person_who_approved_the_cutover_saw_checks_and_the_way_back(migration: Outcome) -> None:
    (shown,) = [
        one["text"]
        for one in migration.documents("questions").values()
        if "approve_cutover" in one["question"]
    ]
    assert "**Every item has an equal proof or a waiver.**" in shown
    assert "| product | GET /products/1 | equal |" in shown
    assert "### How to go back" in shown


def test_the_estate_answers_on_the_target(migration: Outcome) -> None:
    address = dns.resolver.resolve("shop.lab", "A")[0].to_text()
    assert address.startswith("198.18.20.")
    assert httpx.get("http://shop.lab/").status_code == 200
    assert httpx.get("http://shop.lab/products/1/picture").status_code == 200


def test_customers_with_an_old_answer_of_the_dns_are_led_on_to_the_target(migration: Outcome) -> None:
    with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
        service = api.get("/api/v1/namespaces/shop/services/web")
        pods = [
            pod
            for pod in api.items("/api/v1/namespaces/shop/pods")
            if pod["status"]["phase"] not in {"Succeeded", "Failed"}
        ]
    (address,) = [row["ip"] for row in service["status"]["loadBalancer"]["ingress"]]

    assert (address.startswith("198.18.10."), pods) == (True, [])
    assert httpx.get(f"http://{address}/healthz", headers={"Host": "shop.lab"}).status_code == 200


def test_the_steps_of_the_downtime_stand_on_one_time_line(migration: Outcome) -> None:
    """It begins with the first request that failed: on a busy machine that may be one that was too slow before the stop."""
    downtime = migration.report["downtime"]
    path = [step for step in downtime["steps"] if step["critical"]]
    begins = [step["started"] for step in path]

    assert (path[0]["name"], path[-1]["name"]) == ("quiesce the source", "switch the front door")
    assert begins == sorted(begins)
    stopped, switched = begins[0] + path[0]["seconds"], begins[-1]
    assert 0 < switched - stopped < downtime["seconds"]


def test_no_acknowledged_write_is_lost_or_doubled_for_the_probe(migration: Outcome) -> None:
    downtime = migration.report["downtime"]
    assert downtime["writes_acknowledged"] > 0
    assert downtime["writes_lost"] == 0
    assert downtime["writes_doubled"] == 0
    assert 0 < downtime["seconds"] < 300


def test_no_acknowledged_write_of_the_lab_s_own_traffic_is_lost(migration: Outcome) -> None:
    time.sleep(2)
    result = audit("target")
    assert result.acknowledged > 100
    assert result.lost == []
    assert result.doubled == []
