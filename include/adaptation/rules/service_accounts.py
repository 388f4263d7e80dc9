"""Leave out the token Secrets of ServiceAccounts; the target makes its own."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext

REASON = (
    "Tokens of the source are worth nothing on CCE: ServiceAccounts no longer name the Secrets that hold "
    "them."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0388, service account tokens"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at ServiceAccounts."""
    return obj.get("kind") == "ServiceAccount" and obj.get("apiVersion") == "v1"


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the ServiceAccount without its `secrets`; pull secrets stay."""
    return normalized(obj)


def normalized(obj: dict[str, Any]) -> dict[str, Any]:
    """Return the same without a context: the comparison of source and target uses it on both."""
    return {name: value for name, value in obj.items() if name != "secrets"}
