"""The whole way of an estate by somebody who has only a browser: assess, rehearse, migrate, go back, migrate again, retire.

It takes a lab that was not migrated, and about 25 minutes: `make release-test`. The screenshots are left in `.lab/by-browser`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from include.ledger.keys import safe_folder
from tests.lab.conftest import LAB, Outcome

from .person import Person, person

pytestmark = [pytest.mark.lab, pytest.mark.timeout(3600)]
STEPS = (
    ("assess_source", "lab", 300),
    ("rehearse_migration", "lab-rehearsal", 900),
    ("migrate_to_cce", "lab", 1200),
    ("roll_back_cutover", "lab", 600),
    ("migrate_to_cce", "lab", 1200),
    ("retire_source", "lab", 600),
)


@pytest.fixture(scope="module")
def somebody() -> Iterator[Person]:
    pictures = LAB / "by-browser"
    pictures.mkdir(exist_ok=True)
    with person(pictures) as opened:
        yield opened


@pytest.mark.parametrize(
    ("dag", "ledger", "seconds"), STEPS, ids=[f"{n} {dag}" for n, (dag, *_) in enumerate(STEPS, 1)]
)
def test_a_browser_is_enough(somebody: Person, dag: str, ledger: str, seconds: int) -> None:
    run_id, state = somebody.run(dag, seconds)
    assert state == "success", somebody.read(dag, run_id, "migration")

    if dag in {"migrate_to_cce", "rehearse_migration"}:
        assert "Verification" in somebody.read(dag, run_id, "migration")
        report = Outcome(0, "", LAB / "ledger" / ledger / safe_folder(run_id)).report
        assert report["result"] == "succeeded"
        assert [one["source"] for one in report["items"] if one["proof"] and not one["proof"]["equal"]] == []
    if dag == "migrate_to_cce":
        downtime = report["downtime"]
        print(f"downtime {downtime['seconds']} s, {downtime['writes_acknowledged']} writes acknowledged")
        assert (downtime["writes_lost"], downtime["writes_doubled"]) == (0, 0)
        assert "downtime" in somebody.read(dag, run_id, "migration_report").lower()
        assert "Stop the writers" in somebody.log(dag, run_id, "cutover.move_traffic")
