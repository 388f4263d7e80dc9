from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from include.adaptation.hold import HELD, remembered
from include.adaptation.merge_patch import apply_merge_patch
from include.cutover import is_quiesced, quiesce, quiescing, release_workloads, unquiesce
from include.cutover.gates import pass_gates
from include.errors import PermanentError, ProofError, TemporaryError, WaitTimeoutError
from include.ledger import Proof
from include.planning.model import Plan, PlanItem, save_plan
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, deployment, make, pod, workload
from tests.builders.runs import run as lab_run

BUCKET = PlanItem(
    key="pictures", phase="obs_sync", kind="bucket", source="from", target="to", action="copy", details={}
)


class Patching(MemoryCluster):
    """Take merge patches as the API does; pods are gone as soon as everything is held."""

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        self.objects[path] = apply_merge_patch(self.objects[path], copy.deepcopy(patch))
        return copy.deepcopy(self.objects[path])


def cron_job() -> dict[str, Any]:
    return make("batch/v1", "CronJob", "nightly", spec={"schedule": "* * * * *", "jobTemplate": {"spec": {}}})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    monkeypatch.setattr(quiescing, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(quiescing, "is_traffic_on_target", lambda run: False)
    made = lab_run(tmp_path)
    save_plan(made.ledger, Plan(items=[BUCKET]))
    made.ledger.record_proof("obs_sync", "pictures", Proof(method="keys", source=1, target=1, equal=True))
    for side in ("source", "target"):
        made.__dict__[side] = Patching(
            side, deployment(replicas=3), workload("DaemonSet", "agent"), cron_job()
        )
    return made


def spec_of(run: MigrationRun, side: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = getattr(run, side).get(path)
    return found


WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
NIGHTLY = "/apis/batch/v1/namespaces/shop/cronjobs/nightly"


def test_a_quiesce_stops_every_kind_and_remembers_it(run: MigrationRun) -> None:
    assert quiesce(run, "source") == 3
    assert spec_of(run, "source", WEB)["spec"]["replicas"] == 0
    assert spec_of(run, "source", NIGHTLY)["spec"]["suspend"] is True
    assert is_quiesced(run, "source")
    rows = {row["name"]: row["before"] for row in run.ledger.read("cutover/quiesced-source")["workloads"]}
    assert rows["web"] == {"replicas": 3}


def test_a_second_quiesce_keeps_what_the_first_remembers(run: MigrationRun) -> None:
    quiesce(run, "source")
    quiesce(run, "source")
    assert remembered(spec_of(run, "source", WEB)) == {"replicas": 3}


def test_a_quiesce_is_undone_as_it_was(run: MigrationRun) -> None:
    quiesce(run, "source")
    assert unquiesce(run, "source") == 3
    web = spec_of(run, "source", WEB)
    assert web["spec"]["replicas"] == 3
    assert HELD not in (web["metadata"].get("annotations") or {})
    assert not is_quiesced(run, "source")


def test_the_source_stays_still_once_the_traffic_left(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiesce(run, "source")
    monkeypatch.setattr(quiescing, "is_traffic_on_target", lambda run: True)
    assert unquiesce(run, "source") == 0
    assert spec_of(run, "source", WEB)["spec"]["replicas"] == 0
    with pytest.raises(PermanentError, match="two writers"):
        release_workloads(run, "source")


def test_a_target_that_serves_customers_is_left_alone(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiescing, "is_traffic_on_target", lambda run: True)
    assert quiesce(run, "target") == 0
    assert spec_of(run, "target", WEB)["spec"]["replicas"] == 3


def test_warm_proofs_expire_at_the_first_quiesce_only(run: MigrationRun) -> None:
    quiesce(run, "source")
    assert not run.ledger.proofs("obs_sync")["pictures"].equal
    run.ledger.record_proof("obs_sync", "pictures", Proof(method="keys", source=1, target=1, equal=True))
    quiesce(run, "source")
    assert run.ledger.proofs("obs_sync")["pictures"].equal


def test_pods_nobody_controls_stop_the_quiesce_before_it_touches_anything(run: MigrationRun) -> None:
    run.__dict__["source"] = Patching("source", deployment(replicas=3), pod("lonely"))
    with pytest.raises(PermanentError, match="Pod shop/lonely, source cluster: nothing controls them"):
        quiesce(run, "source")
    assert spec_of(run, "source", WEB)["spec"]["replicas"] == 3


def test_pods_that_do_not_end_are_named(run: MigrationRun) -> None:
    run.__dict__["source"] = Patching("source", deployment(replicas=3), pod("web-1", owner="web"))
    with pytest.raises(WaitTimeoutError, match="Pod shop/web-1, source cluster"):
        quiesce(run, "source", timeout_seconds=0.05)
    assert not is_quiesced(run, "source")


def test_the_clock_stays_stopped_on_the_target_while_the_source_runs(run: MigrationRun) -> None:
    quiesce(run, "target")
    assert release_workloads(run, "target") == 2
    assert spec_of(run, "target", NIGHTLY)["spec"]["suspend"] is True
    quiesce(run, "source")
    assert release_workloads(run, "target") == 1
    assert spec_of(run, "target", NIGHTLY)["spec"]["suspend"] is False


def test_jobs_that_ended_and_workloads_of_others_are_left_alone(run: MigrationRun) -> None:
    ended = make("batch/v1", "Job", "done", spec={}, status={"completionTime": "2026-11-24T10:00:00Z"})
    ours = make("batch/v1", "Job", "mover", spec={}, metadata={"labels": {"cce-migration": "lab"}})
    run.__dict__["source"] = Patching("source", ended, ours)
    assert quiesce(run, "source") == 0
    assert json.dumps(run.source.get("/apis/batch/v1/namespaces/shop/jobs/mover")).count(HELD) == 0


def test_a_source_whose_database_still_refuses_writes_is_started_and_told(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = ["database shop: still refuses writes"]
    monkeypatch.setattr(quiescing, "open_fences", lambda run: left)
    quiesce(run, "source")

    with pytest.raises(TemporaryError, match="still refuses writes"):
        unquiesce(run, "source")
    assert spec_of(run, "source", WEB)["spec"]["replicas"] == 3
    with pytest.raises(TemporaryError, match="still refuses writes"):
        unquiesce(run, "source")
    left.clear()
    assert unquiesce(run, "source") == 0


def test_databases_are_fenced_only_when_the_sources_pods_are_gone(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(
        quiescing, "shut_fences", lambda run: seen.append(spec_of(run, "source", WEB)["spec"]["replicas"])
    )
    quiesce(run, "target")
    assert seen == []
    quiesce(run, "source")
    assert seen == [0]


def test_the_gates_name_everything_that_is_missing(run: MigrationRun) -> None:
    with pytest.raises(ProofError) as caught:
        pass_gates(run)
    assert caught.value.problems[0].startswith("the source still runs")
    assert caught.value.problems[1] == "obs_sync/pictures: planned, but no task reached it"


def test_what_a_custom_resource_controls_is_held_and_let_go(run: MigrationRun) -> None:
    owned = workload("StatefulSet", "pg", replicas=3)
    owned["metadata"]["ownerReferences"] = [
        {"apiVersion": "acid.zalan.do/v1", "kind": "postgresql", "name": "pg", "controller": True}
    ]
    path = "/apis/apps/v1/namespaces/shop/statefulsets/pg"
    run.__dict__["source"] = Patching("source", owned)

    assert quiesce(run, "source") == 1
    assert spec_of(run, "source", path)["spec"]["replicas"] == 0
    assert unquiesce(run, "source") == 1
    assert spec_of(run, "source", path)["spec"]["replicas"] == 3


def test_what_a_held_workload_controls_follows_it(run: MigrationRun) -> None:
    owned = workload("ReplicaSet", "web-1", replicas=3)
    owned["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    ]
    run.__dict__["source"] = Patching("source", owned)

    assert quiesce(run, "source") == 0


def test_the_gates_stay_closed_when_the_source_runs_again(run: MigrationRun) -> None:
    quiesce(run, "source")
    run.__dict__["source"] = Patching("source", pod("web-1", owner="web"))

    with pytest.raises(
        ProofError, match="Pod shop/web-1, source cluster: runs again since the source was stopped"
    ):
        pass_gates(run)
