"""Admission webhooks come last, when their pods answer, and are put away before anything is restored anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cutover import webhooks
from include.cutover.webhooks import apply_webhooks, put_webhooks_away
from include.errors import ProofError
from include.inventory.store import save_inventory
from include.labels import RESTORED
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.planning.webhook_rows import webhook_rows
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, inventory, make
from tests.builders.runs import run as lab_run


def guard(namespace: str = "shop", *, authority: str = "Q0E=", **metadata: Any) -> dict[str, Any]:
    hook = {
        "name": "guard.shop.lab",
        "clientConfig": {"service": {"namespace": namespace, "name": "guard"}, "caBundle": authority},
    }
    return make(
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        "guard",
        webhooks=[hook],
        metadata={"uid": "of-the-source", **metadata},
    )


def endpoints(*, ready: bool) -> dict[str, Any]:
    kind, labels = ("discovery.k8s.io/v1", "EndpointSlice"), {"kubernetes.io/service-name": "guard"}
    endpoints = [{"conditions": {"ready": ready}}]
    return make(*kind, "guard-1", metadata={"labels": labels}, endpoints=endpoints)


def planned_run(folder: Path, source: dict[str, Any], *target: dict[str, Any]) -> MigrationRun:
    run, kept = lab_run(folder), inventory(source)
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=webhook_rows(kept)))
    run.__dict__["target"] = MemoryCluster("target", *target)
    return run


def on_target(run: MigrationRun) -> dict[str, Any] | None:
    return run.target.find(run.target.path_of(guard()))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "ANSWER_SECONDS", 0.0)


def test_one_of_a_migrated_namespace_has_a_row_of_its_own_and_is_not_excluded() -> None:
    kept = inventory(guard(), namespaces=["shop"])
    assert [(row.phase, row.details["services"]) for row in webhook_rows(kept)] == [
        ("cutover", ["shop/guard"])
    ]
    assert object_rows(kept) == []


def test_one_of_another_namespace_stays_behind_with_the_reason() -> None:
    kept = inventory(guard("guard-system"), namespaces=["shop"])
    assert webhook_rows(kept) == []
    assert [row.details["reason"] for row in object_rows(kept)] == [
        "calls nothing of the migrated namespaces"
    ]


def test_it_is_set_up_as_it_was_when_its_service_answers(tmp_path: Path) -> None:
    run = planned_run(tmp_path, guard(), endpoints(ready=True))

    assert apply_webhooks(run) == 1

    made = on_target(run)
    assert made is not None
    assert made["webhooks"] == guard()["webhooks"]
    assert "uid" not in made["metadata"]
    (record,) = run.ledger.items("cutover")
    assert record.action == "copied"
    assert apply_webhooks(run) == 1
    (record,) = run.ledger.items("cutover")
    assert record.action == "already_equal"


@pytest.mark.parametrize("target", [[], [endpoints(ready=False)]])
def test_it_is_not_set_up_while_nothing_answers(tmp_path: Path, target: list[dict[str, Any]]) -> None:
    run = planned_run(tmp_path, guard(), *target)
    with pytest.raises(ProofError, match="Service shop/guard has no ready pod and it would refuse writes"):
        apply_webhooks(run)
    assert on_target(run) is None


def test_one_that_no_migration_made_is_left_alone_and_compared(tmp_path: Path) -> None:
    stranger = guard(authority="b3RoZXI=")
    run = planned_run(tmp_path, guard(), endpoints(ready=True), stranger)
    with pytest.raises(ProofError, match="was not made by a migration and stays as it is"):
        apply_webhooks(run)
    assert on_target(run) == stranger


def test_an_authority_that_a_program_puts_in_is_not_compared(tmp_path: Path) -> None:
    injected = {"annotations": {"cert-manager.io/inject-ca-from": "shop/guard"}}
    stranger = guard(authority="b3RoZXI=", **injected)
    run = planned_run(tmp_path, guard(**injected), endpoints(ready=True), stranger)
    assert apply_webhooks(run) == 1


def test_what_a_migration_set_up_is_put_away_and_nothing_else(tmp_path: Path) -> None:
    run = planned_run(tmp_path, guard(), guard(labels={RESTORED: "lab-1"}))
    put_webhooks_away(run)
    assert on_target(run) is None

    stranger = planned_run(tmp_path / "second", guard(), guard())
    put_webhooks_away(stranger)
    assert on_target(stranger) is not None
