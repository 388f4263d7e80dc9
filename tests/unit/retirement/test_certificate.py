from __future__ import annotations

from pathlib import Path

import pytest

from include.cutover import record_door
from include.errors import ProofError
from include.planning.model import Plan, PlanItem, save_plan
from include.report import write_report
from include.retirement.certificate import NEEDED, write_certificate
from include.retirement.records import record
from include.run import MigrationRun
from include.zones import RecordSet
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import item, proof
from tests.builders.runs import run as lab_run

BUCKET = PlanItem(
    key="one", phase="obs_sync", kind="bucket", source="from", target="to", action="copy", details={}
)

BACKUP = {
    "objects": {
        "backup": "lab-1",
        "bucket": "velero",
        "prefix": "lab",
        "bytes": 7,
        "keep_until": "2026-12-27",
    },
    "volumes": {"bucket": "volumes", "prefix": "restic/lab/", "objects": 2, "bytes": 9},
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    monkeypatch.setattr(record_door, "read_record", lambda run: [RecordSet("A", 1, ("198.18.20.32",))])
    made = lab_run(tmp_path)
    made.__dict__["source"] = MemoryCluster("source", make("v1", "Node", "worker-1"))
    made.ledger.write("retirement/backup", BACKUP)
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


def test_a_certificate_tells_what_is_kept_and_what_goes_on_costing_money(run: MigrationRun) -> None:
    run.ledger.record_proof("obs_sync", "one", proof())
    costs = write_certificate(run)["costs"]

    assert {"side": "source", "kind": "node", "name": "worker-1", "note": "runs on"} in costs
    assert [row["name"] for row in costs if row["side"] == "target"] == ["velero", "volumes"]
    page = (Path(str(run.ledger.folder)) / "retirement-certificate.md").read_text()
    assert "keep it until 2026-12-27" in page
    assert "| source | node | worker-1 | runs on |" in page


def test_a_step_that_was_not_done_is_named(run: MigrationRun) -> None:
    run.ledger.record_proof("obs_sync", "one", proof())
    run.ledger.remove_item("source_retirement", "backup/source")
    with pytest.raises(ProofError, match="source_retirement/backup/source: was not done"):
        write_certificate(run)


def test_the_report_shows_the_certificate(run: MigrationRun) -> None:
    run.ledger.record_proof("obs_sync", "one", proof())
    written = write_certificate(run)
    report = write_report(run.ledger, "migration", "succeeded")

    assert report["certificate"] == written
    page = (Path(str(run.ledger.folder)) / "report.html").read_text()
    assert "is to be kept until 2026-12-27 00:00:00 UTC" in page
    assert "<td>node</td><td>worker-1</td>" in page
