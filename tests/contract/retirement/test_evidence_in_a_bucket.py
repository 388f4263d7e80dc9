"""Evidence is bundled where the ledger lies in object storage: on a real store of the tests' own."""

from __future__ import annotations

import tracemalloc
from collections.abc import Generator
from pathlib import Path

import pytest
from upath import UPath

from include.errors import LedgerError
from include.evidence import write_bundle
from include.evidence.verify import main, read_bundle
from include.ledger import Ledger
from include.planning.model import each_row
from include.report import write_report
from include.run import MigrationRun
from tests.builders.connections import connections
from tests.builders.definitions import definition
from tests.builders.runs import RUN_ID, item, plan_row, proof
from tests.contract.cloud.servers import object_store

KEYS = ("of-tests", "of-tests-only-secret")


@pytest.fixture(scope="module")
def root() -> Generator[UPath]:
    with object_store(KEYS, "eu-de") as store:
        store.open(*KEYS).create_bucket(Bucket="ledger")
        settings = {"endpoint_url": store.endpoint, "region_name": "eu-de"}
        yield UPath("s3://ledger/runs", key=KEYS[0], secret=KEYS[1], client_kwargs=settings)


def test_the_bundle_of_a_ledger_in_a_bucket_is_whole(root: UPath, tmp_path: Path) -> None:
    book = Ledger(root, "lab", RUN_ID)
    run = MigrationRun(definition=definition(), ledger=book, connections=connections(), run_id=RUN_ID)
    book.write("definition", run.definition)
    book.write("plan", {"items": [plan_row(str(number)) for number in range(100)]})
    for number in range(100):
        book.record_item("obs_sync", item(str(number)))
        book.record_proof("obs_sync", str(number), proof())
    write_report(book, "rehearsal", "succeeded")
    for _ in range(2):
        write_bundle(run)

    copy = tmp_path / "evidence.tar"
    copy.write_bytes((book.folder / "evidence.tar").read_bytes())
    assert main([str(copy)]) == 0
    files, _ = read_bundle(copy)
    assert sum(name.startswith("ledger/proofs/obs_sync/") for name in files) == 100
    assert "ledger/evidence.tar" not in files


def test_a_large_plan_in_a_bucket_is_read_in_pieces(root: UPath) -> None:
    rows = [plan_row(str(number), phase="adaptation", kind="object") for number in range(20_000)]
    book = Ledger(root, "lab", "large")
    book.write("plan", {"items": rows})
    size = (book.folder / "plan.json").stat().st_size
    del rows
    tracemalloc.start()
    try:
        assert sum(1 for _ in each_row(book, "adaptation", "object")) == 20_000
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()
    with pytest.raises(LedgerError, match="does not exist"):
        book.read("nothing")
