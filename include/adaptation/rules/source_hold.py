"""Take a workload as it was before a quiesce held it: after a cutover the source stands still."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext
from include.adaptation.hold import can_be_held, release

REASON = "A source that was quiesced before stands still: the workload gets back the replicas it had."
SOURCE = "docs/decisions/0010-what-undoes-a-cutover.md"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at kinds that can be held."""
    return can_be_held(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the workload with the replicas it had before the quiesce."""
    return release(obj)
