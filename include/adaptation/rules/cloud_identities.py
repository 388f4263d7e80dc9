"""Leave out the marks by which pods log in to another cloud."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.findings.cloud_identities import ACCOUNTS, PODS
from include.inventory.pod_specs import pod_metadata, pod_spec

REASON = (
    "CCE hands out no credentials of another cloud: ServiceAccounts and pods no longer name a role there; the finding "
    "cloud_identity says what to do instead."
)
SOURCE = "Open Telekom Cloud, CCE best practices, cce_bestpractice_0312, updating resources accordingly"
MARKS = frozenset({
    *ACCOUNTS,
    *PODS,
    "eks.amazonaws.com/audience",
    "eks.amazonaws.com/sts-regional-endpoints",
    "eks.amazonaws.com/token-expiration",
    "azure.workload.identity/tenant-id",
    "azure.workload.identity/use",
    "azure.workload.identity/inject-proxy-sidecar",
})


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at ServiceAccounts, pods and pod templates."""
    return obj.get("kind") == "ServiceAccount" or pod_spec(obj) is not None


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object without these labels and annotations."""
    adapted = copy.deepcopy(obj)
    drop_marks(adapted["metadata"] if obj["kind"] == "ServiceAccount" else pod_metadata(adapted), MARKS)
    return adapted


def drop_marks(metadata: dict[str, Any], marks: frozenset[str]) -> None:
    """Remove labels and annotations from metadata, in place; mappings that become empty go with them."""
    for part in ("labels", "annotations"):
        found = marks & (metadata.get(part) or {}).keys()
        for name in found:
            del metadata[part][name]
        if found and not metadata[part]:
            del metadata[part]
