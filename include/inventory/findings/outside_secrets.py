"""Secrets that an operator makes from somewhere else."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, listed
from include.inventory.pod_specs import api_group
from include.inventory.store import Inventory

RULE = "outside_secret"
SEVERITIES = ("warning",)
WHY = "The Secrets of today arrive, but nobody on CCE can make them anew: the next changed password does not get there."
STORE_REMEDY = (
    "install its operator on the target, with a login of its own at the store, before the source is retired"
)
SEALED_REMEDY = "install the controller on the target and give it the source's key (Secret sealed-secrets-key… of its namespace)"
GROUPS = {
    "bitnami.com": SEALED_REMEDY,
    "external-secrets.io": STORE_REMEDY,
    "kubernetes-client.io": STORE_REMEDY,
    "secrets-store.csi.x-k8s.io": "install the Secrets Store CSI driver and its provider: pods that mount it do not start without",
    "secrets.hashicorp.com": STORE_REMEDY,
    "infisical.com": STORE_REMEDY,
}


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report sealed and external secrets, a finding for each kind and namespace."""
    names: dict[tuple[str, str, str], list[str]] = {}
    for obj in inventory.objects():
        if api_group(obj) in GROUPS:
            place = (api_group(obj), obj["kind"], str(obj["metadata"].get("namespace")))
            names.setdefault(place, []).append(obj["metadata"]["name"])
    for (group, kind, namespace), found in sorted(names.items()):
        yield Finding(
            RULE,
            "warning",
            f"{kind}s of {namespace}",
            f"are turned into Secrets by an operator of the source: {listed(found)}",
            GROUPS[group],
        )
