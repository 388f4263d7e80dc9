from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.adaptation.hold import remembered
from include.cutover import is_quiesced, quiescing, readying
from include.cutover.quiescing import are_writers_held
from include.cutover.readying import ready_target
from include.errors import PermanentError, ProofError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import deployment, workload
from tests.builders.runs import run as lab_run
from tests.unit.cutover.test_rolling_back import Patching

WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
AGENT = "/apis/apps/v1/namespaces/shop/daemonsets/agent"


def prepared(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, on_target: bool = False, **cutover: Any
) -> MigrationRun:
    settings = definition(lambda document: document["cutover"].update(cutover))
    made = lab_run(folder, definition=settings)
    save_plan(made.ledger, Plan(items=[]))
    for module in (quiescing, readying):
        monkeypatch.setattr(module, "is_traffic_on_target", lambda run: on_target)
    monkeypatch.setattr(readying, "lower_ttl", lambda run: 0.0)
    monkeypatch.setattr(readying, "stand_by", lambda run: 3)
    monkeypatch.setattr(readying, "prove_buckets", lambda run: 1)
    monkeypatch.setattr(readying, "pull_ahead", lambda run: 2)
    made.__dict__["target"] = Patching("target", deployment(replicas=3), workload("DaemonSet", "agent"))
    return made


def test_what_writes_nothing_is_started_and_the_rest_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path, monkeypatch, start_early=["DaemonSet shop/agent"])

    assert ready_target(run) == {"held": 2, "standing_by": 3, "pulls": 2, "started": 1}
    assert remembered(run.target.get(AGENT)) is None
    assert remembered(run.target.get(WEB)) == {"replicas": 3}
    assert are_writers_held(run, "target")
    assert not is_quiesced(run, "target"), "what undoes the cutover has something to stop"


def test_without_names_all_of_the_target_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path, monkeypatch, start_early=[])

    assert ready_target(run)["started"] == 0
    assert is_quiesced(run, "target")


def test_a_target_that_serves_customers_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path, monkeypatch, on_target=True, start_early=["DaemonSet shop/agent"])

    assert ready_target(run) == {"held": 0, "standing_by": 3, "pulls": 2, "started": 0}
    assert run.target.get(WEB)["spec"]["replicas"] == 3


def test_buckets_that_differ_ahead_are_left_to_the_last_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path, monkeypatch)

    def differ(run: MigrationRun) -> int:
        raise ProofError(["bucket pictures: 1 object differs"], "buckets differ")

    monkeypatch.setattr(readying, "prove_buckets", differ)
    assert ready_target(run)["standing_by"] == 3


def test_nothing_is_stopped_on_frozen_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = {"first": "2000-01-01", "last": "2999-12-31", "reason": "for ever"}
    run = prepared(tmp_path, monkeypatch, freezes=[frozen])

    with pytest.raises(PermanentError, match="for ever"):
        ready_target(run)
    assert run.target.get(WEB)["spec"]["replicas"] == 3
