"""What no rehearsal does, even when a step of the real cutover is called in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from include.cutover.front_door import target_address
from include.cutover.handing_over import hand_over
from include.cutover.quiescing import quiesce
from include.cutover.record import write_record
from include.errors import PermanentError
from include.rehearsal.exclusive import refuse_beside
from include.rehearsal.last_pass import CHECK, PASS_STEPS, RELEASE, START, predicted_downtime
from include.run import MigrationRun
from tests.builders.runs import run as build_run

# A hand-over is refused before it asks who is in charge.
NOBODY: Any = None


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return replace(build_run(tmp_path), is_rehearsal=True)


@pytest.mark.parametrize(
    "step",
    [
        lambda run: quiesce(run, "source"),
        lambda run: write_record(run, []),
        lambda run: hand_over(run, NOBODY),
    ],
    ids=["stop the source", "move the record", "hand over"],
)
def test_a_step_that_touches_something_real_is_refused(
    step: Callable[[MigrationRun], object], run: MigrationRun
) -> None:
    with pytest.raises(PermanentError, match="no rehearsal does that"):
        step(run)
    assert run.ledger.list("cutover") == []


def test_the_front_door_of_a_rehearsal_has_no_address(run: MigrationRun) -> None:
    assert target_address(run) == ""


def step(run: MigrationRun, name: str, seconds: float) -> None:
    document = {"name": name, "part": "", "started": 0.0, "finished": seconds, "seconds": seconds}
    run.ledger.write(f"cutover/steps/{name.replace(' ', '-')}", document)


def test_the_downtime_is_the_longest_pass_and_the_start(run: MigrationRun) -> None:
    databases = PASS_STEPS["databases"]
    step(run, databases[0], 5)
    step(run, databases[1], 3)
    step(run, PASS_STEPS["buckets"][0], 4)
    step(run, PASS_STEPS["volumes"][0], 6)
    for name, seconds in ((RELEASE, 1), (START, 9), (CHECK, 2), ("quiesce the target", 50)):
        step(run, name, seconds)
    assert predicted_downtime(run) == 8 + 12


def test_a_second_rehearsal_of_one_definition_is_refused_while_the_first_is_at_work(
    run: MigrationRun,
) -> None:
    run.ledger.write("definition", {})
    for name in ("killed", "ended", "at-work"):
        other = run.ledger.folder.parent / name
        other.mkdir()
        if name == "ended":
            (other / "report.json").write_text("{}")

    refuse_beside(run, lambda run_id: run_id == "ended")
    with pytest.raises(PermanentError, match="rehearsal at-work of lab is at work"):
        refuse_beside(run, lambda run_id: run_id == "at-work")
