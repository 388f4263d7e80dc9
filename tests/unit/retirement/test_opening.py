"""A source is retired once, and only when nobody needs it any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import ProblemListError
from include.retirement import begin_retirement, opening
from include.retirement.choosing import chosen_for_deletion
from include.retirement.records import record
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import proof
from tests.builders.runs import run as lab_run


def make(folder: Path, monkeypatch: pytest.MonkeyPatch, **facts: Any) -> MigrationRun:
    """Return a run whose traffic is where `on_target` says."""
    monkeypatch.setattr(opening, "is_traffic_on_target", lambda run: facts.get("on_target", True))
    delete = facts.get("delete", [])
    made = lab_run(
        folder, definition=definition(lambda document: document["retirement"].update(delete=delete))
    )
    made.ledger.write("report", {"result": facts.get("result", "succeeded")})
    made.ledger.phase_finished("source_retirement", "succeeded")
    return made


def test_the_phase_begins_anew_where_the_migration_left_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(tmp_path, monkeypatch)
    begin_retirement(run)

    phase = run.ledger.phase("source_retirement")
    assert phase is not None
    assert (phase.finished, phase.result) == (None, None)


def test_a_second_try_keeps_what_the_first_has_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path, monkeypatch)
    record(run, "fence/source", "source", "stands still", proof(), 1.0, "no")
    before = run.ledger.phase("source_retirement")
    begin_retirement(run)

    assert run.ledger.phase("source_retirement") == before


def test_every_reason_to_stay_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path, monkeypatch, on_target=False, result="failed")
    run.ledger.write("retirement/certificate", {"at": "2026-11-27"})
    with pytest.raises(ProblemListError) as refusal:
        begin_retirement(run, ["everything"])

    told = "\n".join(refusal.value.problems)
    assert len(refusal.value.problems) == 4
    for words in (
        "does not lead to the target",
        "was retired at 2026-11-27",
        "report says failed",
        "allowed: namespaces",
    ):
        assert words in told
    assert not run.ledger.exists("retirement/choice")


def test_a_run_that_was_rolled_back_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path, monkeypatch)
    monkeypatch.setattr(opening, "is_rolled_back", lambda run: True)
    with pytest.raises(ProblemListError, match="was rolled back"):
        begin_retirement(run)


@pytest.mark.parametrize(
    ("form", "written", "chosen"),
    [
        pytest.param(None, [], [], id="nobody chose anything"),
        pytest.param(None, ["buckets"], ["buckets"], id="the definition's choice"),
        pytest.param(["namespaces"], ["buckets"], ["namespaces"], id="the form's choice"),
        pytest.param([], ["buckets"], [], id="the form chose nothing"),
    ],
)
def test_only_what_was_chosen_is_deleted(
    form: list[str] | None,
    written: list[str],
    chosen: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make(tmp_path, monkeypatch, delete=written)
    begin_retirement(run, form)

    assert chosen_for_deletion(run) == chosen
