"""Shape the plan: one row per item, with what is to be done and what it should cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from include.errors import LedgerError
from include.ledger import Action, ItemRecord, Ledger

DOCUMENT = "plan"

PlanAction = Literal["copy", "adapt", "install", "prepare", "verify", "switch", "exclude"]


class PlanItem(BaseModel):
    """Plan one item; `key` is unique within its phase and names the item in ledger and report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(min_length=1)
    phase: str
    kind: str
    source: str
    target: str
    action: PlanAction
    bytes: int = Field(default=0, ge=0, description="predicted bytes, 0 when unknown")
    predicted_seconds: float = Field(default=0.0, ge=0)
    details: dict[str, Any] = Field(default_factory=dict)

    def record(
        self,
        action: Action,
        *,
        seconds: float = 0.0,
        size: int = 0,
        error: str | None = None,
        note: str | None = None,
    ) -> ItemRecord:
        """Return the record of what was done with this item.

        :param size: bytes moved.
        :param note: what a reader of the report has to know of it.
        """
        return ItemRecord(
            key=self.key,
            phase=self.phase,
            kind=self.kind,
            source=self.source,
            target=self.target,
            action=action,
            bytes=size,
            seconds=round(seconds, 3),
            predicted_seconds=self.predicted_seconds,
            error=error,
            note=note,
        )


class Plan(BaseModel):
    """Hold every row of a migration, in phase order, then by key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: list[PlanItem] = Field(alias="items", default_factory=list)

    def items(self, phase: str | None = None, kind: str | None = None) -> list[PlanItem]:
        """Return the rows to act on, of one phase and kind when they are given; excluded ones are left out."""
        return [row for row in self._chosen(phase, kind) if row.action != "exclude"]

    def excluded(self, phase: str | None = None) -> list[PlanItem]:
        """Return the rows that stay behind on purpose; `details["reason"]` says why."""
        return [row for row in self._chosen(phase, None) if row.action == "exclude"]

    def item(self, phase: str, key: str) -> PlanItem:
        """Return one row.

        :raises LedgerError: when the plan has no such row.
        """
        found = self._by_key.get((phase, key))
        if found is None:
            raise LedgerError(f"the plan has no item {key} in phase {phase}; make the plan again")
        return found

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], PlanItem]:
        return {(row.phase, row.key): row for row in self.rows}

    def _chosen(self, phase: str | None, kind: str | None) -> Iterable[PlanItem]:
        return (row for row in self.rows if phase in {None, row.phase} and kind in {None, row.kind})


def save_plan(ledger: Ledger, plan: Plan) -> None:
    """Write the plan."""
    ledger.write(DOCUMENT, plan)


def load_plan(ledger: Ledger) -> Plan:
    """Read the plan of a run.

    :raises LedgerError: when none was made.
    """
    _refuse_missing(ledger)
    return Plan.model_validate(ledger.read(DOCUMENT))


def part_of_plan(ledger: Ledger, phase: str, kind: str | None = None) -> Plan:
    """Read the rows of one phase, or of one kind in it, and keep no others: those of objects are many.

    :raises LedgerError: when no plan was made.
    """
    return Plan(items=list(_rows(ledger, phase, kind)))


def each_row(ledger: Ledger, phase: str, kind: str | None = None) -> Iterator[PlanItem]:
    """Yield the rows to act on of one phase, and kind when it is given, one by one as they are read.

    :raises LedgerError: when no plan was made.
    """
    return (row for row in _rows(ledger, phase, kind) if row.action != "exclude")


def _rows(ledger: Ledger, phase: str, kind: str | None) -> Iterator[PlanItem]:
    _refuse_missing(ledger)
    for row in ledger.entries(DOCUMENT, "items"):
        if row["phase"] == phase and kind in {None, row["kind"]}:
            yield PlanItem.model_validate(row)


def _refuse_missing(ledger: Ledger) -> None:
    if not ledger.exists(DOCUMENT):
        raise LedgerError(f"{ledger.folder}: no plan was made; run the phase resource_planning first")
