"""A rehearsal that ends leaves what it measured, and its regressions as findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from include.cutover.steps import timed_step
from include.planning.model import Plan, save_plan
from include.rehearsal.judging import judge_rehearsal
from include.rehearsal.last_pass import CHECK, START
from include.rehearsal.records import DOCUMENT, Outcome
from include.rehearsal.trend import RULE
from include.report.building import FINDINGS_DOCUMENT
from tests.builders.runs import run as build_run


def test_what_was_timed_is_kept_and_what_got_worse_becomes_a_finding(tmp_path: Path) -> None:
    run = replace(build_run(tmp_path), is_rehearsal=True)
    save_plan(run.ledger, Plan(items=[]))
    run.ledger.write("definition", run.definition.model_dump(mode="json"))
    for name in (START, CHECK):
        with timed_step(run, name):
            pass

    judged = judge_rehearsal(run)

    outcome = Outcome.model_validate(run.ledger.read(DOCUMENT))
    assert [step.name for step in outcome.steps] == [START, CHECK]
    assert judged == {"downtime_seconds": outcome.downtime, "regressions": 0}
    assert [row for row in run.ledger.read(FINDINGS_DOCUMENT)["findings"] if row["rule"] == RULE] == []
