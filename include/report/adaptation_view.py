"""Show which rule changed what in which object."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from include.adaptation.adapting import FOLDER
from include.adaptation.pipeline import known_rules
from include.errors import shorten
from include.ledger import Ledger, safe_key
from include.report.rows import Row

PHASE = "adaptation"
MOST_OBJECTS = 500
LONGEST_VALUE = 200
READERS = 8


@dataclass(frozen=True)
class Line:
    """Show one changed place; a side that has nothing is None."""

    rule: str
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ObjectView:
    """Show one changed object."""

    name: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class AdaptationView:
    """Be what the page shows of the adaptation: rules with their reason and how many objects they changed, then objects."""

    rules: Sequence[tuple[str, str, int]]
    objects: Sequence[ObjectView]
    count: int


def view_adaptation(ledger: Ledger, rows: Sequence[Row]) -> AdaptationView:
    """Return the changes that the phase kept in the ledger, as many as a page can bear."""
    names = [row.key for row in rows if row.phase == PHASE and row.record]
    kept = [name for name in (f"{FOLDER}/{safe_key(key)}" for key in names) if ledger.exists(name)]
    with ThreadPoolExecutor(READERS) as pool:
        changed = [document for document in pool.map(ledger.read, kept) if document.get("changes")]
    counts = Counter(rule for document in changed for rule in _rules(document))
    reasons = _reasons(ledger)
    return AdaptationView(
        rules=[(rule, reasons.get(rule, ""), count) for rule, count in counts.most_common()],
        objects=[_object(document) for document in changed[:MOST_OBJECTS]],
        count=len(changed),
    )


def _rules(document: Mapping[str, Any]) -> set[str]:
    return {change["rule"] for change in document["changes"]}


def _reasons(ledger: Ledger) -> dict[str, str]:
    definition = ledger.read("definition") if ledger.exists("definition") else {}
    written = (definition.get("adaptation") or {}).get("rules") or []
    pack = {name: rule.REASON for name, rule in known_rules().items()}
    return pack | {rule["name"]: rule["reason"] for rule in written}


def _object(document: Mapping[str, Any]) -> ObjectView:
    return ObjectView(document["object"], list(_lines(document["changes"])))


def _lines(changes: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    for change in changes:
        yield Line(change["rule"], change["path"], _written(change["before"]), _written(change["after"]))


def _written(value: Any) -> str | None:
    """Return a value on one line; nothing, and no entries of a list, as None."""
    if value is None or value == []:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shorten(text, LONGEST_VALUE)
