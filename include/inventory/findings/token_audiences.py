"""Pods with ServiceAccount tokens for somebody outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "token_audience"
SEVERITIES = ("warning",)
WHY = (
    "The target signs tokens as another issuer: who trusts the source's (Vault, a cloud's IAM) refuses them."
)
CLUSTER = ("https://kubernetes.default.svc", "kubernetes.default.svc", "https://kubernetes.default")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report projected tokens whose audience is not the cluster itself."""
    for obj, spec in migrated_pods(inventory, definition):
        audiences = {
            str((source.get("serviceAccountToken") or {}).get("audience") or "")
            for volume in spec.get("volumes") or []
            for source in (volume.get("projected") or {}).get("sources") or []
        }
        outside = sorted(name for name in audiences if name and not name.startswith(CLUSTER))
        if outside:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"shows tokens of the source's issuer to {', '.join(outside)}",
                "make them trust the issuer and keys of the target before the cutover",
            )
