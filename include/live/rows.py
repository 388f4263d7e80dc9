"""Join plan, items, proofs and waivers of a run that may still go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from include.errors import shorten
from include.live.documents import Document, Documents
from include.report.document import Kind
from include.report.rows import EXCLUDED, UNTOUCHED, phase_order

State = Literal["failed", "running", "waiting", "unproved", "equal", "waived", "excluded"]
# What needs a person first.
STATES: tuple[State, ...] = get_args(State)
SETTLED: frozenset[State] = frozenset({"equal", "waived", "excluded"})
RowKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """Be one item as the page lists it; `total` are the bytes it was planned with, `eta` the seconds it still takes."""

    phase: str
    key: str
    kind: str
    source: str
    target: str
    action: str
    state: State
    bytes: int = 0
    total: int = 0
    seconds: float | None = None
    predicted: float | None = None
    rate: int | None = None
    eta: float | None = None
    proof: str | None = None
    problem: str | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON."""
        return asdict(self)


def _planned(plan: Document) -> list[Row]:
    return [_planned_row(row) for row in plan.get("items") or []]


def _planned_row(row: Document) -> Row:
    is_excluded = row.get("action") in EXCLUDED
    return Row(
        **_names(row),
        action=str(row.get("action", "")),
        state="excluded" if is_excluded else "waiting",
        total=int(row.get("bytes") or 0),
        predicted=row.get("predicted_seconds"),
        note=str((row.get("details") or {}).get("reason") or "") or None if is_excluded else None,
    )


class Joined:
    """Keep the joined rows of a run until one of its documents is written anew."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._parts: list[Any] = []
        self._rows: list[Row] = []

    def rows(self, kind: Kind) -> list[Row]:
        """Return every planned or recorded item, in phase order, then by key; the same list while nothing changes."""
        read = self._documents
        parts = [
            kind,
            read.one("plan", _planned),
            read.one("definition"),
            read.all("items", _recorded),
            read.all("proofs", _proved),
            read.all("waivers", dict),
        ]
        if len(self._parts) != len(parts) or any(
            one is not known for one, known in zip(parts, self._parts, strict=True)
        ):
            self._parts, self._rows = parts, _join(*parts)
        return self._rows


def _join(
    kind: Kind,
    plan: Sequence[Row] | None,
    definition: Document | None,
    items: Mapping[str, Row],
    proved: Mapping[str, Document],
    waived: Mapping[str, Document],
) -> list[Row]:
    planned = {(row.phase, row.key): row for row in plan or [] if row.phase not in UNTOUCHED[kind]}
    records = {(row.phase, row.key): row for row in items.values()}
    proofs = {(row["phase"], row["key"]): row for row in proved.values()}
    waivers = _waivers(definition or {}, waived)
    order = sorted(planned.keys() | records.keys(), key=lambda key: (phase_order(key[0]), key[1]))
    return [_joined(key, planned, records, proofs, waivers) for key in order]


def _joined(
    key: RowKey,
    planned: Mapping[RowKey, Row],
    records: Mapping[RowKey, Row],
    proofs: Mapping[RowKey, Document],
    waivers: Mapping[RowKey, str],
) -> Row:
    record, plan, proof = records.get(key), planned.get(key), proofs.get(key)
    if record is None:
        return planned[key]
    state, problem, note = _judged(record, proof, waivers.get(key))
    return replace(
        record,
        state=state,
        problem=problem,
        note=note,
        total=plan.total if plan else record.bytes,
        predicted=plan.predicted if plan and record.predicted is None else record.predicted,
        proof=proof["method"] if proof else None,
    )


def _judged(row: Row, proof: Document | None, waiver: str | None) -> tuple[State, str | None, str | None]:
    """Return state, problem and note of a recorded row; the report judges alike at the end (include/report/rows.py)."""
    if row.action == "excluded":
        return "excluded", None, row.note
    if waiver is not None:
        return "waived", None, waiver
    if row.action == "failed":
        return "failed", row.problem or "failed; its task log says why", row.note
    if proof is None:
        return "unproved", None, row.note
    if not proof["equal"]:
        return "failed", row.problem or "source and target differ", row.note
    return "equal", None, row.note


def _names(row: Document) -> dict[str, Any]:
    return {name: str(row.get(name, "")) for name in ("phase", "key", "kind", "source", "target")}


def _recorded(item: Document) -> Row:
    return Row(
        **_names(item),
        action=str(item.get("action", "")),
        state="unproved",
        bytes=int(item.get("bytes") or 0),
        seconds=item.get("seconds"),
        predicted=item.get("predicted_seconds"),
        problem=shorten(item["error"]) if item.get("error") else None,
        note=item.get("note"),
    )


def _proved(proof: Document) -> Document:
    """Return what a list shows of a proof: its values can be large, and are read when one is looked at."""
    return {name: proof.get(name) for name in ("phase", "key", "method", "equal")}


def _waivers(definition: Document, recorded: Mapping[str, Document]) -> dict[RowKey, str]:
    """Return who accepted which item, and why: as the definition says, and as this run recorded."""
    found = {
        (str(row["phase"]), str(row["item"])): _accepted(row["accepted_by"], row["reason"])
        for row in definition.get("waivers") or []
    }
    return found | {
        (row["phase"], row["key"]): _accepted(row["by"], row["reason"]) for row in recorded.values()
    }


def _accepted(by: str, reason: str) -> str:
    return f"accepted by {by}: {reason}"
