"""Recommend the whole target: every thing that has to be bought or named, with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from include.definition import Definition
from include.inventory.store import Inventory
from include.sizing.control_plane import cluster_scale, control_plane_advice
from include.sizing.data_services import data_service_advice
from include.sizing.demand import PodGroup, pod_groups
from include.sizing.load_balancers import load_balancer_advice
from include.sizing.model import Advice, KnownSize
from include.sizing.network import network_advice, plan_network, source_ranges
from include.sizing.nodes import node_advice
from include.sizing.organization import organization_advice
from include.sizing.pools import ADD_ONS, NodePool, plan_pools
from include.sizing.shapes import ADD_ON_PODS
from include.sizing.storage import storage_advice


def recommend_target(
    inventory: Inventory,
    definition: Definition,
    *,
    databases: Mapping[str, KnownSize],
    buckets: Mapping[str, KnownSize],
) -> list[Advice]:
    """Return the target's bill of materials, made from the inventory; it asks no cloud.

    :param databases: sizes by the entries' names, as far as their servers answered; likewise `buckets`.
    """
    groups, nodes = [group.raised() for group in pod_groups(inventory)], inventory.objects("Node")
    pools, services = plan_pools(groups, nodes), len(inventory.objects("Service"))
    advice = control_plane_advice(pools, nodes, version=inventory.cluster.get("version"), services=services)
    storage = storage_advice(
        inventory.volumes(), definition.target.storage_classes, definition.target.smallest_volume_gib
    )
    return [
        *advice,
        *node_advice(pools, groups, nodes),
        *_network(inventory, pools, groups, services),
        *storage,
        *load_balancer_advice(inventory, definition),
        *organization_advice(inventory.images(), definition),
        *data_service_advice(definition, databases, buckets),
    ]


def peak_pods(pools: list[NodePool], groups: list[PodGroup]) -> int:
    """Return how many pods run when every autoscaler is at its maximum, add-ons included."""
    nodes = sum(pool.nodes for pool in pools)
    on_each = sum(group.is_per_node for group in groups) + ADD_ON_PODS
    return sum(group.most for group in groups) + ADD_ONS.count + on_each * nodes


def _network(
    inventory: Inventory, pools: list[NodePool], groups: list[PodGroup], services: int
) -> list[Advice]:
    nodes, taken, peak = sum(pool.nodes for pool in pools), source_ranges(inventory), peak_pods(pools, groups)
    plan = plan_network(
        taken,
        nodes=nodes,
        scale=max(nodes, cluster_scale(nodes)),
        peak_pods=peak,
        services=services,
        max_pods=max(pool.shape.max_pods for pool in pools),
    )
    return list(network_advice(plan, taken, peak))
