"""Join plan rows, item records, proofs and waivers by phase and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from include.choice import recorded_choice
from include.ledger import ItemRecord, Ledger, Proof, Waiver
from include.phases import PHASES
from include.report.document import Kind, ReportItem, ReportWaiver
from include.waivers import defined_waivers

# Phases a run of each kind does not act in: their plan rows ask for no proof.
UNTOUCHED: Mapping[Kind, frozenset[str]] = {
    "migration": frozenset({"source_retirement"}),
    "rehearsal": frozenset({"cutover", "source_retirement"}),
    "assessment": frozenset(PHASES),
    "partial": frozenset({"cutover", "source_retirement"}),
}
EXCLUDED = frozenset({"exclude", "excluded"})

RowKey = tuple[str, str]
State = Literal["open", "waived", "excluded", "equal"]


@dataclass(frozen=True)
class Row:
    """Hold what plan and ledger know of one item; `record` is None when no task reached it."""

    phase: str
    key: str
    planned: Mapping[str, Any] | None
    record: ItemRecord | None
    proof: Proof | None
    waiver: Waiver | None

    @property
    def is_excluded(self) -> bool:
        """Say whether the plan or the phase left the item out on purpose."""
        if self.record is not None:
            return self.record.action == "excluded"
        return self.planned is not None and self.planned.get("action") in EXCLUDED

    @property
    def exclusion_reason(self) -> str:
        """Return why the plan left the item out, or nothing."""
        details = self.planned.get("details") if self.planned else None
        return str(details.get("reason", "")) if isinstance(details, Mapping) else ""

    @property
    def problem(self) -> str | None:
        """Say why the item does not count as arrived, or None."""
        if self.is_excluded or self.waiver is not None:
            return None
        if self.record is None:
            return "planned, but no task reached it"
        if self.record.action == "failed":
            return self.record.error or "failed; its task log says why"
        if self.proof is None:
            return "no proof was recorded"
        return None if self.proof.equal else "source and target differ"

    @property
    def state(self) -> State:
        """Return how the item ended, in one word."""
        if self.problem:
            return "open"
        if self.is_excluded:
            return "excluded"
        return "waived" if self.waiver else "equal"

    def as_item(self) -> ReportItem:
        """Return the row as the report shows it."""
        known: Mapping[str, Any] = self.record.model_dump() if self.record else self.planned or {}
        action = self.record.action if self.record else "excluded" if self.is_excluded else "failed"
        predicted = known.get("predicted_seconds")
        if predicted is None and self.planned:
            predicted = self.planned.get("predicted_seconds")
        return ReportItem(
            phase=self.phase,
            kind=str(known.get("kind", "")),
            source=str(known.get("source", "")),
            target=str(known.get("target", "")),
            action=action,
            bytes=self.record.bytes if self.record else 0,
            seconds=self.record.seconds if self.record else 0.0,
            predicted_seconds=predicted,
            proof=self.proof,
            waiver=ReportWaiver(by=self.waiver.by, reason=self.waiver.reason) if self.waiver else None,
        )


def join_rows(ledger: Ledger, kind: Kind) -> list[Row]:
    """Return every planned or recorded item of a run, in phase order, then by key."""
    untouched = untouched_phases(ledger, kind)
    planned = {key: row for key, row in _planned(ledger) if key[0] not in untouched}
    records = {(item.phase, item.key): item for item in ledger.items()}
    keys = sorted(planned.keys() | records.keys(), key=lambda key: (phase_order(key[0]), key[1]))
    proofs, waivers = _proofs(ledger, keys), _waivers(ledger, keys)
    return [
        Row(
            phase=key[0],
            key=key[1],
            planned=planned.get(key),
            record=records.get(key),
            proof=proofs.get(key),
            waiver=None if _is_proved(records.get(key), proofs.get(key)) else waivers.get(key),
        )
        for key in keys
    ]


def untouched_phases(ledger: Ledger, kind: Kind) -> frozenset[str]:
    """Return the phases that a run does not act in, by its kind or because they were not chosen for it."""
    return UNTOUCHED[kind] | recorded_choice(ledger).left_out


def phase_order(phase: str) -> tuple[int, str]:
    """Return the place of a phase in the process; unknown ones come last."""
    return (PHASES.index(phase), "") if phase in PHASES else (len(PHASES), phase)


def planned_items(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the plan's rows, or none when the run ended before there was a plan."""
    return list(ledger.read("plan").get("items") or []) if ledger.exists("plan") else []


def _planned(ledger: Ledger) -> Iterator[tuple[RowKey, dict[str, Any]]]:
    for row in planned_items(ledger):
        yield (str(row["phase"]), str(row["key"])), row


def _phases_of(keys: list[RowKey]) -> list[str]:
    return sorted({phase for phase, _ in keys})


def _proofs(ledger: Ledger, keys: list[RowKey]) -> dict[RowKey, Proof]:
    return {(phase, key): proof for phase in _phases_of(keys) for key, proof in ledger.proofs(phase).items()}


def _is_proved(record: ItemRecord | None, proof: Proof | None) -> bool:
    return record is not None and record.action != "failed" and proof is not None and proof.equal


def _waivers(ledger: Ledger, keys: list[RowKey]) -> dict[RowKey, Waiver]:
    """Return waivers of the definition that have not expired, overlaid by those recorded in this run."""
    found = defined_waivers(ledger)
    for phase in _phases_of(keys):
        found.update({(phase, key): waiver for key, waiver in ledger.waivers(phase).items()})
    return found
