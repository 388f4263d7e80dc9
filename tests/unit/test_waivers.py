"""A person may accept what is not equal: by name, for a time, and only what there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.cutover.evidence import cutover_evidence
from include.inventory.store import save_inventory
from include.ledger import Waiver
from include.planning import plan_summary
from include.proofs import settle_proof
from include.report.building import build_report
from include.run import MigrationRun
from include.waivers import has_expired
from tests.builders.definitions import definition
from tests.builders.objects import deployment, inventory
from tests.builders.runs import item, plan_row, proof
from tests.builders.runs import run as lab_run

TODAY = datetime.now(UTC).date()
UNEQUAL = proof("a", "b")


def with_waiver(folder: Path, **fields: Any) -> MigrationRun:
    """Return a run with a bucket that is not equal, and a waiver."""
    row = {"phase": "obs_sync", "item": "one", "accepted_by": "olga", "reason": "a stray file", **fields}
    run = lab_run(folder, definition=definition(lambda document: document.update(waivers=[row])))
    run.ledger.write("definition", run.definition)
    run.ledger.write("plan", {"items": [plan_row()]})
    run.ledger.record_item("obs_sync", item())
    return run


def rules(run: MigrationRun) -> dict[str, str]:
    """Return the message of each finding about a waiver."""
    found = build_report(run.ledger, "rehearsal", "succeeded")["findings"]
    return {row["rule"]: row["message"] for row in found if row["rule"].startswith("waiver")}


def result(run: MigrationRun) -> str:
    return str(build_report(run.ledger, "rehearsal", "succeeded")["result"])


def test_an_unequal_item_passes_with_the_name_of_who_accepts_it(tmp_path: Path) -> None:
    run = with_waiver(tmp_path, until=TODAY.isoformat())

    assert settle_proof(run, "obs_sync", "one", UNEQUAL, "differs") is None
    assert result(run) == "succeeded"
    assert rules(run) == {}
    assert "obs\\_sync" not in cutover_evidence(run)
    assert "- obs_sync/one: olga, a stray file" in cutover_evidence(run)


def test_a_waiver_that_has_expired_accepts_nothing_and_is_told(tmp_path: Path) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    run = with_waiver(tmp_path, until=yesterday)

    assert settle_proof(run, "obs_sync", "one", UNEQUAL, "differs") == "differs"
    assert result(run) == "failed"
    assert rules(run) == {"waiver_expired": f"olga accepted it until {yesterday}: that no longer counts"}
    assert "olga accepted it until" in cutover_evidence(run)


def test_what_was_accepted_in_time_stays_accepted(tmp_path: Path) -> None:
    run = with_waiver(tmp_path, until=(TODAY - timedelta(days=1)).isoformat())
    run.ledger.record_proof("obs_sync", "one", UNEQUAL)
    run.ledger.record_waiver("obs_sync", "one", Waiver(by="olga", reason="a stray file"))

    assert result(run) == "succeeded"


def test_a_waiver_of_no_item_is_told_before_anything_is_done(tmp_path: Path) -> None:
    run = with_waiver(tmp_path, item="onee")
    save_inventory(run.ledger, inventory(deployment()))

    assert rules(run) == {"waiver_of_unknown_item": "is no item of this run: the waiver accepts nothing"}
    assert "near: obs\\_sync/one" in plan_summary(run)


def test_a_waiver_that_nothing_needed_is_told_and_not_shown_beside_the_item(tmp_path: Path) -> None:
    run = with_waiver(tmp_path)
    run.ledger.record_proof("obs_sync", "one", proof())

    assert rules(run) == {"waiver_not_needed": "has an equal proof: nothing had to be accepted"}
    assert [row["waiver"] for row in build_report(run.ledger, "rehearsal", "succeeded")["items"]] == [None]


def test_what_was_accepted_with_an_approval_counts_when_the_proof_comes_later(tmp_path: Path) -> None:
    run = with_waiver(tmp_path, item="other")
    run.ledger.record_waiver("obs_sync", "one", Waiver(by="olga", reason="known"))

    assert settle_proof(run, "obs_sync", "one", UNEQUAL, "differs") is None


@pytest.mark.parametrize(("until", "is_over"), [("2026-11-26", True), ("2026-11-27", False), (None, False)])
def test_the_last_day_still_counts(until: str | None, is_over: bool) -> None:
    assert has_expired(until, date(2026, 11, 27)) is is_over
