"""Choose the node pools of the target: shape and number of nodes, from what pods request and what the source offers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from include.errors import PreflightError
from include.inventory.quantities import parse_quantity
from include.sizing.demand import ARCHITECTURE, PodGroup, Selector
from include.sizing.model import GIB, Amounts
from include.sizing.offers import SMALLEST, NodeFlavor, flavors_by_shape
from include.sizing.packing import fewest_nodes, first_fit_decreasing, nodes_needed
from include.sizing.shapes import NodeShape, shapes_for

# What CCE's own add-ons take of a cluster together: 2 cores and 4 GiB, as pods that fit anywhere.
ADD_ONS = PodGroup("add-ons of CCE", Amounts(500, GIB, 1), count=4, most=4)
CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
MOST_NODES = 2000
# Without prices, a vCPU counts as much as this many GiB.
GIB_WORTH_A_VCPU = 4
# So many nodes that work goes on while one is down: two at least, and three when the source has them.
FEWEST, SPREAD = 2, 3

Manifest = dict[str, Any]


@dataclass(frozen=True)
class NodePool:
    """Describe one pool of equal nodes.

    :param labels: labels its nodes get, because pods ask for them.
    :param by_requests: nodes that the requests alone need.
    :param by_source: nodes that offer as much as the source's.
    :param requested: all that pods request, or use where that is more, DaemonSets on every node included.
    :param offered_by_source: what the source's nodes of this sort have allocatable.
    :param largest: the pod that needs most memory, and most cores among equals.
    :param raised: names of the workloads that count with what they use, since that is more than they request.
    :param at_least: nodes without which the pods certainly have no room.
    :param flavor: the cloud's name for the shape, where its offers are known.
    """

    labels: Selector
    architecture: str
    shape: NodeShape
    nodes: int
    by_requests: int
    by_source: int
    requested: Amounts
    offered_by_source: Amounts
    largest: PodGroup | None
    at_least: int
    raised: tuple[str, ...] = ()
    flavor: NodeFlavor | None = None

    @property
    def name(self) -> str:
        """Return `general`, or the labels that pods ask for."""
        return ", ".join(f"{name}={value}" for name, value in self.labels) or "general"

    @property
    def offered(self) -> Amounts:
        """Return what all its nodes have for pods."""
        return self.shape.allocatable * self.nodes


def plan_pools(
    groups: Sequence[PodGroup],
    source_nodes: Sequence[Manifest],
    offers: Sequence[NodeFlavor] | None = None,
) -> list[NodePool]:
    """Return the general pool, and one for every combination of labels that pods ask for.

    :param offers: the flavors to choose of; None when no cloud was asked.
    :raises PreflightError: when no flavor that is offered has room for the largest pod.
    """
    usual = (ARCHITECTURE, architecture_of(workers(source_nodes)))
    plain = [replace(one, selector=tuple(pair for pair in one.selector if pair != usual)) for one in groups]
    selectors = sorted({one.selector for one in plain if one.most} - {()})
    theirs = _nodes_of_pools(selectors, workers(source_nodes))
    return [_pool(selector, usual[1], plain, theirs[selector], offers) for selector in [(), *selectors]]


def workers(nodes: Sequence[Manifest]) -> list[Manifest]:
    """Return the nodes that pods of users run on."""
    return [
        node
        for node in nodes
        if not any(name in (node["metadata"].get("labels") or {}) for name in CONTROL_PLANE)
    ]


def allocatable(nodes: Sequence[Manifest]) -> Amounts:
    """Return what nodes have for pods."""
    total = Amounts()
    for node in nodes:
        has = (node.get("status") or {}).get("allocatable") or {}
        total += Amounts(
            round(parse_quantity(has.get("cpu")) * 1000),
            int(parse_quantity(has.get("memory"))),
            int(parse_quantity(has.get("pods"))),
        )
    return total


def architecture_of(nodes: Sequence[Manifest]) -> str:
    """Return the most frequent architecture of nodes."""
    seen = Counter(str((node["metadata"].get("labels") or {}).get(ARCHITECTURE, "amd64")) for node in nodes)
    return min(seen, key=lambda name: (-seen[name], name), default="amd64")


def _nodes_of_pools(
    selectors: Sequence[Selector], nodes: Sequence[Manifest]
) -> dict[Selector, list[Manifest]]:
    """Return the source's nodes by the pool whose labels they have; those with none belong to the general one."""
    found: dict[Selector, list[Manifest]] = {selector: [] for selector in [(), *selectors]}
    for node in nodes:
        labels = set((node["metadata"].get("labels") or {}).items())
        found[next((one for one in selectors if set(one) <= labels), ())].append(node)
    return found


def _pool(
    selector: Selector,
    usual: str,
    groups: Sequence[PodGroup],
    source_nodes: Sequence[Manifest],
    offers: Sequence[NodeFlavor] | None,
) -> NodePool:
    architecture = dict(selector).get(ARCHITECTURE, usual)
    members = [one for one in groups if not one.is_per_node and one.selector == selector and one.count]
    daemons = [one for one in groups if one.is_per_node and set(one.selector) <= set(selector)]
    on_each = sum((one.each for one in daemons), Amounts())
    floor = allocatable(source_nodes)
    largest = max(members, key=lambda one: (one.each.memory, one.each.millicores), default=None)
    if selector == ():
        members.append(ADD_ONS)
    least = max(1 if selector else FEWEST, min(SPREAD, len(source_nodes)))
    flavors = None if offers is None else flavors_by_shape(offers, architecture)
    shapes = shapes_for(_largest_amounts(members) + on_each, flavors)
    if not shapes:
        raise PreflightError(_without_room(members, on_each, flavors or {}, architecture))
    shape, by_requests = _choose_shape(members, on_each, floor, least, shapes)
    by_source = _nodes_offering(floor, shape)
    nodes = max(least, by_requests, by_source)
    return NodePool(
        labels=selector,
        architecture=architecture,
        shape=shape,
        nodes=nodes,
        by_requests=by_requests,
        by_source=by_source,
        requested=sum((one.each * one.count for one in members), Amounts()) + on_each * nodes,
        offered_by_source=floor,
        largest=largest,
        raised=tuple(sorted(one.name for one in (*members, *daemons) if one.is_raised)),
        at_least=first_fit_decreasing(members, shape.allocatable - on_each),
        flavor=flavors[shape] if flavors is not None else None,
    )


def _without_room(
    groups: Sequence[PodGroup],
    on_each: Amounts,
    flavors: Mapping[NodeShape, NodeFlavor],
    architecture: str,
) -> str:
    need = _largest_amounts(groups) + on_each
    largest = max(flavors, default=None)
    offered = (
        f"the largest flavor, {flavors[largest].name}, leaves {largest.allocatable.text()} of its {largest.text}"
        if largest
        else f"no flavor of {architecture} nodes with at least {SMALLEST.text} is offered"
    )
    return (
        f"target cluster: a node has to have {need.text()} for pods, and {offered}; ask the cloud for a larger one, name other "
        "zones, or lower the requests"
    )


def _choose_shape(
    groups: Sequence[PodGroup],
    on_each: Amounts,
    floor: Amounts,
    least: int,
    shapes: Sequence[NodeShape],
) -> tuple[NodeShape, int]:
    """Return the shape of which the nodes needed cost least, and how many the requests need.

    Laying pods out takes long; it is done for shapes that by their sums alone could still be the best.

    :param on_each: what DaemonSets take of every node.
    """
    total = sum((one.each * one.count for one in groups), Amounts())

    def cost(shape: NodeShape, needed: int) -> tuple[bool, int, int]:
        return _cost(shape, max(least, needed, _nodes_offering(floor, shape)))

    def option(shape: NodeShape) -> tuple[tuple[bool, int, int], NodeShape, int]:
        needed = nodes_needed(groups, shape.allocatable - on_each)
        return cost(shape, needed), shape, needed

    bounds = sorted((cost(one, fewest_nodes(total, one.allocatable - on_each)), one) for one in shapes)
    best = option(bounds[0][1])
    for bound, shape in bounds[1:]:
        if best[0] <= bound:
            break
        best = min(best, option(shape))
    return best[1:]


def _largest_amounts(groups: Sequence[PodGroup]) -> Amounts:
    """Return the most cores and the most memory that any pod needs, be it two different ones."""
    return Amounts(
        max((one.each.millicores for one in groups), default=0),
        max((one.each.memory for one in groups), default=0),
        1,
    )


def _nodes_offering(floor: Amounts, shape: NodeShape) -> int:
    has = shape.allocatable
    return max(math.ceil(floor.millicores / has.millicores), math.ceil(floor.memory / has.memory))


def _cost(shape: NodeShape, nodes: int) -> tuple[bool, int, int]:
    return nodes > MOST_NODES, nodes * (shape.vcpus * GIB_WORTH_A_VCPU + shape.memory_gib), nodes
