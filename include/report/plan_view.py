"""Prepare a plan for the page that shows it before anything was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.ledger import Ledger
from include.planning.drift import Change, noted_changes
from include.planning.model import Plan, PlanItem, load_plan
from include.planning.summary_target import becomes, name_of, specification

MOST_ROWS = 500


@dataclass(frozen=True)
class PhaseView:
    """Show the items of one phase; `more` further ones are not drawn."""

    id: str
    rows: Sequence[PlanItem]
    count: int

    @property
    def more(self) -> int:
        """Return how many items are not drawn."""
        return self.count - len(self.rows)


@dataclass(frozen=True)
class PlanView:
    """Be what the page shows of a plan."""

    phases: Sequence[PhaseView]
    resources: Sequence[Mapping[str, Any]]
    is_ordered: bool
    changes: Sequence[Change]


def view_plan(ledger: Ledger) -> PlanView:
    """Return the plan of a run as its page shows it."""
    plan = load_plan(ledger)
    names = dict.fromkeys(row.phase for row in plan.items())
    return PlanView(
        phases=[_phase(name, plan) for name in names],
        resources=[_resource(row) for row in plan.items("resource_planning", "resource")],
        is_ordered=any("provide" in row.details for row in plan.items("resource_planning")),
        changes=noted_changes(ledger),
    )


def _phase(name: str, plan: Plan) -> PhaseView:
    rows = [row for row in plan.items(name) if row.kind != "resource"]
    return PhaseView(name, rows[:MOST_ROWS], len(rows))


def _resource(row: PlanItem) -> Mapping[str, Any]:
    return {
        "name": name_of(row),
        "purpose": row.source,
        "becomes": becomes(row),
        "specification": specification(row),
    }
