"""Choose the network: model and address ranges that overlap neither the source's nor each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, collapse_addresses
from typing import Any

from include.inventory.store import Inventory
from include.sizing.model import Advice, counted

# Every node takes a route of the VPC in the VPC network model; a project has 200 unless more were asked for.
ROUTES = 200
# Pods come and go: old ones hold their address while new ones start.
SPARE = 1.3
WIDEST = 16
NARROWEST_BLOCK, WIDEST_BLOCK = 28, 24
# CCE keeps three addresses of each node's block.
KEPT_IN_BLOCK = 3
# A cluster's ranges are not written down in it; the usual ones are this wide around the addresses seen.
NODE_RANGE, POD_RANGE, SERVICE_RANGE = 16, 14, 12
VPC_CANDIDATES = ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12")
POD_CANDIDATES = ("172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16")
SERVICE_CANDIDATES = ("10.247.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class NetworkPlan:
    """Hold the target's network; a range is None when the private addresses are used up.

    :param block: prefix length of the block of addresses that each node gets for its pods.
    """

    model: str
    vpc: IPv4Network | None
    pods: IPv4Network | None
    services: IPv4Network | None
    block: int
    pod_addresses: int


def plan_network(
    taken: Sequence[IPv4Network], *, nodes: int, scale: int, peak_pods: int, services: int, max_pods: int
) -> NetworkPlan:
    """Choose the model and three ranges, each apart from `taken` and from the others.

    :param scale: nodes that the masters can manage: the pods' range cannot be changed later, so it has room for them.
    """
    block = min(NARROWEST_BLOCK, max(WIDEST_BLOCK, _prefix_for(max_pods + KEPT_IN_BLOCK)))
    addresses = max(math.ceil(SPARE * peak_pods), scale * 2 ** (32 - block))
    vpc = free_range(VPC_CANDIDATES, scale * 2, taken)
    pods = free_range(POD_CANDIDATES, addresses, _with(taken, vpc))
    service_addresses = math.ceil(SPARE * services)
    return NetworkPlan(
        model="vpc-router" if nodes <= ROUTES else "overlay_l2",
        vpc=vpc,
        pods=pods,
        services=free_range(SERVICE_CANDIDATES, service_addresses, _with(taken, vpc, pods)),
        block=block,
        pod_addresses=addresses,
    )


def free_range(candidates: Sequence[str], addresses: int, taken: Sequence[IPv4Network]) -> IPv4Network | None:
    """Return the first range of the candidates that is free: a /16 or wider where there is one, else as narrow as it may be."""
    needed = _prefix_for(addresses)
    for prefix in range(min(WIDEST, needed), needed + 1):
        for wide in map(IPv4Network, candidates):
            found = _first_free(wide, prefix, taken)
            if found is not None:
                return found
    return None


def _first_free(wide: IPv4Network, prefix: int, taken: Sequence[IPv4Network]) -> IPv4Network | None:
    size, address = 2 ** (32 - prefix), int(wide.network_address)
    while address + size - 1 <= int(wide.broadcast_address):
        network = IPv4Network((address, prefix))
        other = next((one for one in taken if one.overlaps(network)), None)
        if other is None:
            return network
        # on behind what is taken, at the next place where a range of this width may begin
        address = -(-(int(other.broadcast_address) + 1) // size) * size
    return None


def source_ranges(inventory: Inventory) -> list[IPv4Network]:
    """Return the ranges that the source's nodes, pods and Services are seen in, widened to what clusters usually have."""
    networks = {network for address, width in _seen(inventory) if (network := _range_around(address, width))}
    return list(collapse_addresses(networks))


def source_addresses(inventory: Inventory) -> list[IPv4Network]:
    """Return what the source certainly uses: the addresses of nodes, pods and Services, and the nodes' ranges of pods."""
    networks = {network for address, _ in _seen(inventory) if (network := _range_around(address, 32))}
    return list(collapse_addresses(networks))


def _seen(inventory: Inventory) -> list[tuple[object, int]]:
    """Return addresses and ranges, each with the width of the range around it that clusters usually have."""
    seen: list[tuple[object, int]] = []
    for node in inventory.objects("Node"):
        rows = (node.get("status") or {}).get("addresses") or []
        seen += [(row.get("address"), NODE_RANGE) for row in rows if str(row.get("type")).endswith("IP")]
        spec = node.get("spec") or {}
        seen += [(one, POD_RANGE) for one in [spec.get("podCIDR"), *(spec.get("podCIDRs") or [])]]
    seen += [((pod.get("status") or {}).get("podIP"), POD_RANGE) for pod in inventory.objects("Pod")]
    seen += [
        ((service.get("spec") or {}).get("clusterIP"), SERVICE_RANGE)
        for service in inventory.objects("Service")
    ]
    return seen


def network_advice(plan: NetworkPlan, taken: Sequence[IPv4Network], peak_pods: int) -> Iterator[Advice]:
    """Yield the network's model and its ranges."""
    source = ", ".join(map(str, taken)) or "none seen"
    is_routed = plan.model == "vpc-router"
    routes = f"a VPC has routes for {ROUTES} nodes unless more are asked for"
    yield Advice(
        "network",
        "Model",
        "VPC network" if is_routed else "Tunnel network",
        f"{routes}, and {'they cost less than' if is_routed else 'there are more: they need'} a tunnel; cannot be changed later",
        {"mode": plan.model},
    )
    yield _range("VPC", plan.vpc, f"apart from the source's ranges ({source})")
    yield _range(
        "Pods",
        plan.pods,
        f"{plan.pod_addresses:,} addresses: 1.3 times the peak of {counted(peak_pods, 'pod')}, and a /{plan.block} for each node "
        "that the masters can manage; cannot be changed later",
        block=plan.block,
        needed=plan.pod_addresses,
        peak_pods=peak_pods,
    )
    yield _range("Services", plan.services, "overlaps neither the source's ranges nor the two above")


def _with(taken: Sequence[IPv4Network], *chosen: IPv4Network | None) -> list[IPv4Network]:
    return [*taken, *(one for one in chosen if one is not None)]


def _range(name: str, network: IPv4Network | None, reason: str, **figures: int) -> Advice:
    value = str(network) if network else "no free range"
    if network is None:
        reason = f"the source's ranges leave none free: choose one by hand; {reason}"
    return Advice("network", f"{name} range", value, reason, {"cidr": network and str(network), **figures})


def _prefix_for(addresses: int) -> int:
    """Return the longest prefix with so many addresses."""
    return 32 - max(1, addresses - 1).bit_length()


def _range_around(address: object, prefix: int) -> IPv4Network | None:
    """Return the range around an address or network of IPv4; None for anything else."""
    try:
        network = IPv4Network(str(address), strict=False)
    except (AddressValueError, ValueError):
        return None
    return network.supernet(new_prefix=prefix) if network.prefixlen > prefix else network
