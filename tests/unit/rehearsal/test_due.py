"""When a definition is due, by its own schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.errors import DefinitionError
from include.rehearsal.due import due_rehearsals, last_moment
from tests.builders.definitions import definition, definition_text

# A Saturday.
SATURDAY = datetime(2026, 11, 28, 3, 4, tzinfo=UTC)
SCHEDULE = "0 3 * * 6"


def write(folder: Path, name: str, schedule: str | None) -> None:
    def change(document: dict[str, object]) -> None:
        document["rehearsal"] = {"schedule": schedule} if schedule else {}

    (folder / f"{name}.yaml").write_text(definition_text(change))


def test_a_definition_is_due_at_its_moment_and_triggered_by_it(tmp_path: Path) -> None:
    write(tmp_path, "weekly", SCHEDULE)
    write(tmp_path, "never", None)

    (due,) = due_rehearsals(SATURDAY, tmp_path)

    assert due.definition == "weekly"
    assert due.run_id == "scheduled__weekly__2026-11-28T03:00"


def test_a_later_look_finds_the_same_run(tmp_path: Path) -> None:
    write(tmp_path, "weekly", SCHEDULE)
    later = SATURDAY.replace(hour=5)
    assert due_rehearsals(SATURDAY, tmp_path) == due_rehearsals(later, tmp_path)


@pytest.mark.parametrize("moment", [SATURDAY.replace(hour=2, minute=59), SATURDAY.replace(hour=9, minute=1)])
def test_before_its_moment_and_hours_after_it_nothing_is_due(moment: datetime, tmp_path: Path) -> None:
    write(tmp_path, "weekly", SCHEDULE)
    assert due_rehearsals(moment, tmp_path) == []


def test_the_moment_itself_counts() -> None:
    assert last_moment(SCHEDULE, SATURDAY.replace(minute=0)) == SATURDAY.replace(minute=0)


def test_several_are_due_in_the_order_of_their_moments(tmp_path: Path) -> None:
    write(tmp_path, "a", "3 3 * * *")
    write(tmp_path, "b", "1 3 * * *")
    assert [one.definition for one in due_rehearsals(SATURDAY, tmp_path)] == ["b", "a"]


def test_a_refused_definition_keeps_no_other_from_its_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("schema: 2\n")
    write(tmp_path, "weekly", SCHEDULE)
    assert [one.definition for one in due_rehearsals(SATURDAY, tmp_path)] == ["weekly"]


@pytest.mark.parametrize("schedule", ["daily", "0 25 * * *", "0 3 * *", "0 3 * * * 5", "@daily"])
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(DefinitionError, match="is not a schedule"):
        definition(lambda document: document.update(rehearsal={"schedule": schedule}))
