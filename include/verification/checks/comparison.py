"""Keep what the source answered to a check, and the latencies: the cutover, in which the source stands still, reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.ledger import Ledger, safe_key
from include.verification.checks.latencies import Latencies

FOLDER = "checks"


@dataclass(frozen=True)
class Comparison:
    """Hold both sides of one check.

    :param source: the source's answer, None when it was not asked or gave none.
    :param limit: largest ratio of latencies that the definition allows.
    """

    name: str
    method: str
    source: Any
    latencies: Latencies | None
    limit: float
    is_slow: bool


def write_comparison(ledger: Ledger, comparison: Comparison) -> None:
    """Keep one; the next verification replaces it."""
    latencies = comparison.latencies
    document = {
        "name": comparison.name,
        "method": comparison.method,
        "source": comparison.source,
        "latencies": latencies.as_json() if latencies else None,
        "limit": comparison.limit,
        "is_slow": comparison.is_slow,
    }
    ledger.write(_document(comparison.name), document)


def read_comparison(ledger: Ledger, name: str) -> Comparison | None:
    """Return that of a check, or None before its verification."""
    return _read(ledger, _document(name)) if ledger.exists(_document(name)) else None


def read_comparisons(ledger: Ledger) -> list[Comparison]:
    """Return all, by name."""
    found = [_read(ledger, document) for document in ledger.list(FOLDER)]
    return sorted(found, key=lambda one: one.name)


def _read(ledger: Ledger, document: str) -> Comparison:
    fields = ledger.read(document)
    latencies = fields.pop("latencies")
    return Comparison(**fields, latencies=Latencies.from_json(latencies) if latencies else None)


def _document(name: str) -> str:
    return f"{FOLDER}/{safe_key(name)}"
