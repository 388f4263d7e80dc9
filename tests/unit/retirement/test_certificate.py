from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import ProofError
from include.planning.model import Plan, PlanItem, save_plan
from include.retirement import certificate as module
from include.retirement.certificate import NEEDED, write_certificate
from include.retirement.records import record
from include.run import MigrationRun
from include.zones import RecordSet
from tests.builders.runs import item, proof
from tests.builders.runs import run as lab_run

BUCKET = PlanItem(
    key="one", phase="obs_sync", kind="bucket", source="from", target="to", action="copy", details={}
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    monkeypatch.setattr(module, "read_record", lambda run: [RecordSet("A", 1, ("198.18.20.32",))])
    made = lab_run(tmp_path)
    save_plan(made.ledger, Plan(items=[BUCKET]))
    made.ledger.record_item("obs_sync", item())
    for key in NEEDED:
        record(made, key, "from", "to", proof(), 1.0, "it is not so")
    return made


def test_what_is_not_proved_is_not_certified(run: MigrationRun) -> None:
    with pytest.raises(ProofError, match="obs_sync/one: no proof was recorded"):
        write_certificate(run)


def test_a_certificate_names_rows_and_covers_them_with_a_hash(run: MigrationRun) -> None:
    run.ledger.record_proof("obs_sync", "one", proof())
    first = write_certificate(run)
    assert {"phase": "obs_sync", "state": "equal", "count": 1} in first["rows"]
    assert first["front_door"] == {"shop.lab.": ["198.18.20.32"]}
    run.ledger.record_proof("obs_sync", "one", proof("sha256:bb", "sha256:bb"))
    assert write_certificate(run)["sha256"] != first["sha256"]
