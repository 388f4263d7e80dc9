"""Bind LoadBalancer Services to the ELB of the definition."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from include.adaptation.context import AdaptationContext
from include.adaptation.elb_settings import elb_settings
from include.inventory.balancer_wishes import ELB, RANGES, is_internal, source_ranges
from include.inventory.foreign_annotations import foreign_annotations
from include.inventory.services import is_load_balancer

if TYPE_CHECKING:
    from include.definition import LoadBalancer

REASON = (
    "CCE's load balancer is chosen by annotations of its own: those of the other cloud go, the Service is bound to the ELB "
    "of the definition, and what it asked for (health check, idle time, affinity, TLS, allowed addresses) is asked of ELB."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0681 and cce_10_0385, LoadBalancer Services"
ELB_CLASS = f"{ELB}class"
ELB_ID = f"{ELB}id"
# Of a source that is CCE itself: things of its project, which the target's ELB does not know.
FORMER = frozenset(
    f"{ELB}{name}"
    for name in (
        "acl-id",
        "acl-status",
        "acl-type",
        "autocreate",
        "cert-id",
        "custom-eip-id",
        "eip-id",
        "enterpriseID",
        "ip",
        "mark",
        "subnet-id",
        "tls-certificate-ids",
    )
)
# One belongs to another cloud's controller, the other to an address that CCE does not take from the Service.
FOREIGN_FIELDS = ("loadBalancerIP", "loadBalancerClass")
# Without them the ELB of a CCE Standard cluster reaches no pod.
NODE_PORTS = "allocateLoadBalancerNodePorts"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Services of type LoadBalancer."""
    return is_load_balancer(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Service with CCE's annotations instead of another cloud's."""
    adapted = copy.deepcopy(obj)
    for name in FOREIGN_FIELDS:
        adapted["spec"].pop(name, None)
    if adapted["spec"].get(NODE_PORTS) is False:
        adapted["spec"][NODE_PORTS] = True
    balancer = context.definition.target.load_balancer
    annotations = _kept(obj, balancer)
    if balancer is not None:
        annotations = {**elb_settings(obj, balancer.certificates), **annotations, **_binding(obj, balancer)}
    adapted["metadata"]["annotations"] = annotations
    if not annotations:
        del adapted["metadata"]["annotations"]
    _limit_sources(adapted, source_ranges(obj), balancer)
    return adapted


def _kept(obj: dict[str, Any], balancer: LoadBalancer | None) -> dict[str, str]:
    annotations = obj["metadata"].get("annotations") or {}
    dropped = {*foreign_annotations(obj)}
    if balancer is not None and annotations.get(ELB_ID) not in {balancer.id, balancer.internal_id}:
        dropped |= FORMER
    return {name: value for name, value in annotations.items() if name not in dropped}


def _binding(obj: dict[str, Any], balancer: LoadBalancer) -> dict[str, Any]:
    is_bound_inside = (obj["metadata"].get("annotations") or {}).get(ELB_ID) == balancer.internal_id
    inside = balancer.internal_id if is_internal(obj) or is_bound_inside else None
    return {ELB_CLASS: balancer.elb_class, ELB_ID: inside or balancer.id}


def _limit_sources(adapted: dict[str, Any], ranges: list[str], balancer: LoadBalancer | None) -> None:
    """Let ELB's address group say who comes in. Without one the ranges stay: CCE refuses them, and nobody else comes in."""
    metadata = adapted["metadata"]
    group = (
        balancer.address_groups.get(f"{metadata.get('namespace')}/{metadata['name']}") if balancer else None
    )
    if group:
        access = {f"{ELB}acl-id": group, f"{ELB}acl-status": "on", f"{ELB}acl-type": "white"}
        kept = {name: value for name, value in metadata["annotations"].items() if name != RANGES}
        metadata["annotations"] = kept | access
        adapted["spec"].pop("loadBalancerSourceRanges", None)
    elif ranges:
        adapted["spec"]["loadBalancerSourceRanges"] = ranges
