"""Custom resources that need their operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from include.definition import Definition
from include.inventory.findings.network_policies import GROUPS as NETWORK_POLICIES
from include.inventory.findings.outside_secrets import GROUPS as OUTSIDE_SECRETS
from include.inventory.model import Finding
from include.inventory.pod_specs import api_group, is_custom
from include.inventory.store import Inventory

RULE = "operator_resource"
SEVERITIES = ("warning", "info")
WHY = "Custom resources arrive with their definition, but nothing happens on CCE before somebody there acts on them."
# Group, or its end -> what brings the operator to CCE.
KNOWN = {
    "cert-manager.io": "install cert-manager with its issuers on the target: certificates come along as Secrets, renewals do not",
    "monitoring.coreos.com": "install the add-on Cloud Native Cluster Monitoring, or the Prometheus operator",
    "keda.sh": "install KEDA on the target after the cutover: before, it would start workloads that are held",
    "networking.istio.io": "install the mesh on the target",
    "security.istio.io": "install the mesh on the target: without it nothing is encrypted or refused",
    "traefik.io": "install Traefik on the target",
    "traefik.containo.us": "install Traefik on the target",
    "gateway.networking.k8s.io": "install a controller of the Gateway API on the target",
}
# These have rules of their own, or stay behind.
OTHERS = OUTSIDE_SECRETS.keys() | NETWORK_POLICIES | {"argoproj.io", "velero.io", "snapshot.storage.k8s.io"}
FLUX = ".fluxcd.io"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each kind of custom resource with the number of its objects."""
    counts: Counter[tuple[str, str]] = Counter()
    for obj in inventory.objects():
        group = api_group(obj)
        is_counted = (is_custom(obj) or group in KNOWN) and obj["metadata"].get("namespace")
        if is_counted and group not in OTHERS and not group.endswith(FLUX):
            counts[group, obj["kind"]] += 1
    for (group, kind), count in sorted(counts.items()):
        yield Finding(
            RULE,
            "warning" if group in KNOWN else "info",
            f"{kind}.{group}",
            f"does nothing without a program that acts on it ({count} of them)",
            KNOWN.get(group, "see that its operator runs on the target, unless it is among what is migrated"),
        )
