"""Keep which digest an image had on the source and which it has on the target."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from include.ledger import Ledger, safe_key

FOLDER = "images/digests"


class DigestRecord(BaseModel):
    """Map one image; source and target are pinned references, `repository@digest`.

    `converted` says that the target has other manifests: its media types differ, or platforms were left out. Config
    and layers of what was copied are the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    source: str
    target: str
    target_reference: str
    converted: bool
    node: str = Field(
        default="", description="node of the source it was taken from, because its registry has lost it"
    )
    left_out: list[str] = Field(
        default_factory=list, description="platforms, attestations and referrers that were not copied"
    )
    referrers: list[str] = Field(
        default_factory=list, description="digests and tags of the artifacts that were copied along"
    )

    @property
    def source_digest(self) -> str:
        """Return the digest that the image has on the source."""
        return self.source.rpartition("@")[2]

    @property
    def target_digest(self) -> str:
        """Return the digest that the image has on the target."""
        return self.target.rpartition("@")[2]

    @property
    def note(self) -> str | None:
        """Return what a reader of the report has to know, or None."""
        parts = [f"left out: {', '.join(self.left_out)}"] if self.left_out else []
        if self.node:
            parts.append(f"taken from node {self.node}: its registry has lost it")
        parts += [f"with {len(self.referrers)} referrers"] if self.referrers else []
        return "; ".join(parts) or None


def record_digest(ledger: Ledger, record: DigestRecord) -> None:
    """Write one image's record."""
    ledger.write(_document(record.key), record)


def read_digest(ledger: Ledger, key: str) -> DigestRecord | None:
    """Return an image's record, or None when it was not copied yet."""
    name = _document(key)
    return DigestRecord.model_validate(ledger.read(name)) if ledger.exists(name) else None


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


def _document(key: str) -> str:
    return f"{FOLDER}/{safe_key(key)}"
