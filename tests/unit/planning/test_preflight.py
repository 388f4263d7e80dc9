from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cloud import PROVIDERS
from include.definition.places import Target
from include.errors import ConnectionDetailsError, PermanentError, PreflightError
from include.planning import preflight, preflight_checks
from include.planning.preflight import (
    buckets,
    capacity,
    clocks,
    clusters,
    databases,
    namespaces,
    rights,
    smallest_disk,
    storage_classes,
)
from tests.builders.connections import connection_documents, connections
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, claim, deployment, make, pod
from tests.builders.runs import run as lab_run

READY = {
    "conditions": [{"type": "Ready", "status": "True"}],
    "allocatable": {"cpu": "2", "memory": "4Gi", "pods": "110"},
}


def version(minor: str) -> dict[str, str]:
    return {"major": "1", "minor": minor, "gitVersion": f"v1.{minor}.0"}


class Check:
    """Be a check with a given outcome."""

    def __init__(self, *problems: str, error: Exception | None = None) -> None:
        self.problems, self.error = problems, error

    def __call__(self, run: Any) -> list[str]:
        if self.error:
            raise self.error
        return list(self.problems)


def only(
    monkeypatch: pytest.MonkeyPatch, checks: dict[str, Check], *, of_target: dict[str, Check] | None = None
) -> None:
    monkeypatch.setattr(preflight_checks, "preflight_checks", lambda: checks)
    monkeypatch.setattr(preflight_checks, "target_checks", lambda: of_target or {})
    monkeypatch.setattr(preflight_checks, "server_checks", dict)
    monkeypatch.setattr(preflight_checks, "is_target_complete", lambda run: True)


def test_all_problems_of_all_checks_are_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = {
        "one": Check("a is missing", "b is missing"),
        "two": Check(error=PermanentError("c is refused")),
        "three": Check(error=ValueError("oops")),
        "four": Check(error=ConnectionDetailsError("connection d is empty")),
        "five": Check("a is missing", "target.cluster: connection d is empty"),
    }
    only(monkeypatch, checks)
    with pytest.raises(PreflightError) as caught:
        preflight_checks.check_preflight(lab_run(tmp_path))
    assert caught.value.problems == [
        "a is missing",
        "b is missing",
        "c is refused",
        "check three could not be made: ValueError: oops",
        "target.cluster: connection d is empty",
    ]


def test_an_unusable_connection_that_no_check_names_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = {"one": Check(error=ConnectionDetailsError("kubeconfig: it is not YAML"))}
    only(monkeypatch, checks)
    with pytest.raises(PreflightError, match="kubeconfig: it is not YAML"):
        preflight_checks.check_preflight(lab_run(tmp_path))


def test_no_problem_means_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, {"one": Check()})
    preflight_checks.check_preflight(lab_run(tmp_path))


def test_every_file_of_the_folder_is_a_check() -> None:
    files = {path.stem for path in Path(preflight.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(preflight_checks.preflight_checks()) | set(preflight_checks.target_checks()) == files


def test_a_target_that_is_there_is_checked_with_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, {"one": Check("a is missing")}, of_target={"one": Check("b is missing")})
    run = lab_run(tmp_path)
    with pytest.raises(PreflightError) as caught:
        preflight_checks.check_preflight(run)

    assert caught.value.problems == ["a is missing", "b is missing"]
    assert preflight_checks.left_out(run.ledger) == []


def test_a_target_that_is_to_be_made_is_checked_once_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, {"one": Check()}, of_target={"one": Check("b is missing"), "two": Check()})
    monkeypatch.setattr(preflight_checks, "is_target_complete", lambda run: False)
    run = lab_run(tmp_path)
    preflight_checks.check_preflight(run)

    with pytest.raises(PreflightError, match="b is missing"):
        preflight_checks.check_target(run)
    only(monkeypatch, {}, of_target={"one": Check(), "two": Check()})
    assert preflight_checks.check_target(run) == 2


@pytest.mark.parametrize(
    ("source", "target", "is_same", "words"),
    [
        pytest.param("33", "34+", False, [], id="a newer target"),
        pytest.param("33", "33", False, [], id="an equal target"),
        pytest.param("34", "33", False, ["upgrade the target"], id="an older target"),
        pytest.param("33", "33", True, ["is the source cluster itself"], id="one cluster twice"),
    ],
)
def test_compares_the_two_clusters(source: str, target: str, is_same: bool, words: list[str]) -> None:
    problems = list(clusters.compare(version(source), version(target), is_same=is_same))
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


def test_requests_are_summed_with_the_largest_init_container() -> None:
    request = {"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}
    large = {"resources": {"requests": {"cpu": "2"}}}
    pods = [
        pod("a", spec={"containers": [request, request], "initContainers": [large]}),
        pod("done", spec={"containers": [request]}, status={"phase": "Succeeded"}),
    ]
    assert capacity.sum_requests(pods) == {"cpu": 2.0, "memory": 2.0 * 2**30, "pods": 1.0}


def test_too_small_a_target_is_told_in_numbers() -> None:
    needed = {"cpu": 3.0, "memory": 2.0**30, "pods": 5.0}
    problems = list(
        capacity.compare(
            needed, {"cpu": 4.0, "memory": 2.0**32, "pods": 110.0}, {"cpu": 2.0, "memory": 0.0, "pods": 1.0}
        )
    )
    assert problems == ["target cluster: the pods need 3.0 cores (cpu), its nodes have 2.0 left; add nodes"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": READY}, True),
        ({"status": READY, "spec": {"unschedulable": True}}, False),
        ({"status": READY, "spec": {"taints": [{"effect": "NoSchedule"}]}}, False),
        ({"status": {}}, False),
    ],
)
def test_only_ready_nodes_count(fields: dict[str, Any], expected: bool) -> None:
    assert capacity.is_usable(make("v1", "Node", "n", **fields)) is expected


def test_a_mapped_class_the_target_lacks_is_told(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    run.__dict__["target"] = MemoryCluster("target", make("storage.k8s.io/v1", "StorageClass", "csi-nas"))
    assert sorted(storage_classes.find_target_problems(run)) == [
        f"target.storage_classes.{name}, target cluster: has no StorageClass csi-disk; it has csi-nas"
        for name in ("csi-hostpath", "local-path")
    ]


@pytest.mark.parametrize(
    ("smallest", "target_class", "registry", "told"),
    [
        pytest.param(1, "csi-disk", {}, True, id="a disk that the cloud does not make"),
        pytest.param(10, "csi-disk", {}, False, id="the cloud's smallest disk"),
        pytest.param(1, "csi-nas", {}, False, id="no disks"),
        pytest.param(1, "csi-disk", {"conn_type": "docker", "extra": {}}, False, id="a cloud nobody named"),
    ],
)
def test_a_smallest_disk_that_the_cloud_does_not_make_is_told(
    tmp_path: Path, smallest: int, target_class: str, registry: dict[str, Any], told: bool
) -> None:
    changes = {"smallest_volume_gib": smallest, "storage_classes": {"local-path": target_class}}
    document = connection_documents()["huawei_cloud"] | registry
    run = lab_run(
        tmp_path,
        definition=definition(lambda one: one["target"].update(changes)),
        connections=connections(huawei_cloud=document),
    )
    problems = list(smallest_disk.find_problems(run))

    assert bool(problems) == told
    assert all("Open Telekom Cloud makes no disk below 10 GiB" in problem for problem in problems)


def test_the_definition_s_smallest_disk_is_one_that_every_cloud_makes() -> None:
    floors = {cloud.smallest_disk_gib for cloud in PROVIDERS.values()}
    assert Target.model_fields["smallest_volume_gib"].default == max(floors)


def test_workloads_of_others_on_the_target_are_told() -> None:
    restored = deployment("ours", metadata={"labels": {"velero.io/restore-name": "r"}})
    problems = list(namespaces.strangers([restored, deployment("theirs")]))
    assert len(problems) == 1
    assert problems[0].startswith("Deployment shop/theirs, target cluster")


@pytest.mark.parametrize(
    ("skews", "count"),
    [
        ({"source cluster": 1.0, "target cluster": -2.0}, 0),
        ({"source cluster": 400.0, "target cluster": 0.0}, 1),
        ({"source cluster": 200.0, "target cluster": -200.0}, 1),
        ({}, 0),
    ],
)
def test_clocks_more_than_five_minutes_apart_are_told(skews: dict[str, float], count: int) -> None:
    assert len(list(clocks.compare(skews))) == count


class Bucket:
    """Be an S3 client of one bucket."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def list_objects_v2(self, Bucket: str, MaxKeys: int, Prefix: str = "") -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        return {"Contents": [{"Key": key} for key in self.keys if key.startswith(Prefix)][:MaxKeys]}


@pytest.mark.parametrize(
    ("keys", "is_free"),
    [
        ((), True),
        (("a.jpg",), False),
        ((".cce-migration-lab.json", "a.jpg"), True),
        ((".cce-migration-other.json", "a.jpg"), False),
    ],
)
def test_a_target_bucket_is_empty_or_ours(keys: tuple[str, ...], is_free: bool) -> None:
    assert buckets.is_free_or_ours(Bucket(*keys), "pictures", "lab") is is_free


def test_rights_read_like_kubectl() -> None:
    assert str(rights.Right("create", "jobs", "batch", "shop")) == "create jobs.batch in shop"
    assert str(rights.Right("list", "nodes")) == "list nodes"


def test_a_claim_of_somebody_else_with_a_planned_name_is_refused() -> None:
    restored = claim("uploads")
    restored["metadata"]["labels"] = {"velero.io/restore-name": "one"}
    theirs, unplanned = claim("theirs"), claim("unplanned")

    problems = list(namespaces.foreign_claims([restored, theirs, unplanned], {"uploads", "theirs"}))

    assert [problem.split(",")[0] for problem in problems] == ["PersistentVolumeClaim shop/theirs"]


@pytest.mark.parametrize(
    ("namespace", "is_ending"),
    [
        (None, False),
        (make("v1", "Namespace", "shop"), False),
        (make("v1", "Namespace", "shop", status={"phase": "Terminating"}), True),
    ],
)
def test_a_namespace_that_is_being_deleted_is_noticed(
    namespace: dict[str, Any] | None, is_ending: bool
) -> None:
    assert namespaces.is_ending(namespace) == is_ending


def test_one_bucket_behind_two_connections_is_noticed(tmp_path: Path) -> None:
    changed = definition(
        lambda document: document["velero"].update(connection="other", bucket="product-pictures")
    )
    run = lab_run(tmp_path, definition=changed, connections=connections(other=connection_documents()["obs"]))

    assert [problem.partition(": ")[2] for problem in buckets._shared(run)] == [
        "is the bucket for product-pictures, too; name another"
    ]


def test_one_database_behind_two_connections_is_noticed(tmp_path: Path) -> None:
    changed = definition(lambda document: document["databases"][0].update(target="other"))
    run = lab_run(
        tmp_path,
        definition=changed,
        connections=connections(other=connection_documents()["source_postgres"]),
    )

    assert [problem.partition(": ")[2] for problem in databases._shared(run)] == [
        "shop there is the source of shop-orders, too; name another"
    ]


def test_the_lab_s_own_buckets_and_databases_are_apart(tmp_path: Path) -> None:
    run = lab_run(tmp_path)

    assert [*buckets._shared(run), *databases._shared(run)] == []
