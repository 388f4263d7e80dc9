"""What of the fences is told, ends a cutover, and keeps the source from starting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.cutover.outlook import fences_part
from include.databases import fencing
from include.databases.fencing import look_at_fences, open_fences, refuse_unfenced, shut_fences
from include.errors import PermanentError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.unit.databases.test_copying import ACCESS, KEY, PHASE


class FakeFence:
    """Be set to anything; `off` is how a server without a fence is set."""

    access = ACCESS
    place = "database shop"
    by_hand = "TAKE IT AWAY"

    def __init__(self) -> None:
        self.present = "off"
        self.reason = ""
        self.open_to: list[str] = []
        self.is_down = False

    def obstacle(self) -> str:
        if self.is_down:
            raise psycopg.OperationalError("no answer")
        return self.reason

    def setting(self) -> str:
        return self.present

    def stands(self, setting: str) -> bool:
        return setting == "on"

    def shut(self) -> list[str]:
        self.present = "on"
        return []

    def gaps(self) -> list[str]:
        return self.open_to

    def open(self, setting: str) -> None:
        if self.is_down:
            raise psycopg.OperationalError("no answer")
        self.present = setting


@pytest.fixture
def fence(monkeypatch: pytest.MonkeyPatch) -> FakeFence:
    made = FakeFence()
    monkeypatch.setattr(fencing, "_fence", lambda run, databases: made)
    return made


def run_with(folder: Path, wish: str) -> MigrationRun:
    def change(document: dict[str, Any]) -> None:
        document["cutover"]["fence_databases"] = wish

    run = build_run(folder, definition=definition(change))
    row = plan_row(KEY, PHASE, kind="database", details={"name": KEY})
    save_plan(run.ledger, Plan.model_validate({"items": [row]}))
    return run


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return run_with(tmp_path, "if_possible")


def test_a_fence_is_shut_and_opened_to_what_was_set_before(run: MigrationRun, fence: FakeFence) -> None:
    assert shut_fences(run) == 1
    assert fence.present == "on"
    assert open_fences(run) == []
    assert fence.present == "off"


def test_where_no_fence_stands_nobody_is_asked(run: MigrationRun, fence: FakeFence) -> None:
    fence.is_down = True
    assert open_fences(run) == []


@pytest.mark.parametrize("what", ["reason", "is_down"])
def test_what_cannot_be_fenced_is_told_and_ends_nothing(
    run: MigrationRun, fence: FakeFence, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    setattr(fence, what, "no right")
    assert shut_fences(run) == 0
    assert "database shop: is not fenced" in caplog.text
    (note,) = (run.ledger.read(name) for name in run.ledger.list("fences"))
    assert note["state"] == "none"


def test_a_fence_with_a_gap_stands_and_is_told(
    run: MigrationRun, fence: FakeFence, caplog: pytest.LogCaptureFixture
) -> None:
    fence.open_to = ["role reports"]
    assert shut_fences(run) == 1
    assert "is fenced, but not against role reports" in caplog.text


def test_a_fence_that_could_not_be_tried_is_told_and_taken_away_later(
    run: MigrationRun, fence: FakeFence, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gaps() -> list[str]:
        raise psycopg.OperationalError("no right to try it")

    monkeypatch.setattr(fence, "gaps", gaps)
    shut_fences(run)
    assert "may be fenced, which could not be proved" in caplog.text
    assert open_fences(run) == []
    assert fence.present == "off"


def test_a_required_fence_ends_the_cutover_before_anything_is_stopped(
    tmp_path: Path, fence: FakeFence
) -> None:
    fence.reason = "no right to it"
    with pytest.raises(
        PermanentError, match=r"database shop: cannot be fenced: no right to it \(nothing was stopped"
    ):
        refuse_unfenced(run_with(tmp_path, "required"))


def test_a_required_fence_with_a_gap_ends_the_cutover_and_can_be_opened(
    tmp_path: Path, fence: FakeFence
) -> None:
    run = run_with(tmp_path, "required")
    fence.open_to = ["role reports"]
    with pytest.raises(PermanentError, match="not against role reports"):
        shut_fences(run)
    assert open_fences(run) == []
    assert fence.present == "off"


def test_a_database_that_is_never_fenced_stays_as_it_is(tmp_path: Path, fence: FakeFence) -> None:
    run = run_with(tmp_path, "never")
    assert shut_fences(run) == 0
    assert (fence.present, look_at_fences(run), fences_part(run)) == ("off", [], "")


def test_a_fence_that_cannot_be_opened_tells_what_to_do_by_hand_and_is_opened_later(
    run: MigrationRun, fence: FakeFence
) -> None:
    shut_fences(run)
    fence.is_down = True
    (text,) = open_fences(run)
    assert "still refuses writes" in text
    assert text.endswith("by hand: TAKE IT AWAY")
    fence.is_down = False
    assert open_fences(run) == []
    assert fence.present == "off"


def test_a_cutover_that_is_made_again_remembers_what_is_set_then(run: MigrationRun, fence: FakeFence) -> None:
    shut_fences(run)
    open_fences(run)
    fence.present = "set by somebody"
    shut_fences(run)
    open_fences(run)
    assert fence.present == "set by somebody"


def test_who_approves_sees_what_will_not_be_fenced(run: MigrationRun, fence: FakeFence) -> None:
    assert "- database shop: refuses every writer but the migration" in fences_part(run)
    fence.reason = "no right to it"
    assert "- **database shop: cannot be fenced**: no right to it" in fences_part(run)
