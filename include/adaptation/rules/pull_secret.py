"""Let pods pull from SWR with the secret CCE keeps in every namespace."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.pod_specs import pod_spec

REASON = (
    "CCE keeps the login to SWR in the Secret default-secret of every namespace: pods name it, and no longer a login to "
    "registries of the source that they need for nothing."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0388, using third-party images and default-secret"
PULL_SECRET = "default-secret"  # ruff: ignore[hardcoded-password-string]  (a name)


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods, pod templates and ServiceAccounts."""
    return pod_spec(obj) is not None or _is_account(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object without the logins that stay behind; pods name `default-secret`."""
    adapted = copy.deepcopy(obj)
    holder = adapted if _is_account(obj) else pod_spec(adapted) or {}
    secrets = holder.get("imagePullSecrets") or []
    kept = [
        row
        for row in secrets
        if (obj["metadata"].get("namespace"), row.get("name")) not in context.source_logins
    ]
    if not _is_account(obj) and PULL_SECRET not in [row.get("name") for row in kept]:
        kept.append({"name": PULL_SECRET})
    if kept != secrets:
        holder["imagePullSecrets"] = kept
    if not kept:
        holder.pop("imagePullSecrets", None)
    return adapted


def _is_account(obj: dict[str, Any]) -> bool:
    return obj.get("kind") == "ServiceAccount" and obj.get("apiVersion") == "v1"
