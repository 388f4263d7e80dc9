"""A run's ledger in a bucket, through the path and the connection that tasks use: `s3://connection@bucket/prefix`."""

from __future__ import annotations

import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from airflow.sdk import ObjectStoragePath

from cce_migration.runs import LEDGER_ROOT, ledger_root
from include.errors import LedgerError
from include.ledger import Ledger
from tests.builders.runs import RUN_ID, item, proof

from .conftest import Document
from .storage_client import made_bucket, open_client

pytestmark = pytest.mark.lab


@dataclass(frozen=True)
class Place:
    """A root of ledgers in a bucket, and a client of the same bucket."""

    root: ObjectStoragePath
    client: Any


@pytest.fixture(params=["source_s3", "obs"])
def place(
    request: pytest.FixtureRequest, connections: dict[str, Document], monkeypatch: pytest.MonkeyPatch
) -> Generator[Place]:
    """Return a place in a new bucket of each store; OBS answers virtual-hosted requests only."""
    document = connections[request.param]
    client = open_client(document)
    with made_bucket(client) as bucket:
        monkeypatch.setenv(f"AIRFLOW_CONN_{request.param.upper()}", json.dumps(document))
        monkeypatch.setenv(LEDGER_ROOT, f"s3://{request.param}@{bucket}/ledgers")
        yield Place(ledger_root(), client)


def test_documents_are_read_as_they_were_written(place: Place) -> None:
    book = Ledger(place.root, "lab", RUN_ID)
    book.write("plan", {"items": ["Größe", 1]})
    book.write("plan", {"items": ["Größe", 2]})
    book.record_item("obs_sync", item("pictures"))
    book.record_proof("obs_sync", "pictures", proof())

    again = Ledger(place.root, "lab", RUN_ID)
    assert again.read("plan") == {"items": ["Größe", 2]}
    assert [row.key for row in again.items("obs_sync")] == ["pictures"]
    assert again.proofs("obs_sync") == {"pictures": proof()}


def test_what_another_process_writes_is_seen(place: Place) -> None:
    book = Ledger(place.root, "lab", RUN_ID)
    book.write("notes/mine", {"from": "here"})
    assert book.list("notes") == ["notes/mine"]

    folder = f"{place.root.key}/lab/{RUN_ID}/notes"
    for name in ("mine", "another"):
        place.client.put_object(
            Bucket=place.root.bucket, Key=f"{folder}/{name}.json", Body=b'{"from": "elsewhere"}'
        )

    assert book.list("notes") == ["notes/another", "notes/mine"]
    assert book.read("notes/mine") == {"from": "elsewhere"}


def test_writers_side_by_side_lose_nothing(place: Place) -> None:
    book = Ledger(place.root, "lab", RUN_ID)

    def write(number: int) -> None:
        book.record_item("obs_sync", item(f"bucket {number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert len(book.items("obs_sync")) == 40


def test_a_missing_document_says_who_would_have_written_it(place: Place) -> None:
    book = Ledger(place.root, "lab", RUN_ID)
    with pytest.raises(LedgerError, match="the step that writes it has not run yet"):
        book.read("plan")
