"""Adapt an object to the rehearsal that it is restored for; runs after all other rules, and in rehearsals alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.rehearsal.adapting import CHANGES, as_rehearsed

if TYPE_CHECKING:
    from include.adaptation.context import AdaptationContext

REASON = (
    "A rehearsal lives in namespaces of its own, and takes no address, port or name from the real target."
)
SOURCE = "docs/rehearsals.md"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Services, bindings, network policies and workloads."""
    return str(obj.get("kind")) in CHANGES


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with the rehearsal's namespaces, and without a way in from outside."""
    return as_rehearsed(obj, context.namespaces)
