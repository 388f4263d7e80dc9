"""Choose what a new target cluster is made of: what the definition fixes is checked, everything else is sized."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from include.cloud import Cloud
from include.definition import NewCluster
from include.definition.target_checks import CAPACITIES
from include.errors import PreflightError
from include.inventory.store import Inventory
from include.provisioning.fitness import Needs, minor_of, needs_of, overlaps
from include.provisioning.offers import (
    Quota,
    offered_flavors,
    offered_zones,
    server_quotas,
    sold_out_clusters,
)
from include.provisioning.vpc import ClusterNetwork, find_network
from include.sizing.control_plane import cluster_scale, master_flavor, node_zones, proxy_mode
from include.sizing.demand import PodGroup, pod_groups
from include.sizing.model import counted
from include.sizing.network import NetworkPlan, plan_network, source_ranges
from include.sizing.offers import NodeFlavor, for_turbo
from include.sizing.pools import NodePool, plan_pools
from include.sizing.recommending import peak_pods

CREATE = "target.cluster.create"
CLUSTER_TYPES = {"amd64": "VirtualMachine", "arm64": "ARM64"}


@dataclass(frozen=True)
class ChosenPool:
    """Hold one node pool that is to be made, all of it in one zone."""

    name: str
    flavor: NodeFlavor
    count: int
    zone: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class ChosenTarget:
    """Hold a whole cluster that is to be made."""

    version: str | None
    flavor: str
    architecture: str
    proxy_mode: str
    mode: str
    containers: str | None
    services: str
    node_block: int | None
    pools: tuple[ChosenPool, ...]


def choose_target(
    inventory: Inventory, create: NewCluster, cloud: Cloud, existing: Container[str] = ()
) -> ChosenTarget:
    """Return the cluster to make for an inventory.

    :param existing: names of node pools that are there already: nothing more is needed of the quotas for them.
    :raises PreflightError: with everything that the definition fixes and that does not hold the estate, and every quota that
        is exceeded.
    """
    # A number that the definition fixes has to hold the requests; what is sized holds what is used as well.
    groups = [one if create.nodes.count else one.raised() for one in pod_groups(inventory)]
    nodes = inventory.objects("Node")
    flavors = chosen_flavors(create, offered_flavors(cloud, create.nodes.zones or ()))
    pools = _plan_pools(groups, nodes, flavors, create.nodes.count)
    counts = _counts(pools, create)
    total, services = sum(counts), len(inventory.objects("Service"))
    scale = CAPACITIES.get((create.flavor or "").rpartition(".")[2]) or cluster_scale(total)
    place = find_network(cloud, create)
    network = _network(
        inventory, create, pools, groups, nodes=total, scale=scale, services=services, place=place
    )
    needs = needs_of(inventory)
    sold_out = sold_out_clusters(cloud)
    flavor = create.flavor or _master_flavor(total, sold_out)
    zones = node_zones(total, nodes)
    new_pools = tuple(
        one
        for pool, count in zip(pools, counts, strict=True)
        for one in _in_zones(pool, count, create.nodes.zones, zones)
    )
    problems = [
        *_version_problems(create, needs),
        *_count_problems(pools, counts, create),
        *_capacity_problems(flavor, total, scale, sold_out),
        *_range_problems(create, network, total, needs),
        *place.problems(
            sum(one.count for one in new_pools if one.name not in existing), _fixed_ranges(create)
        ),
        *_quota_problems([one for one in new_pools if one.name not in existing], server_quotas(cloud)),
    ]
    if problems:
        raise PreflightError(problems, "the target cluster cannot be made as planned")
    major, minor = minor_of(needs.version)
    return ChosenTarget(
        version=create.version or (f"v{major}.{minor}" if major else None),
        flavor=str(flavor),
        architecture=pools[0].architecture,
        proxy_mode=proxy_mode(scale, services),
        mode="eni" if create.category == "Turbo" else network.model,
        containers=None if create.category == "Turbo" else create.containers or str(network.pods),
        services=create.services or str(network.services),
        node_block=network.block if create.category == "CCE" and network.model == "vpc-router" else None,
        pools=new_pools,
    )


def chosen_flavors(create: NewCluster, offers: Sequence[NodeFlavor]) -> list[NodeFlavor]:
    """Return the offers that the definition leaves a choice of.

    :raises PreflightError: when it names a zone or a flavor in which no node can be ordered now.
    """
    zones, name = set(create.nodes.zones or ()), create.nodes.flavor
    usable = for_turbo(offers) if create.category == "Turbo" else offers
    known, there = offered_zones(offers), [one for one in usable if zones <= set(one.zones)]
    if zones - set(known):
        text = f"no node is offered in {', '.join(sorted(zones - set(known)))}"
        raise PreflightError(f"{CREATE}.nodes.zones: {text}; there are: {', '.join(known) or 'none'}")
    chosen = [one for one in there if name in {None, one.name}]
    if not chosen:
        where = f" in {', '.join(sorted(zones))}" if zones else ""
        where += " with a sub-interface for each pod, as Turbo needs" if create.category == "Turbo" else ""
        offered = ", ".join(one.name for one in there if one.is_large_enough) or "none"
        what = f"{name} is not offered" if name else "no flavor is offered"
        raise PreflightError(f"{CREATE}.nodes.flavor: {what}{where}; there are: {offered}")
    return chosen


def _plan_pools(
    groups: Sequence[PodGroup],
    nodes: Sequence[dict[str, Any]],
    flavors: Sequence[NodeFlavor],
    count: int | None,
) -> list[NodePool]:
    """Return the pools; with a number of nodes fixed and flavors to choose of, the smallest that holds the pods."""
    pools = plan_pools(groups, nodes, flavors)
    if count is None or pools[0].at_least <= count:
        return pools
    shapes = sorted({one.shape for one in flavors if one.shape > pools[0].shape})
    for shape in shapes:
        larger = plan_pools(groups, nodes, [one for one in flavors if one.shape == shape])
        if larger[0].at_least <= count:
            return [larger[0], *pools[1:]]
    return pools


def _counts(pools: Sequence[NodePool], create: NewCluster) -> list[int]:
    return [create.nodes.count or pools[0].nodes, *(pool.nodes for pool in pools[1:])]


def _network(
    inventory: Inventory,
    create: NewCluster,
    pools: list[NodePool],
    groups: list[PodGroup],
    *,
    nodes: int,
    scale: int,
    services: int,
    place: ClusterNetwork,
) -> NetworkPlan:
    fixed = [*_fixed_ranges(create).values(), *([place.vpc] if place.vpc else [])]
    return plan_network(
        [*source_ranges(inventory), *fixed],
        nodes=nodes,
        scale=scale,
        peak_pods=peak_pods(pools, groups),
        services=services,
        max_pods=max(pool.shape.max_pods for pool in pools),
    )


def _fixed_ranges(create: NewCluster) -> dict[str, IPv4Network]:
    """Return the ranges that the definition fixes, by field."""
    fixed = {"containers": create.containers, "services": create.services}
    return {field: IPv4Network(text) for field, text in fixed.items() if text}


def _version_problems(create: NewCluster, needs: Needs) -> Iterator[str]:
    if create.version and minor_of(create.version) < minor_of(needs.version):
        yield (
            f"{CREATE}.version: {create.version} is older than the source's {needs.version}; Velero cannot restore into an "
            "older version, name a newer one or leave it out"
        )


def _count_problems(pools: Sequence[NodePool], counts: Sequence[int], create: NewCluster) -> Iterator[str]:
    pool, count = pools[0], counts[0]
    if count < pool.at_least:
        yield (
            f"{CREATE}.nodes: {counted(count, 'node')} of {pool.flavor.name if pool.flavor else pool.shape.name} "
            f"({pool.shape.text}, {pool.shape.allocatable.text()} for pods) do not hold {counted(pool.requested.pods, 'pod')} with "
            f"CCE's add-ons, which request {pool.requested.text()}: {counted(pool.at_least, 'node')} are needed; raise count, or "
            "name a larger flavor"
        )


def _master_flavor(nodes: int, sold_out: Container[str]) -> str | None:
    """Return the smallest flavor with three masters that manages so many nodes and can be ordered; the usual one if none can."""
    usual = master_flavor(nodes)
    larger = [f"cce.s2.{size}" for size, capacity in CAPACITIES.items() if capacity >= nodes]
    return next((one for one in larger if one not in sold_out), usual)


def _capacity_problems(flavor: str | None, nodes: int, scale: int, sold_out: Container[str]) -> Iterator[str]:
    if flavor is None or nodes > scale:
        yield (
            f"{CREATE}.flavor: {flavor or 'no flavor'} does not manage {counted(nodes, 'node')}; name a larger one, or split "
            "the migration"
        )
    if flavor in sold_out:
        yield f"{CREATE}.flavor: {flavor} is sold out; name another one, or ask the cloud when it is offered again"


def _range_problems(create: NewCluster, network: NetworkPlan, nodes: int, needs: Needs) -> Iterator[str]:
    fixed = {"pods": create.containers, "Services": create.services}
    for problem in overlaps({purpose: text for purpose, text in fixed.items() if text}, needs):
        yield f"{CREATE}: {problem}"
    addresses = nodes * 2 ** (32 - network.block)
    if create.containers and IPv4Network(create.containers).num_addresses < addresses:
        yield (
            f"{CREATE}.containers: {create.containers} has fewer addresses than {addresses:,}: a /{network.block} for each of "
            f"{counted(nodes, 'node')}; name a wider range"
        )
    for field, chosen, found in (
        ("containers", create.containers or create.category == "Turbo", network.pods),
        ("services", create.services, network.services),
    ):
        if not chosen and found is None:
            yield f"{CREATE}.{field}: the source's ranges leave no private range free; name one"


def _quota_problems(pools: Sequence[ChosenPool], quotas: tuple[Quota, Quota, Quota]) -> Iterator[str]:
    instances, cores, memory = quotas
    yield from instances.problems(sum(pool.count for pool in pools))
    yield from cores.problems(sum(pool.flavor.shape.vcpus * pool.count for pool in pools))
    yield from memory.problems(
        sum(pool.flavor.shape.memory_gib * 1024 * pool.count for pool in pools), " MiB"
    )


def _in_zones(
    pool: NodePool, count: int, named: Sequence[str] | None, most_zones: int
) -> Iterator[ChosenPool]:
    """Yield a pool of CCE for each zone, since its nodes stand in one; together they have all nodes."""
    flavor = pool.flavor
    if flavor is None:
        return
    zones = list(named or flavor.zones[:most_zones])[:count]
    name = pool_name(pool)
    for place, zone in enumerate(zones):
        share = count // len(zones) + (place < count % len(zones))
        yield ChosenPool(
            name=name if len(zones) == 1 else f"{name[: 49 - len(zone)]}-{zone}",
            flavor=flavor,
            count=share,
            zone=zone,
            labels={key: value for key, value in pool.labels if not key.startswith("kubernetes.io/")},
        )


def pool_name(pool: NodePool) -> str:
    """Return a name that CCE takes for a pool: 1 to 50 of a-z, 0-9 and `-`, a letter first, no `-` last."""
    if not pool.labels:
        return pool.name
    words = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in pool.name.lower())
    # What is cut off, or has no letters that CCE takes, is told apart by it.
    digest = hashlib.sha256(pool.name.encode()).hexdigest()[:6]
    return f"{words.strip('-0123456789')[:20].strip('-') or 'pool'}-{digest}"
