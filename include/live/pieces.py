"""Find the pieces of work that go on at this moment, with their rate and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from include.ledger import safe_key
from include.live.documents import Documents
from include.live.rows import Row

FOLDER = "progress"
# A piece writes every second; a busy worker or storage may be late.
SILENT_AFTER_SECONDS = 20.0
# Here a piece is one item. Elsewhere it is a shard of many, which only bears the name of its first.
PHASES_OF_SINGLE_ITEMS = frozenset({"rds_dump_restore", "obs_sync"})


def running_pieces(documents: Documents, phases: Iterable[str], moment: datetime) -> list[dict[str, Any]]:
    """Return the pieces of unfinished phases that have told of themselves lately, those with most bytes left first."""
    found = [
        _piece(name, document)
        for name, document in documents.all(FOLDER, dict).items()
        if name.split("/")[1] in set(phases) and _is_fresh(document, moment)
    ]
    return sorted(found, key=lambda piece: (piece["bytes"] - piece["total_bytes"], piece["name"]))


def with_pieces(rows: Sequence[Row], pieces: Sequence[dict[str, Any]]) -> list[Row]:
    """Return the rows with what their pieces tell of them; the pieces get the rows' names as titles."""
    by_key: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for piece in pieces:
        by_key[piece["phase"], piece["of"]].append(piece)
    phases = {piece["phase"] for piece in pieces}
    # No piece is of an object alone, and of these there are thousands.
    return [_told(row, by_key) if row.phase in phases and row.kind != "object" else row for row in rows]


def _told(row: Row, by_key: Mapping[tuple[str, str], Sequence[dict[str, Any]]]) -> Row:
    pieces = by_key.get((row.phase, safe_key(row.key)))
    if not pieces:
        return row
    for piece in pieces:
        piece["title"] = f"{row.source}{piece['part']}"
    return _running(row, pieces) if row.phase in PHASES_OF_SINGLE_ITEMS else row


def _running(row: Row, pieces: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row with the sum of what goes on, and the time of the piece that ends last."""
    rates, ends, seconds = (
        [piece[name] for piece in pieces if piece[name] is not None] for name in ("rate", "eta", "seconds")
    )
    return replace(
        row,
        state="running",
        bytes=max(row.bytes, sum(piece["bytes"] for piece in pieces)),
        rate=sum(rates) if rates else None,
        eta=max(ends, default=None),
        seconds=max(seconds, default=None),
        problem=None,
    )


def _piece(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    _, phase, key = name.split("/", 2)
    return {
        "phase": phase,
        "name": key,
        "of": safe_key(str(document["of"])) if "of" in document else key,
        "part": document.get("part") or "",
        "title": key,
        "what": document.get("stage") or document.get("what") or "items",
        "items": document.get("items", 0),
        "total_items": document.get("total_items", 0),
        "bytes": document.get("bytes") or 0,
        "total_bytes": document.get("total_bytes") or 0,
        "rate": document.get("bytes_per_second"),
        "seconds": document.get("seconds"),
        "eta": document.get("seconds_left"),
    }


def _is_fresh(document: Mapping[str, Any], moment: datetime) -> bool:
    try:
        at = datetime.fromisoformat(str(document["at"]))
    except (KeyError, ValueError):
        return False
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (moment - at).total_seconds() < SILENT_AFTER_SECONDS
