"""Namespaces whose pods a PodSecurityPolicy let in: newer clusters have none."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, listed
from include.inventory.pod_security import ENFORCE, judging_policies, levels_instead
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "pod_security_policy"
SEVERITIES = ("info",)
WHY = "Kubernetes 1.25 has no PodSecurityPolicy any more: on CCE nothing refuses the pods that it refused on the source."
HANDLED_BY: PhaseId = "adaptation"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each namespace that relied on policies, with the Pod Security level that it gets instead."""
    levels = levels_instead(inventory)
    for namespace, policies in sorted(judging_policies(inventory).items()):
        yield Finding(
            RULE,
            "info",
            f"Namespace {namespace}",
            f"had its pods judged by the PodSecurityPolicy {listed(policies)}; gets the label {ENFORCE}: {levels[namespace]}",
            "give the namespace another level on the source, or a stricter one after the migration",
            handled_by=HANDLED_BY,
        )
