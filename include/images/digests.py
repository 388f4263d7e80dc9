"""Keep which digest an image had on the source and which it has on the target."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from include.ledger import Ledger, safe_key

FOLDER = "images/digests"


class DigestRecord(BaseModel):
    """Map one image; source and target are pinned references, `repository@digest`.

    `converted` says that the target needed other media types: the manifest's digest differs then, while config
    and layers are the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    source: str
    target: str
    target_reference: str
    converted: bool


def record_digest(ledger: Ledger, record: DigestRecord) -> None:
    """Write one image's record."""
    ledger.write(f"{FOLDER}/{safe_key(record.key)}", record)


def digest_map(ledger: Ledger) -> dict[str, str]:
    """Return pinned source reference -> pinned target reference of every copied image."""
    return {record.source: record.target for record in digest_records(ledger)}


def digest_records(ledger: Ledger) -> list[DigestRecord]:
    """Return all records, by key."""
    documents: list[dict[str, Any]] = [ledger.read(name) for name in ledger.list(FOLDER)]
    return [DigestRecord.model_validate(document) for document in documents]


def pinned(reference: str, digest: str) -> str:
    """Return a reference with a digest in place of its tag."""
    name = reference.partition("@")[0]
    repository, colon, tag = name.rpartition(":")
    return f"{repository if colon and '/' not in tag else name}@{digest}"
