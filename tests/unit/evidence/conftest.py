from __future__ import annotations

from pathlib import Path

import pytest

from include.evidence import write_bundle
from include.evidence.verify import read_bundle
from include.report import write_report
from include.run import MigrationRun
from tests.builders.runs import item, plan_row, proof
from tests.builders.runs import run as lab_run

DOWNTIME = {"seconds": 1.5, "requests": 9, "writes_acknowledged": 4, "writes_lost": 0, "writes_doubled": 0}


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    """A run with a copied bucket, one that was left out, and a cutover."""
    made = lab_run(tmp_path / "ledger")
    book = made.ledger
    book.write("definition", made.definition)
    book.write("plan", {"items": [plan_row(), plan_row("two", action="exclude")]})
    book.record_item("obs_sync", item(bytes=7))
    book.record_proof("obs_sync", "one", proof())
    book.phase_finished("obs_sync", "succeeded")
    book.write("cutover/downtime", {**DOWNTIME, "lost": [], "steps": []})
    return made


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "attempt=1.log"
    path.write_text("it went well\n")
    return path


@pytest.fixture
def bundle(run: MigrationRun, log: Path) -> Path:
    assert write_report(run.ledger, "migration", "succeeded")["result"] == "succeeded"
    return Path(write_bundle(run, [("dag_id=a/task_id=b/attempt=1.log", log)]))


@pytest.fixture
def files(bundle: Path) -> dict[str, bytes]:
    return read_bundle(bundle)[0]
