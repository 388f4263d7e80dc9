"""Take what a cutover held or redirected as it was before: afterwards the source stands still, and leads on to the target."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext
from include.adaptation.hold import can_be_held, release

REASON = "A source that was quiesced before stands still: the workload gets back the replicas it had, and the Service its selector."
SOURCE = "docs/decisions/0010-what-undoes-a-cutover.md"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at kinds that can be held, and at Services."""
    return can_be_held(obj) or (obj.get("kind") == "Service" and obj.get("apiVersion") == "v1")


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the workload with the replicas, or the Service with the selector, that it had before."""
    return release(obj)
