"""Know which node labels mean something on the source only, and what the definition maps them to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.clusters.node_fit import required_node_terms
from include.definition import Adaptation

ZONE = "topology.kubernetes.io/zone"
ZONES = frozenset({ZONE, "failure-domain.beta.kubernetes.io/zone"})
# Names of nodes, zones and node groups differ on the target.
FOREIGN = frozenset({
    *ZONES,
    "kubernetes.io/hostname",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/region",
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "agentpool",
})
EVERYWHERE = frozenset({"kubernetes.io/os", "kubernetes.io/arch"})
# Kubernetes' older names of the same labels.
RENAMED = {"beta.kubernetes.io/os": "kubernetes.io/os", "beta.kubernetes.io/arch": "kubernetes.io/arch"}
# After a cutover the source's DaemonSets stand still by a label that no node has.
HOLD_PREFIX = "cce-migration/"
FOREIGN_PREFIXES = (
    "eks.amazonaws.com/",
    "cloud.google.com/gke-",
    "kubernetes.azure.com/",
    "karpenter.sh/",
    "karpenter.k8s.aws/",
    "alpha.eksctl.io/",
    "node.openshift.io/",
    "alibabacloud.com/",
    "node.tke.cloud.tencent.com/",
    "topology.ebs.csi.aws.com/",
    "topology.gke.io/",
    "topology.disk.csi.azure.com/",
)

Label = tuple[str, str | None]


def is_foreign(name: str) -> bool:
    """Say whether a node label loses its meaning on the target."""
    return name in FOREIGN or name.startswith(FOREIGN_PREFIXES)


def is_own(name: str) -> bool:
    """Say whether people gave nodes this label: neither every cluster does, nor the hold of a quiesce."""
    return name not in EVERYWHERE and name not in RENAMED and not name.startswith(HOLD_PREFIX)


def target_label(name: str, value: str | None, adaptation: Adaptation) -> Label | None:
    """Return the label of the target's nodes that stands for one of the source's, or None when there is none.

    :param value: None when any value will do.
    """
    if f"{name}={value}" in adaptation.node_labels:
        return _written(adaptation.node_labels[f"{name}={value}"], value)
    if name in adaptation.node_labels:
        return _written(adaptation.node_labels[name], value)
    if name in ZONES and value in adaptation.zones:
        return ZONE, adaptation.zones[value]
    if _is_target(name, value, adaptation):
        return name, value
    return None if is_foreign(name) else (RENAMED.get(name, name), value)


def _is_target(name: str, value: str | None, adaptation: Adaptation) -> bool:
    written = adaptation.node_labels.values()
    return (
        f"{name}={value}" in written
        or name in written
        or (name == ZONE and value in adaptation.zones.values())
    )


def dropped_labels(spec: dict[str, Any], adaptation: Adaptation) -> list[str]:
    """Return the labels by which a pod spec demands nodes and for which the target has none, sorted."""
    return sorted({name for name, value in _demands(spec) if target_label(name, value, adaptation) is None})


def _demands(spec: dict[str, Any]) -> Iterator[Label]:
    yield from (spec.get("nodeSelector") or {}).items()
    for rule in required_rules(spec):
        yield from ((rule["key"], value) for value in rule.get("values") or [None])


def required_rules(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the match expressions a pod spec's required node affinity demands."""
    for term in required_node_terms(spec) or []:
        yield from term.get("matchExpressions") or []


def _written(label: str, value: str | None) -> Label:
    """Return a label as the definition writes it: `name=value`, or a name that keeps the value."""
    name, equals, fixed = label.partition("=")
    return name, fixed if equals else value
