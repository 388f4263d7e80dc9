"""The recommended nodes have room for every pod, and for what the source has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from include.sizing.demand import PodGroup
from include.sizing.model import GIB, MIB, Amounts
from include.sizing.nodes import node_advice
from include.sizing.packing import nodes_needed
from include.sizing.pools import ADD_ONS, NodePool, allocatable, plan_pools
from include.sizing.shapes import SHAPES, NodeShape, shapes_for
from tests.unit.sizing.estates import NODES, node, pod_groups

# The same estates every time: a failure is to be found, not to be waited for.
often = settings(max_examples=60, deadline=None, derandomize=True)
SOME_SHAPES = st.sampled_from(SHAPES)


def share(each: Amounts, room: Amounts) -> float:
    return max(each.millicores / room.millicores, each.memory / room.memory, each.pods / room.pods)


def first_fit_decreasing(groups: list[PodGroup], pool: NodePool, daemons: Amounts) -> list[str]:
    """Return the pods left over when the largest, by the scarcest of what they need, choose first."""
    room = pool.shape.allocatable - daemons
    pods = [(one.name, one.each) for one in groups for _ in range(one.count)]
    free = [room] * pool.nodes
    left_over = []
    for name, each in sorted(pods, key=lambda pod: (-share(pod[1], room), pod[0])):
        place = next((place for place, has in enumerate(free) if has.holds(each)), None)
        if place is None:
            left_over.append(name)
        else:
            free[place] -= each
    return left_over


@given(groups=pod_groups(), nodes=NODES)
@often
def test_every_pod_has_room_on_the_recommended_nodes(groups: list[PodGroup], nodes: list[Any]) -> None:
    for pool in plan_pools(groups, nodes):
        members = [one for one in groups if not one.is_per_node and one.selector == pool.labels]
        daemons = sum((one.each for one in groups if one.is_per_node), Amounts())
        if not pool.labels:
            members.append(ADD_ONS)

        assert first_fit_decreasing(members, pool, daemons) == []


@given(groups=pod_groups(), nodes=NODES)
@often
def test_every_pod_belongs_to_one_pool_and_no_pool_is_without_use(
    groups: list[PodGroup], nodes: list[Any]
) -> None:
    pools = [pool.labels for pool in plan_pools(groups, nodes)]

    assert len(pools) == len(set(pools))
    assert set(pools) == {(), *(one.selector for one in groups if one.most)}


@given(groups=pod_groups(), nodes=NODES)
@often
def test_the_target_offers_at_least_what_is_requested_and_what_the_source_offers(
    groups: list[PodGroup], nodes: list[Any]
) -> None:
    for pool in plan_pools(groups, nodes):
        assert pool.offered.holds(replace(pool.requested, pods=0))
        assert pool.offered.holds(replace(pool.offered_by_source, pods=0))


@given(groups=pod_groups(), shape=SOME_SHAPES, which=st.integers(0, 11), more=st.integers(1, 30))
@often
def test_more_replicas_never_need_fewer_nodes(
    groups: list[PodGroup], shape: NodeShape, which: int, more: int
) -> None:
    room = shape.allocatable
    groups = [one for one in groups if not one.is_per_node and room.holds(one.each)]
    assume(len(groups) > which)
    grown = [replace(one, count=one.count + more * (place == which)) for place, one in enumerate(groups)]

    assert nodes_needed(grown, room) >= nodes_needed(groups, room)


@given(groups=pod_groups(), added=pod_groups(most=3), shape=SOME_SHAPES)
@often
def test_more_workloads_never_need_fewer_nodes(
    groups: list[PodGroup], added: list[PodGroup], shape: NodeShape
) -> None:
    room = shape.allocatable
    before = [one for one in groups if not one.is_per_node and room.holds(one.each)]
    after = before + [
        replace(one, name=f"{one.name}-added")
        for one in added
        if not one.is_per_node and room.holds(one.each)
    ]

    assert nodes_needed(after, room) >= nodes_needed(before, room)


@pytest.mark.parametrize(
    ("shape", "millicores", "mib", "pods"),
    [
        (NodeShape(4, 8), 3920, 8192 - 416 - 600 - 700 - 100, 35),
        (NodeShape(4, 16), 3920, 16384 - 576 - 800 - 800 - 100, 55),
        (NodeShape(8, 32), 7910, 32768 - 896 - 1200 - 900 - 100, 75),
        (NodeShape(64, 256), 63770, 262144 - 5376 - 6800 - 1050 - 100, 105),
    ],
)
def test_cce_and_the_kubelet_keep_their_part(shape: NodeShape, millicores: int, mib: int, pods: int) -> None:
    assert shape.allocatable == Amounts(millicores, mib * MIB, pods)


def test_no_shape_is_below_what_cce_recommends() -> None:
    assert all(shape.vcpus >= 4 and shape.memory_gib >= 8 for shape in SHAPES)


def test_a_pod_larger_than_every_shape_doubles_the_largest() -> None:
    (shape,) = shapes_for(Amounts(100_000, 10 * GIB, 1))
    assert shape == NodeShape(128, 1024)


def test_pods_that_ask_for_labels_get_a_pool_that_has_them() -> None:
    groups = [
        PodGroup("Deployment shop/a", Amounts(500, GIB, 1), 4, 4),
        PodGroup("Deployment shop/b", Amounts(500, GIB, 1), 4, 4, selector=(("disk", "ssd"),)),
        PodGroup(
            "Deployment shop/c", Amounts(500, GIB, 1), 4, 4, selector=(("kubernetes.io/arch", "amd64"),)
        ),
    ]
    pools = plan_pools(groups, [node("n1"), node("n2", disk="ssd")])

    assert [(pool.name, pool.offered_by_source.millicores) for pool in pools] == [
        ("general", 4000),
        ("disk=ssd", 4000),
    ]


def test_the_control_plane_of_the_source_is_nothing_to_be_matched() -> None:
    nodes = [node("n1"), node("m1", **{"node-role.kubernetes.io__control-plane": ""})]
    (pool,) = plan_pools([], nodes)

    assert pool.offered_by_source == allocatable(nodes[:1])


def test_the_rows_tell_of_pods_without_requests() -> None:
    groups = [
        PodGroup("Deployment shop/silent", Amounts(0, 0, 1), 3, 3, has_requests=False),
        PodGroup("Deployment shop/web", Amounts(1200, 2 * GIB, 1), 2, 2),
    ]
    nodes = [node("n1"), node("n2")]
    rows = {row.item: row for row in node_advice(plan_pools(groups, nodes), groups, nodes)}

    assert rows["Pods on a node"].reason == (
        "CCE's limit for this memory, of which five are kept for add-ons; 1 workload with 3 pods requests no cores or no "
        "memory, so that only what the source offers accounts for that"
    )
    assert rows["Node shape, pool general"].value == "4 vCPU, 16 GiB (amd64)"
    assert rows["Nodes, pool general"].value == "3 nodes"
    assert rows["Nodes, pool general"].reason == (
        "9 pods with the add-ons and a DaemonSet's pod on every node need 4.4 cores and 8 GiB: 2 nodes; as much as the source "
        "offers, 8 cores and 32 GiB, takes 3 nodes"
    )


@pytest.mark.parametrize(
    ("capacity", "disk"), [("50Gi", "100 GiB each"), ("201Gi", "210 GiB each"), (None, "100 GiB each")]
)
def test_the_data_disk_is_no_smaller_than_the_source_s(capacity: str | None, disk: str) -> None:
    one = node("n1")
    one["status"]["capacity"] = {"ephemeral-storage": capacity}
    rows = {row.item: row.value for row in node_advice(plan_pools([], [one]), [], [one])}

    assert rows["Data disk"] == disk


def test_devices_that_general_purpose_nodes_lack_are_told() -> None:
    groups = [PodGroup("Deployment shop/vision", Amounts(1000, GIB, 1), devices=("nvidia.com/gpu",))]
    rows = {row.item: row for row in node_advice(plan_pools(groups, []), groups, [])}

    assert rows["Nodes with nvidia.com/gpu"].value == "a pool of its own"
    assert rows["Nodes with nvidia.com/gpu"].reason == (
        "1 workload, Deployment shop/vision among them, and general-purpose nodes have none: choose the flavor by hand"
    )
