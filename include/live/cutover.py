"""Show the cutover as its client saw it: the steps on a time line, and when requests failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.live.documents import Documents

FIGURES = (
    "seconds",
    "requests",
    "failed_requests",
    "writes_acknowledged",
    "writes_lost",
    "writes_doubled",
    "unmeasured_seconds",
)


def downtime_of(documents: Documents) -> dict[str, Any] | None:
    """Return figures, steps and outages of the cutover, moments in seconds since the epoch; None before it.

    Steps are there as soon as they are over; the figures when the client has been looked at.
    """
    steps = sorted(documents.all("cutover/steps", dict).values(), key=lambda step: float(step["started"]))
    measured = documents.one("cutover/downtime")
    if not steps and measured is None:
        return None
    known = measured or {}
    return {
        "steps": [_step(step) for step in steps] or [_step(step) for step in known.get("steps", [])],
        "outages": known.get("outages", []),
        "is_measured": measured is not None,
        **{name: known.get(name) for name in FIGURES},
    }


def predicted_downtime(documents: Documents) -> dict[str, Any] | None:
    """Return the downtime that was predicted, with its steps, or None where nobody predicted it."""
    found: dict[str, Any] | None = documents.one("assessment", _prediction)
    return found


def _prediction(assessment: Mapping[str, Any]) -> dict[str, Any] | None:
    return (assessment.get("prediction") or {}).get("downtime")


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": step["name"],
        "part": step.get("part", ""),
        "started": step.get("started"),
        "finished": step.get("finished"),
        "seconds": step.get("seconds"),
    }
