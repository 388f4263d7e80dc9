"""Know which node labels mean something on the source only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Names of nodes, zones and node groups differ on the target.
FOREIGN = frozenset({
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "agentpool",
})
EVERYWHERE = frozenset({"kubernetes.io/os", "kubernetes.io/arch"})
# After a cutover the source's DaemonSets stand still by a label that no node has.
HOLD_PREFIX = "cce-migration/"
FOREIGN_PREFIXES = (
    "eks.amazonaws.com/",
    "cloud.google.com/gke-",
    "kubernetes.azure.com/",
    "karpenter.sh/",
    "alpha.eksctl.io/",
    "node.openshift.io/",
    "alibabacloud.com/",
    "node.tke.cloud.tencent.com/",
)


def is_foreign(name: str) -> bool:
    """Say whether a node label loses its meaning on the target."""
    return name in FOREIGN or name.startswith(FOREIGN_PREFIXES)


def is_own(name: str) -> bool:
    """Say whether people gave nodes this label: neither every cluster does, nor the hold of a quiesce."""
    return name not in EVERYWHERE and not name.startswith(HOLD_PREFIX)


def foreign_labels(spec: dict[str, Any]) -> list[str]:
    """Return the foreign labels by which a pod spec demands nodes, sorted."""
    found = {name for name in spec.get("nodeSelector") or {} if is_foreign(name)}
    found |= {rule["key"] for rule in required_rules(spec) if is_foreign(rule["key"])}
    return sorted(found)


def required_rules(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the match expressions a pod spec's required node affinity demands."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or []:
        yield from term.get("matchExpressions") or []
