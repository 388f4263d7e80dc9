from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.migrate.task_states import idle_seconds, name_of, phase_of, phase_seconds, phase_state

from .builders import instance

NOON = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)


def at(seconds: int) -> str:
    return f"2026-11-26T11:59:{seconds:02}Z"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param([None, None], "waiting", id="nothing has begun"),
        pytest.param(["success", None], "running", id="between two tasks"),
        pytest.param(["success", "queued"], "running", id="about to start"),
        pytest.param(["running", "success"], "running", id="at work"),
        pytest.param(["running", "up_for_retry"], "retrying", id="one of several tries again"),
        pytest.param(["success", "awaiting_input", None], "approval", id="a person is asked"),
        pytest.param(["success", "skipped"], "succeeded", id="a rollback that was not needed"),
        pytest.param(["skipped", "skipped"], "skipped", id="all skipped"),
        pytest.param(["failed", "running"], "failed", id="failed while others go on"),
        pytest.param(["failed", "upstream_failed"], "failed", id="failed with what follows"),
        pytest.param(["upstream_failed", "upstream_failed"], "not reached", id="an earlier phase failed"),
    ],
)
def test_a_phase_s_state_follows_from_its_tasks(states: list[str | None], expected: str) -> None:
    assert phase_state([instance("p.t", state) for state in states], planned=3) == expected


def test_a_phase_without_items_that_skips_its_tasks_is_off() -> None:
    assert phase_state([instance("p.is_enabled", "success"), instance("p.remove", "skipped")]) == "skipped"


def test_a_phase_s_time_runs_until_its_last_task_ends() -> None:
    ended = [
        instance("p.a", "success", start_date=at(0), end_date=at(10)),
        instance("p.b", "success", start_date=at(11), end_date=at(30)),
    ]
    assert phase_seconds(ended, "succeeded", NOON) == 30
    assert phase_seconds(ended, "running", NOON) == 60


def test_a_phase_s_time_begins_with_the_first_try() -> None:
    tried_again = [instance("p.a", "success", start_date=at(20), end_date=at(30))]
    assert phase_seconds(tried_again, "succeeded", NOON, began=at(5)) == 25


def test_a_phase_that_was_not_reached_has_no_time() -> None:
    decided = [instance("p.a", "upstream_failed", start_date=at(20), end_date=at(20))]
    assert phase_seconds(decided, "not reached", NOON) is None


def test_time_without_a_task_at_work_is_added_up() -> None:
    began = datetime(2026, 11, 26, 11, 59, 0, tzinfo=UTC)
    instances = [
        instance("p.a", start_date=at(2), end_date=at(20)),
        instance("p.b", start_date=at(5), end_date=at(10)),
        instance("p.c", start_date=at(24), end_date=at(50)),
        instance("p.d"),
    ]
    assert idle_seconds(instances, began, NOON) == 2 + 4 + 10


def test_a_mapped_task_is_named_by_what_it_works_on() -> None:
    assert name_of(instance("obs_sync.copy", map_index=2, rendered_map_index="pictures")) == (
        "obs_sync.copy [pictures]"
    )
    assert name_of(instance("obs_sync.copy", map_index=2)) == "obs_sync.copy [2]"
    assert name_of(instance("write_report")) == "write_report"


def test_the_outermost_group_of_a_task_is_its_phase() -> None:
    assert phase_of(instance("cutover.delta.copy")) == "cutover"
    assert phase_of(instance("write_report")) == ""
