from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from include.adaptation.hold import hold
from include.errors import ProofError
from include.inventory.store import save_inventory
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from include.verification import verify_objects, verify_workloads, workloads
from include.verification.readiness import is_unplaceable, judge, pod_reasons
from tests.builders.objects import MemoryCluster, container, deployment, inventory, make, pod, workload
from tests.builders.runs import run as lab_run

RUNNING = {"observedGeneration": 0, "updatedReplicas": 2, "readyReplicas": 2}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workloads, "POLL_SECONDS", 0.0)


def with_status(obj: dict[str, Any], **status: Any) -> dict[str, Any]:
    return {**obj, "status": status}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    row = {"name": "app", "state": {"waiting": {"reason": reason, "message": message}}}
    return pod(status={"phase": "Pending", "containerStatuses": [row]})


def unscheduled(message: str) -> dict[str, Any]:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return pod(status={"phase": "Pending", "conditions": [condition]})


CASES = [
    pytest.param(with_status(deployment(), **RUNNING), 2, [], None, False, id="all pods ready"),
    pytest.param(with_status(deployment(replicas=0)), 0, [], None, False, id="none wanted, none there"),
    pytest.param(
        with_status(deployment(), readyReplicas=1, updatedReplicas=2),
        2,
        [],
        "1 of 2 pods are ready",
        False,
        id="one is missing",
    ),
    pytest.param(
        with_status(deployment(), readyReplicas=2, updatedReplicas=1),
        2,
        [],
        "2 of 2 pods are ready",
        False,
        id="old pods still serve",
    ),
    pytest.param(None, 2, [], "it is not there", True, id="missing"),
    pytest.param(hold(deployment()), 2, [], "it is still held", True, id="held"),
    pytest.param(
        with_status(deployment(replicas=1)),
        2,
        [],
        "it asks for 1 pods instead of 2",
        True,
        id="other replicas",
    ),
    pytest.param(
        with_status(deployment()),
        2,
        [waiting("ImagePullBackOff", "not found")],
        "0 of 2 pods are ready: ImagePullBackOff (pod web-1: not found)",
        True,
        id="no image",
    ),
    pytest.param(
        with_status(deployment()),
        2,
        [waiting("CrashLoopBackOff")],
        "0 of 2 pods are ready: CrashLoopBackOff (pod web-1)",
        False,
        id="a restart may help",
    ),
    pytest.param(
        with_status(
            workload("DaemonSet", "a"), desiredNumberScheduled=1, numberReady=1, updatedNumberScheduled=1
        ),
        None,
        [],
        None,
        False,
        id="a DaemonSet on every node",
    ),
    pytest.param(
        with_status(workload("StatefulSet", "s", replicas=1), readyReplicas=1),
        1,
        [],
        None,
        False,
        id="a StatefulSet",
    ),
]


@pytest.mark.parametrize(("obj", "wanted", "pods", "waits_for", "is_hopeless"), CASES)
def test_judges(
    obj: dict[str, Any] | None,
    wanted: int | None,
    pods: list[dict[str, Any]],
    waits_for: str | None,
    is_hopeless: bool,
) -> None:
    seen = judge(obj, wanted, pods)
    assert (seen.waits_for, seen.is_hopeless) == (waits_for, is_hopeless)


def test_a_pod_that_cannot_be_scheduled_says_why() -> None:
    assert pod_reasons([unscheduled("0/1 nodes available")]) == [
        "Unschedulable (pod web-1: 0/1 nodes available)"
    ]


SELECTOR = "2 node(s) didn't match Pod's node affinity/selector"
TAINT = "1 node(s) had untolerated taint {dedicated: gpu}"


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        pytest.param(SELECTOR, True, id="labels"),
        pytest.param(f"{TAINT}, {SELECTOR}", True, id="a taint here, labels there"),
        pytest.param("1 node(s) had untolerated taint(s) {a: b, c: d}", True, id="several taints"),
        pytest.param(f"1 Insufficient cpu, {SELECTOR}", False, id="another pod may end"),
        pytest.param(
            "1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }", False, id="a node starts"
        ),
        pytest.param("pod has unbound immediate PersistentVolumeClaims", False, id="a claim is bound later"),
    ],
)
def test_whether_waiting_can_bring_a_node(why: str, expected: bool) -> None:
    said = (
        f"0/3 nodes are available: {why}. preemption: 0/3 nodes are available: 3 Preemption is not helpful."
    )
    assert is_unplaceable(unscheduled(said)) == expected


def planned_run(folder: Path, target: list[dict[str, Any]], *objects: dict[str, Any]) -> MigrationRun:
    run = lab_run(folder)
    kept = inventory(*objects, namespaces=["shop"], registries=[])
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    run.__dict__["target"] = MemoryCluster("target", *target)
    return run


def adapted(obj: dict[str, Any]) -> dict[str, Any]:
    spec = obj["spec"]["template"]["spec"]
    spec["imagePullSecrets"] = [{"name": "default-secret"}]
    spec["containers"] = [container("swr.eu-de.lab/shop/shop/app:1")]
    return obj


def test_a_running_workload_has_an_equal_proof(tmp_path: Path) -> None:
    run = planned_run(tmp_path, [with_status(deployment(), **RUNNING)], deployment())
    assert verify_workloads(run) == 1
    proof = run.ledger.proofs("verification")["workload/deployments.apps/shop/web"]
    assert (proof.source, proof.target, proof.equal) == (2, 2, True)


def test_workloads_that_cannot_start_are_given_up_before_the_timeout(tmp_path: Path) -> None:
    seconds = itertools.count(0, 10)
    run = planned_run(
        tmp_path, [with_status(deployment()), waiting("ImagePullBackOff")], deployment(), deployment("gone")
    )
    with pytest.raises(ProofError) as caught:
        verify_workloads(run, clock=lambda: float(next(seconds)))
    assert next(seconds) < 200
    assert sorted(problem.split(";")[0] for problem in caught.value.problems) == [
        "Deployment shop/gone, target cluster: it is not there",
        "Deployment shop/web, target cluster: 0 of 2 pods are ready: ImagePullBackOff (pod web-1)",
    ]
    assert {item.action for item in run.ledger.items("verification")} == {"failed"}


def unplaced_run(folder: Path, *target: dict[str, Any]) -> MigrationRun:
    waits = unscheduled(f"0/2 nodes are available: {SELECTOR}. preemption: not helpful.")
    return planned_run(folder, [with_status(deployment()), waits, *target], deployment())


def test_a_pod_that_no_node_may_run_is_given_up_with_its_name_and_what_to_do(tmp_path: Path) -> None:
    seconds = itertools.count(0, 10)
    with pytest.raises(ProofError) as caught:
        verify_workloads(unplaced_run(tmp_path), clock=lambda: float(next(seconds)))
    assert next(seconds) < 300
    (problem,) = caught.value.problems
    assert "pod web-1: 0/2 nodes are available" in problem
    assert "adaptation.node_labels" in problem


def test_a_pod_for_which_the_autoscaler_makes_a_node_is_waited_for(tmp_path: Path) -> None:
    seconds = itertools.count(0, 10)
    event = make("v1", "Event", "web-1.1", reason="TriggeredScaleUp")
    with pytest.raises(ProofError):
        verify_workloads(unplaced_run(tmp_path, event), clock=lambda: float(next(seconds)))
    assert next(seconds) >= workloads.TIMEOUT_SECONDS


def test_a_workload_that_starts_slowly_ends_with_the_timeout(tmp_path: Path) -> None:
    run = planned_run(tmp_path, [with_status(deployment())], deployment())
    with pytest.raises(ProofError, match="0 of 2 pods are ready"):
        verify_workloads(run, timeout_seconds=0.05)


def test_objects_are_compared_with_their_adapted_form(tmp_path: Path) -> None:
    config_map = make("v1", "ConfigMap", "c", data={"db": "pg.source.lab:5432"})
    moved = make("v1", "ConfigMap", "c", data={"db": "pg.rds.lab:5432"})
    run = planned_run(tmp_path, [adapted(deployment()), moved], deployment(), config_map)
    assert verify_objects(run) == 2
    assert all(proof.equal for proof in run.ledger.proofs("verification").values())


def test_all_differing_objects_are_named_at_once(tmp_path: Path) -> None:
    run = planned_run(tmp_path, [adapted(deployment(replicas=1))], deployment(), make("v1", "ConfigMap", "c"))
    with pytest.raises(ProofError) as caught:
        verify_objects(run)
    assert caught.value.problems == [
        "ConfigMap shop/c, target cluster: it is not there",
        "Deployment shop/web, target cluster: spec.replicas: expected 2, found 1",
    ]
