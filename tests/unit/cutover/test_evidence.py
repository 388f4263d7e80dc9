"""What the person who approves a cutover is told of the source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.cutover import cutover_evidence, evidence
from include.cutover.evidence import readable_age
from include.errors import ClusterUnavailableError
from include.ledger import Ledger
from include.planning.fixed_rows import fixed_rows
from include.planning.model import Plan, PlanItem, save_plan
from include.run import MigrationRun
from include.verification.checks.comparison import Comparison, write_comparison
from include.verification.checks.latencies import Latencies, Percentiles
from tests.builders.objects import MemoryCluster, deployment
from tests.builders.proposals import run_on, source
from tests.builders.runs import item, plan_row, proof


@pytest.fixture
def cluster() -> MemoryCluster:
    return source(deployment())


@pytest.fixture
def run(tmp_path: Path, cluster: MemoryCluster) -> MigrationRun:
    run = run_on(tmp_path, cluster)
    save_plan(run.ledger, Plan(items=[*fixed_rows(run.definition), VOLUME]))
    return run


VOLUME = PlanItem.model_validate(
    plan_row("volumes/shop/uploads", "velero_backup_restore", kind="volume", bytes=30 * 60 * 10**6)
)


def rehearsed(run: MigrationRun, run_id: str, days_ago: float, **fields: Any) -> None:
    """Write the report of a rehearsal that took ten minutes."""
    finished = datetime.now(UTC) - timedelta(days=days_ago)
    items = [item_document(equal=True), item_document(equal=False)]
    Ledger(run.ledger.folder.parent.parent, run.ledger.migration, run_id).write(
        "report",
        {
            "kind": "rehearsal",
            "run_id": run_id,
            "result": "succeeded",
            "started": (finished - timedelta(minutes=10)).isoformat(),
            "finished": finished.isoformat(),
            "items": items,
            **fields,
        },
    )


def item_document(*, equal: bool) -> dict[str, Any]:
    return {"action": "copied", "waiver": None, "proof": {"method": "hash", "equal": equal}}


def test_a_source_as_it_was_planned_is_said(run: MigrationRun) -> None:
    assert "**The source is as it was planned.**" in cutover_evidence(run)


def test_what_has_changed_since_the_plan_is_named(run: MigrationRun, cluster: MemoryCluster) -> None:
    changed = deployment(replicas=4)
    cluster.objects[cluster.path_of(changed)] = changed
    text = cutover_evidence(run)
    assert "**The source has changed in 1 place since the plan; this is not on the target:**" in text
    assert "- changed: Deployment shop/web (spec.replicas: was 2, is 4)" in text


def test_of_many_changes_the_first_are_named(run: MigrationRun, cluster: MemoryCluster) -> None:
    for number in range(evidence.MOST_OPEN + 3):
        more = deployment(f"web-{number:02}")
        cluster.objects[cluster.path_of(more)] = more
    text = cutover_evidence(run)
    assert f"changed in {evidence.MOST_OPEN + 3} places" in text
    assert "- … and 3 more" in text


def test_a_source_that_does_not_answer_is_said_and_the_question_asked_all_the_same(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Any) -> None:
        raise ClusterUnavailableError("source cluster: no answer")

    monkeypatch.setattr(evidence, "read_source", away)
    text = cutover_evidence(run)
    assert "**The source could not be compared with the plan:** source cluster: no answer" in text
    assert "### What an approval sets going" in text


def test_a_cutover_that_may_not_begin_now_is_said_before_it_is_approved(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "may not begin now" not in cutover_evidence(run)
    monkeypatch.setattr(evidence, "why_not", lambda definition, moment: "year-end closing")
    assert "**The cutover may not begin now:** year-end closing." in cutover_evidence(run)


def test_a_migration_without_a_rehearsal_says_so(run: MigrationRun) -> None:
    assert "| Last rehearsal | **none**: this migration was never rehearsed |" in cutover_evidence(run)


def test_the_last_rehearsal_counts_with_its_age_and_what_it_did_not_prove(run: MigrationRun) -> None:
    rehearsed(run, "old", 9)
    rehearsed(run, "new", 2.1)
    rehearsed(run, "a migration", 1, kind="migration")
    expected = "| Last rehearsal | succeeded 2 days ago, 1 of 2 items not proved, took 10 min (new) |"
    assert expected in cutover_evidence(run)


def test_the_downtime_is_predicted_from_the_plan(run: MigrationRun) -> None:
    text = cutover_evidence(run)
    assert "### Predicted downtime: 44 s" in text
    assert "| last changes and proof of the volumes | 23 s |" in text


def test_open_items_come_first_and_are_counted(run: MigrationRun) -> None:
    run.ledger.record_proof("verification", "check/picture", proof())
    run.ledger.record_item("verification", item("check/picture", "verification", kind="check"))
    text = cutover_evidence(run)
    assert "| Proved | 1 of 9 items equal, 0 waived, 8 open |" in text
    assert "- verification/check/front page: planned, but no task reached it" in text
    assert text.index("the gates will stay closed") < text.index("### Proofs")


def test_checks_stand_with_the_latencies_of_both_sides(run: MigrationRun) -> None:
    measured = Latencies(Percentiles(20, 0, 0.01, 0.02, 0.03), Percentiles(20, 1, 0.05, 0.06, 0.07))
    write_comparison(run.ledger, Comparison("picture", "GET /x", None, measured, 2.0, is_slow=True))
    expected = "| picture | GET /products/1/picture | open | 10 / 20 / 30 ms | 50 / 60 / 70 ms, 1 of 20 failed | 3.00 **slow** |"
    assert expected in cutover_evidence(run)


def test_it_ends_with_what_follows_and_how_to_go_back(run: MigrationRun) -> None:
    text = cutover_evidence(run, "dags/x/runs/y/plugin/report")
    assert "**[Open the run's page](dags/x/runs/y/plugin/report)**" in text
    assert "3. **The writers in the namespaces shop, warehouse of the source stop" in text
    assert text.index("### What an approval sets going") < text.index("### How to go back")


@pytest.mark.parametrize(
    ("seconds", "text"), [(59, "0 min"), (600, "10 min"), (3600, "1 hour"), (200000, "2 days")]
)
def test_an_age_is_no_finer_than_it_matters(seconds: float, text: str) -> None:
    assert readable_age(seconds) == text
