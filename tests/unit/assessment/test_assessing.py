"""What the assessment tells of a realistic estate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from include.assessment import assess, assessing
from include.assessment.measuring import Measured
from include.assessment.ownership import owner_of
from include.assessment.prediction import predict_downtime
from include.connections import DocumentConnections
from include.definition import Adaptation
from include.inventory.model import ImageUse
from include.run import MigrationRun
from include.sizing import KnownSize
from tests.builders.connections import connection_documents
from tests.builders.definitions import definition
from tests.builders.estates import estate_run, measured_estate_run
from tests.builders.objects import deployment


def measured(run: MigrationRun, images: list[ImageUse]) -> Measured:
    """Answer for all but the registry of strangers and the bucket."""
    known = {one.reference: KnownSize(50_000_000) for one in images if "source.lab" in one.reference}
    return Measured(
        {one.reference: known.get(one.reference, KnownSize(problem="not reachable")) for one in images},
        {"shop-orders": KnownSize(20_000_000_000, 100), "warehouse-stock": KnownSize(0, 100)},
        {"product-pictures": KnownSize(problem="not reachable")},
    )


@pytest.fixture
def assessment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(assessing, "measure", measured)
    run = estate_run(tmp_path)
    assert assess(run) == {"nodes": 7, "advice": 23, "unknown_sizes": 2}
    document: dict[str, Any] = run.ledger.read("assessment")
    return document


def test_the_contents_are_counted(assessment: dict[str, Any]) -> None:
    source = assessment["source"]

    assert [(row["kind"], row["count"], row["pods"]) for row in source["workloads"]] == [
        ("Deployment", 6, 16),
        ("CronJob", 2, 2),
        ("StatefulSet", 2, 4),
        ("DaemonSet", 1, 3),
    ]
    assert [(row["owner"], row["workloads"]) for row in source["owners"]] == [
        ("Helm release shop", 5),
        ("Argo CD application warehouse", 3),
        ("no known tool", 2),
        ("Prometheus main", 1),
    ]
    assert [(row["shape"], row["count"]) for row in source["nodes"]["kinds"]] == [
        ("8 cores, 32 GiB", 3),
        ("2 cores, 8 GiB", 1),
    ]
    assert [(row["class"], row["target_class"], row["count"]) for row in source["volumes"]] == [
        ("efs-shared", None, 1),
        ("gp3", "csi-disk", 5),
    ]
    assert source["custom_resources"] == [{"kind": "Campaign", "group": "shop.lab", "objects": 4}]
    assert [(row["class"], row["count"]) for row in source["ingresses"]] == [("alb", 1), ("nginx", 2)]
    assert source["load_balancers"][0]["ports"] == ["80/TCP", "443/TCP"]
    assert source["buckets"] == [
        {"name": "product-pictures", "bytes": None, "count": None, "problem": "not reachable"}
    ]


def test_what_changes_and_what_stays_is_told_with_numbers(assessment: dict[str, Any]) -> None:
    changes = {row["rule"]: (row["count"], row["examples"]) for row in assessment["changes"]}
    left = {row["resource"]: row["count"] for row in assessment["left_behind"]}

    assert changes["node_choice"] == (1, ["StatefulSet shop/search"])
    assert changes["load_balancer"] == (2, ["Service shop/web", "Service warehouse/scanners"])
    assert "server_fields" not in changes
    assert (left["nodes"], left["events"]) == (4, 12)


def test_predictions_sum_up_what_is_known_and_count_what_is_not(assessment: dict[str, Any]) -> None:
    phases = {row["id"]: row for row in assessment["prediction"]["phases"]}

    assert (phases["swr_image_sync"]["items"], phases["swr_image_sync"]["unknown"]) == (20, 1)
    assert phases["swr_image_sync"]["bytes"] == 19 * 50_000_000
    assert phases["rds_dump_restore"]["seconds"] == 2 * 5 + 2000
    assert (phases["obs_sync"]["bytes"], phases["obs_sync"]["unknown"]) == (0, 1)
    assert phases["velero_backup_restore"]["bytes"] == 752 * 2**30
    assert phases["cutover"]["seconds"] == assessment["prediction"]["downtime"]["seconds"]
    assert assessment["prediction"]["unknown"] == 2
    assert assessment["prediction"]["bytes"] == sum(row["bytes"] for row in phases.values())


@pytest.mark.parametrize(
    ("volumes", "followed", "dumped", "slowest", "seconds"),
    [
        pytest.param([], 0, 0, "databases", 5, id="empty databases"),
        pytest.param([10**8] * 4, 0, 0, "volumes", 6, id="four volumes at a time"),
        pytest.param([0] * 9, 0, 0, "volumes", 5 * 9 / 4, id="nine volumes take longer"),
        pytest.param([3 * 10**9], 0, 0, "volumes", 5 + 30, id="the proof reads the whole volume"),
        pytest.param([0], 2 * 10**9, 0, "databases", 5 + 40, id="and the whole followed database"),
        pytest.param([0], 0, 2 * 10**9, "databases", 5 + 200, id="a dump copies changed tables again"),
    ],
)
def test_the_slowest_last_pass_makes_the_downtime(
    volumes: list[int], followed: int, dumped: int, slowest: str, seconds: float
) -> None:
    lab = definition(lambda document: document["databases"][0].update(mode="follow"))
    sizes = {one.name: followed if one.mode == "follow" else dumped for one in lab.databases}
    predicted = predict_downtime(lab, volumes, sizes)

    assert predicted["steps"][0]["name"] == f"last changes and proof of the {slowest}"
    assert predicted["seconds"] == pytest.approx(seconds + 20 + 1, abs=0.1)
    assert predicted["unknown"] == 0


def test_a_database_that_tells_no_size_counts_as_empty_and_unknown() -> None:
    predicted = predict_downtime(definition(), [], {"shop-orders": 0})
    assert (predicted["unknown"], predicted["seconds"]) == (1, 5 + 20 + 1)


def test_an_assessment_goes_on_without_any_connection_but_the_source_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = estate_run(tmp_path)
    only = DocumentConnections({"source_cluster": connection_documents()["source_cluster"]})
    run = MigrationRun(definition=run.definition, ledger=run.ledger, connections=only, run_id=run.run_id)

    assert assess(run)["unknown_sizes"] == 23
    assert run.ledger.read("assessment")["changes"][0]["rule"] == "images"


def test_a_rule_of_the_user_s_is_told_with_its_reason(tmp_path: Path) -> None:
    rule = {
        "name": "team",
        "reason": "we label what we own",
        "selector": {"kind": "Service"},
        "patch": [{"op": "add", "path": "/metadata/labels/team", "value": "a"}],
    }
    written = Adaptation.model_validate({"rules": [rule]})
    run = estate_run(tmp_path)
    run = replace(run, definition=run.definition.model_copy(update={"adaptation": written}))

    assess(run)

    (found,) = [row for row in run.ledger.read("assessment")["changes"] if row["rule"] == "team"]
    assert found["what"] == "we label what we own"


def test_an_assessment_of_nothing_still_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.inventory import take_inventory
    from tests.builders.objects import MemoryCluster, make
    from tests.builders.runs import run as lab_run

    monkeypatch.setattr(assessing, "measure", lambda run, images: Measured())
    run = lab_run(tmp_path, definition=definition())
    names = ("shop", "warehouse", "kube-system")
    run.__dict__["source"] = MemoryCluster(
        "source", *(make("v1", "Namespace", name, metadata={"uid": name}) for name in names)
    )
    take_inventory(run)

    assert assess(run)["nodes"] == 2


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}, "Flux Kustomization apps"),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:a/b"}},
            "Argo CD application shop",
        ),
        (
            {
                "labels": {"helm.toolkit.fluxcd.io/name": "shop"},
                "annotations": {"meta.helm.sh/release-name": "shop"},
            },
            "Flux HelmRelease shop",
        ),
        ({"labels": {"app.kubernetes.io/managed-by": "pulumi"}}, "pulumi"),
        ({}, "no known tool"),
    ],
)
def test_owners_are_known_by_what_their_tools_leave(metadata: dict[str, Any], owner: str) -> None:
    assert owner_of(deployment(metadata=metadata)) == owner


def test_what_nobody_measured_is_unknown(assessment: dict[str, Any]) -> None:
    usage = assessment["source"]["usage"]

    assert (usage["nodes_used"], usage["pods_used"], usage["workloads"]) == (None, None, [])
    assert {row["used"] for row in usage["nodes"]} == {None}
    assert assessment["prediction"]["volumes"] == {"measured": 0, "claimed": 6}


@pytest.fixture
def measured_assessment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(assessing, "measure", measured)
    run = measured_estate_run(tmp_path)
    assess(run)
    document: dict[str, Any] = run.ledger.read("assessment")
    return document


def test_what_was_measured_stands_beside_what_is_requested(measured_assessment: dict[str, Any]) -> None:
    usage = measured_assessment["source"]["usage"]

    assert [row["name"] for row in usage["nodes"]] == ["worker-a", "worker-b", "worker-c", "cp-1"]
    assert usage["nodes"][0]["requested"] == {"millicores": 2750, "memory": 9728 * 2**20, "pods": 3}
    assert usage["nodes"][0]["used"] == {"millicores": 5900, "memory": 24 * 2**30}
    assert usage["nodes_used"] == {"millicores": 12700, "memory": 62 * 2**30}
    assert usage["pods_used"] == {"millicores": 3 * 2640, "memory": 3 * 10710 * 2**20}
    assert {row["name"]: row["used"]["memory"] // 2**20 for row in usage["workloads"]} == {
        "Deployment shop/api": 2900,
        "Deployment shop/mailer": 410,
        "StatefulSet shop/search": 7400,
    }


def test_volumes_are_told_with_what_is_in_them(measured_assessment: dict[str, Any]) -> None:
    disks, share = (
        next(row for row in measured_assessment["source"]["volumes"] if row["class"] == name)
        for name in ("gp3", "efs-shared")
    )

    assert (disks["used_bytes"], disks["unknown"]) == (int(67.25 * 2**30), 1)
    assert (share["used_bytes"], share["unknown"]) == (0, 1)
    assert {row["claim"]: row["used_bytes"] for row in disks["volumes"]}["shop/uploads"] == 31 * 2**30


def test_used_bytes_are_predicted_where_they_are_known_and_claimed_ones_elsewhere(
    measured_assessment: dict[str, Any],
) -> None:
    prediction = measured_assessment["prediction"]
    phases = {row["id"]: row for row in prediction["phases"]}

    assert phases["velero_backup_restore"]["bytes"] == int(67.25 * 2**30) + 402 * 2**30
    assert prediction["volumes"] == {"measured": 4, "claimed": 2}
