"""The cutover's gate: a green rehearsal that is young enough, or a person who goes without."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.errors import ClusterUnavailableError, PermanentError
from include.ledger import Ledger
from include.planning.drift import Change
from include.rehearsal import gate
from include.rehearsal.gate import gate_evidence, judge_gate, refuse_unrehearsed
from include.rehearsal.records import DOCUMENT, Outcome
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import run as build_run

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
CHANGE = Change(object="Service shop/web", what="changed", details=("spec.ports[0].nodePort: was 1, is 2",))


def a_run(folder: Path, days: float | None = 7) -> MigrationRun:
    def change(document: dict[str, Any]) -> None:
        document["rehearsal"] = {"required_within_days": days} if days else {}

    return build_run(folder, definition=definition(change))


def rehearse(run: MigrationRun, day: int, result: str = "succeeded") -> None:
    ledger = Ledger(run.ledger.folder.parent.parent, "lab-rehearsal", f"r{day}")
    finished = f"2026-11-{day:02}T12:00:00+00:00"
    ledger.write("report", {"run_id": f"r{day}", "kind": "rehearsal", "result": result, "finished": finished})
    ledger.write(DOCUMENT, Outcome(phases=[], steps=[], downtime=42))


@pytest.fixture(autouse=True)
def changes(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    found: list[Change] = []
    monkeypatch.setattr(gate, "changes_since", lambda run, run_id: found)
    monkeypatch.setattr(gate, "datetime", _Clock)
    return found


class _Clock(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return NOW


def test_a_definition_that_asks_for_nothing_is_not_kept_back(tmp_path: Path) -> None:
    run = a_run(tmp_path, None)
    assert judge_gate(run) is None
    assert gate_evidence(run) == ""
    refuse_unrehearsed(run, "", overrides=False)


def test_a_green_rehearsal_of_this_week_opens_it(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    rehearse(run, 22)
    refuse_unrehearsed(run, "", overrides=False)
    assert "Rehearsed by r22, 2026-11-22" in gate_evidence(run)
    assert "42 s" in gate_evidence(run)


@pytest.mark.parametrize(
    ("rehearsals", "said"),
    [
        ([], "there was none"),
        ([(27, "failed")], "the last, r27, failed"),
        ([(20, "succeeded")], "is 8 days old; 7 are allowed"),
        ([(20, "succeeded"), (27, "failed")], "is 8 days old"),
    ],
)
def test_without_one_it_stays_shut_and_says_why(
    rehearsals: list[tuple[int, str]], said: str, tmp_path: Path
) -> None:
    run = a_run(tmp_path)
    for day, result in rehearsals:
        rehearse(run, day, result)
    with pytest.raises(PermanentError, match=said):
        refuse_unrehearsed(run, "we are in a hurry", overrides=False)
    assert said in gate_evidence(run)


def test_a_person_goes_without_by_name_and_with_a_reason(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    refuse_unrehearsed(run, "rehearsed by hand", overrides=True)
    with pytest.raises(PermanentError, match="gives no reason"):
        refuse_unrehearsed(run, "  ", overrides=True)


def test_a_failed_rehearsal_after_a_green_one_does_not_shut_it(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    rehearse(run, 26)
    rehearse(run, 27, "failed")
    refuse_unrehearsed(run, "", overrides=False)


def test_changes_since_have_to_be_explained(tmp_path: Path, changes: list[Change]) -> None:
    run = a_run(tmp_path)
    rehearse(run, 27)
    changes.append(CHANGE)

    assert "1 change of the source" in gate_evidence(run)
    assert "changed: Service shop/web" in gate_evidence(run)
    with pytest.raises(PermanentError, match="has to explain 1 change of the source, and gives no reason"):
        refuse_unrehearsed(run, "", overrides=False)
    refuse_unrehearsed(run, "a port that nobody uses", overrides=False)


def test_a_source_that_does_not_answer_shuts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: MigrationRun, run_id: str) -> list[Change]:
        raise ClusterUnavailableError("source cluster: does not answer", cluster="source")

    run = a_run(tmp_path)
    rehearse(run, 27)
    monkeypatch.setattr(gate, "changes_since", fail)
    with pytest.raises(PermanentError, match="does not answer"):
        refuse_unrehearsed(run, "", overrides=False)
