"""Another DAG finds the run of the past that it works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import PermanentError
from include.ledger import Ledger
from include.past_runs import continued_folder, open_past_run
from include.run import open_run
from tests.builders.connections import connections
from tests.builders.definitions import definition_text

BY = "roll_back_cutover/manual__2026-11-27T10:00:00+00:00"
FIRST, SECOND, THIRD = (f"manual__2026-11-2{day}T10:00:00.000001+00:00" for day in (4, 5, 6))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def past(root: Path, run_id: str, *, switched: str | None = None, definition: str = "lab") -> Ledger:
    ledger = open_run(definition, run_id, root, connections()).ledger
    if switched:
        ledger.write("cutover/endpoint", {"at": switched})
    return ledger


def opened(root: Path, chosen: str | None = None, *, definition: str = "lab", by: str = BY) -> str:
    return open_past_run(definition, chosen, root, connections(), by).run_id


def test_left_open_it_is_the_latest_run_that_switched_the_traffic(root: Path) -> None:
    past(root, FIRST, switched="2026-11-24T11:00:00.000+00:00")
    past(root, SECOND, switched="2026-11-25T11:00:00.000+00:00")
    past(root, THIRD)
    assert opened(root) == SECOND


def test_who_shows_the_other_dags_run_finds_the_run_that_it_went_on_with(root: Path) -> None:
    ledger = past(root, FIRST, switched="2026-11-24T11:00:00.000+00:00")
    assert continued_folder(root, BY) is None
    opened(root)
    assert continued_folder(root, BY) == ledger.folder


def test_a_chosen_run_is_taken_whether_or_not_it_switched(root: Path) -> None:
    past(root, FIRST)
    past(root, SECOND, switched="2026-11-25T11:00:00.000+00:00")
    assert opened(root, FIRST) == FIRST


def test_all_tasks_of_one_run_work_on_the_same_run_though_a_later_one_switches_meanwhile(root: Path) -> None:
    past(root, FIRST, switched="2026-11-24T11:00:00.000+00:00")
    assert opened(root) == FIRST
    past(root, SECOND, switched="2026-11-25T11:00:00.000+00:00")
    assert opened(root) == FIRST
    assert opened(root, by=f"{BY}-2") == SECOND


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [(None, "has no run that switched the traffic"), ("another", "has no run another")],
)
def test_a_run_that_is_not_there_is_refused_with_those_that_are(
    root: Path, chosen: str | None, reason: str
) -> None:
    past(root, FIRST)
    past(root, SECOND).write("report", {"result": "failed"})
    with pytest.raises(PermanentError, match=reason) as refusal:
        opened(root, chosen)
    assert f"{FIRST} (never switched the traffic, report: none)" in str(refusal.value)
    assert f"{SECOND} (never switched the traffic, report: failed)" in str(refusal.value)


def test_without_any_run_it_says_so(root: Path) -> None:
    with pytest.raises(PermanentError, match="There are: none"):
        opened(root)


def test_a_run_of_another_migration_is_none_of_its_own(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(definition_text().replace("name: lab\n", "name: other\n", 1))
    past(root, FIRST, switched="2026-11-24T11:00:00.000+00:00", definition=str(other))
    with pytest.raises(PermanentError, match="There are: none"):
        opened(root)
    assert opened(root, definition=str(other)) == FIRST


def test_the_run_is_found_when_its_definition_was_removed_since(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(definition_text())
    past(root, FIRST, switched="2026-11-24T11:00:00.000+00:00", definition=str(path))
    path.unlink()
    assert opened(root, definition=str(path)) == FIRST


def test_the_run_is_found_by_the_migration_s_name_wherever_its_definition_lay(
    root: Path, tmp_path: Path
) -> None:
    path = tmp_path / "copy-of-lab.yaml"
    path.write_text(definition_text())
    past(root, FIRST, switched="2026-11-24T11:00:00.000+00:00", definition=str(path))
    assert opened(root, definition="lab") == FIRST
