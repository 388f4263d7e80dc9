from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import pytest

from include.adaptation.hold import remembered
from include.adaptation.merge_patch import apply_merge_patch
from include.cutover import (
    await_probe,
    cutover_evidence,
    is_quiesced,
    is_rolled_back,
    probing,
    quiesce,
    quiescing,
    release_workloads,
    rolling_back,
    unquiesce,
)
from include.cutover.final_pass import move_last_changes
from include.cutover.rolling_back import end_quiesce, roll_back
from include.errors import ClusterUnavailableError, PermanentError, TemporaryError, WaitTimeoutError
from include.ledger import Proof
from include.planning.model import Plan, PlanItem, save_plan
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, deployment, pod
from tests.builders.runs import item
from tests.builders.runs import run as lab_run

WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
BUCKET = PlanItem(
    key="pictures", phase="obs_sync", kind="bucket", source="from", target="to", action="copy", details={}
)


class Patching(MemoryCluster):
    """Take merge patches as the API does."""

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        self.objects[path] = apply_merge_patch(self.objects[path], copy.deepcopy(patch))
        return copy.deepcopy(self.objects[path])


class Traffic:
    """Say where the front door leads."""

    def __init__(self) -> None:
        self.on_target = False
        self.taken_back = 0
        self.renewed = 0

    def switch_back(self, run: MigrationRun) -> None:
        self.on_target = False

    def renew(self, run: MigrationRun) -> None:
        self.renewed += 1

    def take_back(self, run: MigrationRun) -> int:
        self.taken_back += 1
        return 2


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    made = Traffic()
    for module in (quiescing, rolling_back):
        monkeypatch.setattr(module, "is_traffic_on_target", lambda run: made.on_target)
    monkeypatch.setattr(rolling_back, "switch_back", made.switch_back)
    monkeypatch.setattr(rolling_back, "take_back", made.take_back)
    monkeypatch.setattr(rolling_back, "bring_all_back", lambda run, *, leaves_behind: [])
    monkeypatch.setattr(rolling_back, "renew_target", made.renew)
    monkeypatch.setattr(quiescing, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(rolling_back, "ENDING_SECONDS", 0.05)
    monkeypatch.setattr(rolling_back, "POLL_SECONDS", 0.01)
    return made


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    made = lab_run(tmp_path)
    save_plan(made.ledger, Plan(items=[BUCKET]))
    for side in ("source", "target"):
        made.__dict__[side] = Patching(side, deployment(replicas=3))
    return made


def replicas(run: MigrationRun, side: str) -> int:
    return int(getattr(run, side).get(WEB)["spec"]["replicas"])


def test_a_switch_is_undone_with_the_source_running_and_the_target_still(
    run: MigrationRun, traffic: Traffic
) -> None:
    quiesce(run, "source")
    run.ledger.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00", "before": [], "after": []})
    traffic.on_target = True
    assert roll_back(run) is True
    assert not traffic.on_target
    assert (replicas(run, "source"), replicas(run, "target")) == (3, 0)
    assert traffic.taken_back == 1
    assert is_rolled_back(run)


def test_what_the_target_took_is_brought_back_while_both_sides_stand_still(
    run: MigrationRun, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def bring_back(run: MigrationRun, *, leaves_behind: bool) -> list[str]:
        assert leaves_behind
        seen.append((replicas(run, "source"), replicas(run, "target")))
        return ["database shop: writes stay"]

    monkeypatch.setattr(rolling_back, "bring_all_back", bring_back)
    quiesce(run, "source")
    run.ledger.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00", "before": [], "after": []})
    traffic.on_target = True
    assert roll_back(run) is True
    assert seen == [(0, 0)]
    assert run.ledger.read("cutover/rolled-back")["lost"] == ["database shop: writes stay"]


def test_the_source_is_not_stopped_when_a_following_failed(
    run: MigrationRun, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: MigrationRun) -> None:
        raise PermanentError("definitions changed")

    monkeypatch.setattr(quiescing, "refuse_unfollowed", refuse)
    with pytest.raises(PermanentError, match="definitions changed"):
        quiesce(run, "source")
    assert replicas(run, "source") == 3


def test_a_switch_made_again_after_its_rollback_counts_anew(run: MigrationRun, traffic: Traffic) -> None:
    quiesce(run, "source")
    run.ledger.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00", "before": [], "after": []})
    assert roll_back(run) is True
    assert roll_back(run) is False
    run.ledger.write("cutover/endpoint", {"at": "2999-01-01T00:00:00.000+00:00", "before": [], "after": []})
    assert not is_rolled_back(run)
    assert roll_back(run) is True


def test_a_run_that_switched_nothing_leaves_an_earlier_switch_alone(
    run: MigrationRun, traffic: Traffic
) -> None:
    traffic.on_target = True
    assert roll_back(run) is False
    assert traffic.on_target
    assert not is_rolled_back(run)


def test_a_failure_before_the_switch_starts_the_source_and_stops_the_target(
    run: MigrationRun, traffic: Traffic
) -> None:
    quiesce(run, "source")
    assert end_quiesce(run) == 1
    assert (replicas(run, "source"), replicas(run, "target")) == (3, 0)


def test_after_the_switch_the_source_stays_stopped(run: MigrationRun, traffic: Traffic) -> None:
    quiesce(run, "source")
    traffic.on_target = True
    assert end_quiesce(run) == 0
    assert (replicas(run, "source"), replicas(run, "target")) == (0, 3)


def test_a_run_that_stopped_nothing_touches_nothing(run: MigrationRun, traffic: Traffic) -> None:
    assert end_quiesce(run) == 0
    assert (replicas(run, "source"), replicas(run, "target")) == (3, 3)


def test_a_quiesce_that_never_came_to_its_end_is_undone(run: MigrationRun, traffic: Traffic) -> None:
    stubborn = pod("web-1", owner="web")
    run.__dict__["source"] = Patching("source", deployment(replicas=3), stubborn)
    with pytest.raises(WaitTimeoutError, match="web-1"):
        quiesce(run, "source", timeout_seconds=0.05)
    assert replicas(run, "source") == 0
    assert not quiescing.is_quiesced(run, "source")
    assert end_quiesce(run) == 1
    assert replicas(run, "source") == 3
    assert remembered(run.source.get(WEB)) is None


def test_an_undone_quiesce_is_not_undone_again(run: MigrationRun, traffic: Traffic) -> None:
    quiesce(run, "source")
    unquiesce(run, "source")
    run.source.patch(WEB, {"spec": {"replicas": 5}})
    assert unquiesce(run, "source") == 0
    assert replicas(run, "source") == 5


def test_a_last_copy_beside_running_writers_is_refused(run: MigrationRun, traffic: Traffic) -> None:
    with pytest.raises(PermanentError, match="writers were not stopped"):
        move_last_changes(run)


def test_no_cutover_begins_unmeasured(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "POLL_SECONDS", 0.01)
    run.ledger.write(
        "cutover/probe/lab-1", {"succeeded": 0, "finished": False, "failed": 7, "updated": time.time()}
    )
    with pytest.raises(WaitTimeoutError, match="nothing was stopped"):
        await_probe(run, timeout_seconds=0.05)
    run.ledger.write(
        "cutover/probe/lab-1", {"succeeded": 1, "finished": False, "failed": 7, "updated": time.time()}
    )
    await_probe(run, timeout_seconds=0.05)


def test_the_evidence_counts_what_is_proved_and_names_what_is_open(run: MigrationRun) -> None:
    run.ledger.record_item("obs_sync", item("pictures", bytes=2_000_000))
    assert "- obs_sync/pictures: no proof was recorded" in cutover_evidence(run)
    run.ledger.record_proof("obs_sync", "pictures", Proof(method="keys", source=1, target=1, equal=True))
    text = cutover_evidence(run)
    assert "| obs_sync | 1 | 0 | 0 | 0 | 2 MB |" in text
    assert "Every item has an equal proof" in text
    assert "shop.lab." in text


def test_a_pod_that_nobody_controls_on_the_target_does_not_keep_the_source_stopped(
    run: MigrationRun, traffic: Traffic
) -> None:
    quiesce(run, "source")
    run.__dict__["target"] = Patching("target", deployment(replicas=3), pod("debugger"))
    run.ledger.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00", "before": [], "after": []})
    traffic.on_target = True

    assert roll_back(run)

    assert replicas(run, "source") == 3
    assert replicas(run, "target") == 0


class Unreachable(Patching):
    """Be a cluster whose API server is down."""

    def list(self, *_: Any, **__: Any) -> Any:
        raise ClusterUnavailableError("no answer", cluster=self.name)

    patch = list


def test_a_target_that_is_held_need_not_answer_for_the_source_to_be_started(
    run: MigrationRun, traffic: Traffic
) -> None:
    quiesce(run, "target")
    quiesce(run, "source")
    run.__dict__["target"] = Unreachable("target")
    assert end_quiesce(run) == 1
    assert replicas(run, "source") == 3


def test_a_target_that_runs_and_does_not_answer_keeps_the_source_stopped(
    run: MigrationRun, traffic: Traffic
) -> None:
    quiesce(run, "target")
    quiesce(run, "source")
    release_workloads(run)
    run.__dict__["target"] = Unreachable("target")
    with pytest.raises(ClusterUnavailableError):
        end_quiesce(run)
    assert replicas(run, "source") == 0


def test_a_hand_over_without_a_switch_is_taken_back(run: MigrationRun, traffic: Traffic) -> None:
    quiesce(run, "source")
    assert end_quiesce(run) == 1
    assert traffic.taken_back == 1


def test_the_source_runs_before_the_target_s_databases_are_asked(
    run: MigrationRun, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiesce(run, "source")
    run.ledger.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00", "before": [], "after": []})
    run.ledger.write("cutover/handed-over", {"at": "2026-11-26T10:00:00.000+00:00", "undone": None})

    def fail(_: MigrationRun) -> int:
        raise TemporaryError("database server down")

    monkeypatch.setattr(rolling_back, "take_back", fail)
    with pytest.raises(TemporaryError):
        roll_back(run)
    assert replicas(run, "source") == 3
    assert is_rolled_back(run)
    monkeypatch.setattr(rolling_back, "take_back", traffic.take_back)
    assert roll_back(run) is True


def test_what_a_task_of_the_quiesce_holds_after_it_was_told_to_end_is_released_again(
    run: MigrationRun, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiesce(run, "source")
    monkeypatch.setattr(rolling_back, "time", LateHold(run))
    assert end_quiesce(run) == 1
    assert replicas(run, "source") == 3
    assert not is_quiesced(run, "source")


class LateHold:
    """Be the module time; at the first pause a task that is being ended holds the source once more."""

    def __init__(self, run: MigrationRun) -> None:
        self._run = run
        self._is_done = False

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if not self._is_done:
            self._is_done = True
            quiesce(self._run, "source")
        time.sleep(seconds)


def test_a_switch_that_a_killed_task_still_makes_is_waited_for(
    run: MigrationRun, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiesce(run, "source")
    run.ledger.write("cutover/handed-over", {"at": "2026-11-26T10:00:00.000+00:00", "undone": None})

    def switch(_: float) -> None:
        traffic.on_target = True

    monkeypatch.setattr(rolling_back.time, "sleep", switch)
    assert end_quiesce(run) == 0
    assert replicas(run, "source") == 0
