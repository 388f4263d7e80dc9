"""Let pods pull from SWR with the secret CCE keeps in every namespace."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.pod_specs import pod_spec

REASON = (
    "CCE keeps the login to SWR in the Secret default-secret of every namespace: pods name it among their "
    "pull secrets."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0388, using third-party images and default-secret"
PULL_SECRET = "default-secret"  # ruff: ignore[hardcoded-password-string]  (a name)


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods and pod templates."""
    return pod_spec(obj) is not None


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with `default-secret` among its pull secrets; the others stay."""
    secrets = (pod_spec(obj) or {}).get("imagePullSecrets") or []
    if any(secret.get("name") == PULL_SECRET for secret in secrets):
        return obj
    adapted = copy.deepcopy(obj)
    spec = pod_spec(adapted)
    if spec is not None:
        spec["imagePullSecrets"] = [*secrets, {"name": PULL_SECRET}]
    return adapted
