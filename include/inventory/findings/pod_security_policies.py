"""Namespaces whose pods a PodSecurityPolicy let in: newer clusters have none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from include.definition import Definition
from include.inventory.findings.pod_security import ENFORCE
from include.inventory.model import Finding, listed
from include.inventory.store import Inventory

RULE = "pod_security_policy"
SEVERITIES = ("warning",)
WHY = "Kubernetes 1.25 has no PodSecurityPolicy any more: on CCE nothing refuses the pods that it refused on the source."
# Written on each pod by the policies' admission.
ADMITTED_BY = "kubernetes.io/psp"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each namespace that relied on policies and has no Pod Security level instead."""
    policies: dict[str, set[str]] = defaultdict(set)
    for pod in inventory.objects("Pod"):
        policy = (pod["metadata"].get("annotations") or {}).get(ADMITTED_BY)
        if policy:
            policies[pod["metadata"]["namespace"]].add(policy)
    labelled = {
        one["metadata"]["name"]
        for one in inventory.objects("Namespace")
        if ENFORCE in (one["metadata"].get("labels") or {})
    }
    for namespace in sorted(policies.keys() - labelled):
        yield Finding(
            RULE,
            "warning",
            f"Namespace {namespace}",
            f"had its pods judged by the PodSecurityPolicy {listed(policies[namespace])}",
            f"give the namespace the label {ENFORCE} on the source: baseline until its volumes are copied, then what fits",
        )
