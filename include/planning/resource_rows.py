"""Shape the rows of what has to be ready in the target cloud."""

from __future__ import annotations

from typing import Any

from include.planning.model import PlanItem
from include.planning.rates import RATES, predict_seconds
from include.provisioning.providing import MAKE

PHASE = "resource_planning"
# What is not made here may be on its way up all the same.
LONGEST_MINUTES = 45.0


def resource_row(key: str, source: str, target: str, details: dict[str, Any] | None = None) -> PlanItem:
    """Return the row of one resource; a key begins with its kind, by which the time of making it is predicted."""
    known = details or {}
    making = f"new {key.partition('/')[0]}"
    is_long = known.get("provide") == MAKE and making in RATES
    return PlanItem(
        key=key,
        phase=PHASE,
        kind="resource",
        source=source,
        target=target,
        action="prepare",
        predicted_seconds=predict_seconds(making if is_long else "resource"),
        details=known,
    )
