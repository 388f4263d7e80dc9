"""Spread pods by labels that the target's nodes carry."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.pod_specs import pod_spec

REASON = (
    "CCE labels its nodes with Kubernetes' names of zone, region and node pool: pods are spread by these instead of older "
    "names and those of another cloud."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0004, node labels"
ZONE, REGION, POOL = (
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "cce.cloud.com/cce-nodepool",
)
KEYS = {
    "failure-domain.beta.kubernetes.io/zone": ZONE,
    "failure-domain.beta.kubernetes.io/region": REGION,
    "topology.ebs.csi.aws.com/zone": ZONE,
    "topology.gke.io/zone": ZONE,
    "topology.disk.csi.azure.com/zone": ZONE,
    "topology.diskplugin.csi.alibabacloud.com/zone": ZONE,
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "eks.amazonaws.com/nodegroup": POOL,
    "alpha.eksctl.io/nodegroup-name": POOL,
    "karpenter.sh/nodepool": POOL,
    "cloud.google.com/gke-nodepool": POOL,
    "kubernetes.azure.com/agentpool": POOL,
    "agentpool": POOL,
    "alibabacloud.com/nodepool-id": POOL,
}
SIDES = ("podAffinity", "podAntiAffinity")

Manifest = dict[str, Any]


def applies_to(obj: Manifest) -> bool:
    """Look at pods and pod templates that choose a topology."""
    return any(True for _ in _choices(pod_spec(obj) or {}))


def apply(obj: Manifest, context: AdaptationContext) -> Manifest:
    """Return the object with every topology key that has an equal on CCE; others stay, and a finding names them."""
    adapted = copy.deepcopy(obj)
    for choice in _choices(pod_spec(adapted) or {}):
        choice["topologyKey"] = KEYS.get(choice["topologyKey"], choice["topologyKey"])
    return adapted


def _choices(spec: Manifest) -> Iterator[Manifest]:
    """Yield every mapping with a topologyKey, not copies."""
    found = list(spec.get("topologySpreadConstraints") or [])
    for side in SIDES:
        terms = (spec.get("affinity") or {}).get(side) or {}
        found += terms.get("requiredDuringSchedulingIgnoredDuringExecution") or []
        weighted = terms.get("preferredDuringSchedulingIgnoredDuringExecution") or []
        found += [term.get("podAffinityTerm") or {} for term in weighted]
    yield from (choice for choice in found if "topologyKey" in choice)
