"""What a run does of a migration, and what it says of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.choice import Choice, choose, recorded_choice
from include.errors import DefinitionError
from include.ledger import Ledger
from include.phases import NEEDS, PHASES
from include.planning.model import Plan, PlanItem, save_plan
from include.report import build_report, kind_of_run
from include.run import Wishes, open_run
from tests.builders.connections import connections
from tests.builders.definitions import LAB_YAML
from tests.builders.runs import RUN_ID, item, ledger, proof

IMAGES_ONLY = ("resource_planning", "swr_image_sync")


@pytest.fixture
def book(tmp_path: Path) -> Ledger:
    return ledger(tmp_path)


def test_everything_is_done_unless_said_otherwise(book: Ledger) -> None:
    assert choose("full", None) == recorded_choice(book) == Choice()
    assert not Choice().left_out


def test_a_plan_alone_has_one_phase_whatever_phases_the_form_shows() -> None:
    choice = choose("plan", ["cutover"])
    assert choice.is_plan_only
    assert choice.phases == ("resource_planning",)


@pytest.mark.parametrize(
    ("mode", "phases", "problems"),
    [
        ("full", [], ["phases: none is chosen"]),
        ("dry", None, ["mode: 'dry' is not known  allowed: full, plan"]),
        ("full", ["resource_planning", "images"], ["phases: 'images' is not known"]),
        ("full", ["obs_sync"], ["phases: obs_sync needs resource_planning; choose that too"]),
        (
            "full",
            [name for name in PHASES if name != "rds_dump_restore"],
            ["phases: verification needs rds_dump_restore"],
        ),
        (
            "full",
            ["cutover", "velero_backup_restore"],
            [
                "phases: velero_backup_restore needs velero_install, adaptation",
                "phases: cutover needs verification",
            ],
        ),
    ],
)
def test_a_choice_that_lacks_something_is_refused(
    mode: str, phases: list[str] | None, problems: list[str]
) -> None:
    with pytest.raises(DefinitionError) as caught:
        choose(mode, phases)
    assert len(caught.value.problems) == len(problems)
    for real, told in zip(caught.value.problems, problems, strict=True):
        assert real.startswith(told)


def test_whoever_chooses_the_cutover_has_chosen_every_phase_before_it() -> None:
    before: set[str] = set()
    waiting = list(NEEDS["cutover"])
    while waiting:
        name = waiting.pop()
        before.add(name)
        waiting += NEEDS[name]
    assert before == set(PHASES[: PHASES.index("cutover")])


def test_the_choice_is_the_runs_own_and_outlives_another_form(tmp_path: Path) -> None:
    open_run(LAB_YAML, RUN_ID, tmp_path, connections(), Wishes(phases=IMAGES_ONLY))
    again = open_run(LAB_YAML, RUN_ID, tmp_path, connections(), Wishes())
    assert again.choice.phases == IMAGES_ONLY


def test_problems_of_choice_and_overrides_are_told_at_once(tmp_path: Path) -> None:
    wishes = Wishes(overrides="cutover: {watch_seconds: -1}", phases=("cutover",))
    with pytest.raises(DefinitionError) as caught:
        open_run(LAB_YAML, RUN_ID, tmp_path, connections(), wishes)
    assert str(caught.value).startswith(f"{LAB_YAML} has problems (2)")
    assert caught.value.problems[0].startswith("cutover.watch_seconds: -1 is out of range")
    assert caught.value.problems[1].startswith("phases: cutover needs verification")


def with_plan(book: Ledger, choice: Choice) -> Ledger:
    rows: list[Any] = [("image", "swr_image_sync"), ("bucket", "obs_sync"), ("endpoint", "cutover")]
    save_plan(
        book,
        Plan(
            items=[
                PlanItem(key="one", phase=phase, kind=kind, source="a", target="b", action="copy")
                for kind, phase in rows
            ]
        ),
    )
    book.write("choice", choice)
    return book


def test_a_partial_run_is_judged_by_its_own_phases_and_says_so(book: Ledger) -> None:
    with_plan(book, choose("full", IMAGES_ONLY))
    kind = kind_of_run(book, "migration")
    assert build_report(book, kind, "succeeded")["result"] == "failed"
    book.record_item("swr_image_sync", item("one", "swr_image_sync", kind="image"))
    book.record_proof("swr_image_sync", "one", proof())

    report = build_report(book, kind, "succeeded")

    assert (report["kind"], report["result"]) == ("partial", "succeeded")
    assert [row["phase"] for row in report["items"]] == ["swr_image_sync"]
    (finding,) = report["findings"]
    assert finding["severity"] == "warning"
    assert "nothing of them is done or proved: rds_dump_restore, obs_sync" in finding["message"]


def test_a_run_without_the_retirement_is_a_migration(book: Ledger) -> None:
    with_plan(book, choose("full", PHASES[:-1]))
    assert kind_of_run(book, "migration") == "migration"
    assert build_report(book, "migration", "succeeded")["result"] == "failed"


def test_a_plan_alone_has_an_assessment_for_its_report(book: Ledger) -> None:
    with_plan(book, choose("plan", None))
    assert kind_of_run(book, "migration") == "assessment"
    assert build_report(book, "assessment", "succeeded")["result"] == "succeeded"
