"""Pods that ask the source's network for something special."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import pod_metadata
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "cni_annotation"
SEVERITIES = ("warning",)
WHY = "CCE has a network of its own: a fixed address, a second interface or an address pool of the source is not there."
PREFIXES = (
    "cni.projectcalico.org/",
    "ipam.cilium.io/",
    "k8s.aliyun.com/",
    "k8s.ovn.org/",
    "k8s.v1.cni.cncf.io/networks",
    "network.alibabacloud.com/",
    "networking.gke.io/",
    "ovn.kubernetes.io/",
    "tke.cloud.tencent.com/",
    "vpc.amazonaws.com/",
)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads whose pods carry annotations of another network plugin."""
    for obj, _ in migrated_pods(inventory, definition):
        annotations = pod_metadata(obj).get("annotations") or {}
        foreign = sorted(name for name in annotations if name.startswith(PREFIXES))
        if foreign:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"asks the source's network plugin by {', '.join(foreign)}, which is left out on the way",
                "use what CCE has instead (annotations yangtse.io/* for fixed addresses and security groups), or do without",
            )
