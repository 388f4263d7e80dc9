"""Read the conditions in the status of Kubernetes' objects."""

from __future__ import annotations

from typing import Any


def met_conditions(obj: dict[str, Any] | None) -> set[str]:
    """Return the types of the conditions that an object's status calls true, as `Ready` of a node; none of one that is not there."""
    conditions = ((obj or {}).get("status") or {}).get("conditions") or []
    return {str(row.get("type")) for row in conditions if row.get("status") == "True"}


def is_established(definition: dict[str, Any] | None) -> bool:
    """Say whether the API serves what a CustomResourceDefinition defines."""
    return "Established" in met_conditions(definition)
