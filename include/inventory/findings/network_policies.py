"""Policies of the network that CCE may not enforce."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, listed
from include.inventory.pod_specs import api_group
from include.inventory.store import Inventory

RULE = "network_policy"
SEVERITIES = ("warning", "info")
WHY = "A policy nobody enforces lets everything through, and nothing says so."
GROUPS = frozenset({
    "cilium.io",
    "crd.antrea.io",
    "crd.projectcalico.org",
    "projectcalico.org",
    "security.antrea.io",
})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report policies of Calico, Cilium and Antrea, and that ordinary ones depend on the target's network model."""
    counts: dict[tuple[str, str], list[str]] = {}
    for obj in inventory.objects():
        is_plain = api_group(obj) == "networking.k8s.io" and obj["kind"] == "NetworkPolicy"
        if is_plain or api_group(obj) in GROUPS:
            kind = obj["kind"] if is_plain else f"{obj['kind']}.{api_group(obj)}"
            counts.setdefault((kind, str(obj["metadata"].get("namespace"))), []).append(
                obj["metadata"]["name"]
            )
    for (kind, namespace), names in sorted(counts.items()):
        yield _plain(namespace, names) if kind == "NetworkPolicy" else _foreign(kind, namespace, names)


def _plain(namespace: str, names: list[str]) -> Finding:
    return Finding(
        RULE,
        "info",
        f"NetworkPolicies of {namespace}",
        f"are enforced in tunnel networks, elsewhere with DataPlane V2 only: {listed(names)}",
        "choose this when the target cluster is made: its network model cannot be changed later",
    )


def _foreign(kind: str, namespace: str, names: list[str]) -> Finding:
    return Finding(
        RULE,
        "warning",
        f"{kind} of {namespace}",
        f"belong to the source's network plugin, which CCE does not have: {listed(names)}",
        "write them as NetworkPolicies, or as rules of security groups",
    )
