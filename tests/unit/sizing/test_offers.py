"""Of what a cloud offers, what is chosen has room for every pod; when nothing has, that is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.errors import PreflightError
from include.sizing.demand import PodGroup
from include.sizing.model import GIB, MIB, Amounts
from include.sizing.offers import NodeFlavor, flavors_by_shape
from include.sizing.pools import ADD_ONS, plan_pools
from include.sizing.shapes import NodeShape
from tests.unit.sizing.estates import NODES, node, node_flavors, pod_groups
from tests.unit.sizing.test_nodes import first_fit_decreasing, often


def flavor(name: str, vcpus: int, memory_gib: int, *zones: str, architecture: str = "amd64") -> NodeFlavor:
    return NodeFlavor(NodeShape(vcpus, memory_gib), name, architecture, zones or ("eu-de-01",))


@given(groups=pod_groups(), nodes=NODES, offers=node_flavors())
@often
def test_every_pod_has_room_on_what_is_offered_or_it_is_refused(
    groups: list[PodGroup], nodes: list[Any], offers: list[NodeFlavor]
) -> None:
    try:
        pools = plan_pools(groups, nodes, offers)
    except PreflightError:
        needed = [one.each for one in [*groups, ADD_ONS] if one.count or one.is_per_node]
        largest = Amounts(max(one.millicores for one in needed), max(one.memory for one in needed), 1)
        daemons = sum((one.each for one in groups if one.is_per_node), Amounts())
        architectures = {dict(one.selector).get("kubernetes.io/arch", "amd64") for one in groups} | {"amd64"}
        assert any(
            not any(
                one.is_large_enough
                and one.architecture == architecture
                and one.shape.allocatable.holds(largest + daemons)
                for one in offers
            )
            for architecture in architectures
        )
        return
    for pool in pools:
        members = [one for one in groups if not one.is_per_node and one.selector == pool.labels]
        daemons = sum((one.each for one in groups if one.is_per_node), Amounts())
        if not pool.labels:
            members.append(ADD_ONS)
        assert pool.flavor in offers
        assert first_fit_decreasing(members, pool, daemons) == []
        assert pool.at_least <= pool.nodes


@given(groups=pod_groups(most=6), extra=st.integers(1, 20))
@often
def test_the_least_number_of_nodes_grows_with_the_pods(groups: list[PodGroup], extra: int) -> None:
    offers = [flavor("large", 64, 512)]
    plain = [one for one in groups if not one.selector and not one.is_per_node]
    grown = [*plain, PodGroup("Deployment shop/more", Amounts(4000, 4 * GIB, 1), extra, extra)]

    assert plan_pools(grown, [], offers)[0].at_least >= plan_pools(plain, [], offers)[0].at_least


def test_the_smallest_that_is_offered_is_chosen() -> None:
    offers = [flavor("s3.xlarge.2", 4, 8), flavor("s3.large.2", 2, 4), flavor("s3.medium.2", 1, 2)]
    (pool,) = plan_pools([PodGroup("Deployment shop/web", Amounts(100, 64 * MIB, 1), 3, 3)], [], offers)

    assert pool.flavor is not None
    assert (pool.flavor.name, pool.nodes) == ("s3.large.2", 2)


def test_of_equal_flavors_the_one_in_most_zones_is_chosen() -> None:
    offers = [flavor("a1", 2, 4, "eu-de-01"), flavor("b1", 2, 4, "eu-de-01", "eu-de-02")]

    assert flavors_by_shape(offers, "amd64")[NodeShape(2, 4)].name == "b1"


def test_flavors_of_another_architecture_are_left_out() -> None:
    offers = [flavor("kc1", 2, 4, architecture="arm64"), flavor("s3", 4, 8)]
    (amd,) = plan_pools([], [node("n1", cpu="1", memory="1Gi")], offers)
    (arm,) = plan_pools([], [node("n1", cpu="1", memory="1Gi", **{"kubernetes.io__arch": "arm64"})], offers)

    assert [pool.flavor.name for pool in (amd, arm) if pool.flavor] == ["s3", "kc1"]


def test_a_pod_that_is_larger_than_every_offer_is_told_with_its_size() -> None:
    groups = [PodGroup("Deployment shop/giant", Amounts(8000, 20 * GIB, 1))]
    with pytest.raises(PreflightError) as caught:
        plan_pools(groups, [], [flavor("s3.large.4", 2, 8)])

    assert "a node has to have 8 cores and 20 GiB for pods" in caught.value.problems[0]
    assert "the largest flavor, s3.large.4, leaves 1.9 cores" in caught.value.problems[0]


def test_nothing_that_cce_takes_is_told() -> None:
    with pytest.raises(
        PreflightError, match=r"no flavor of amd64 nodes with at least 2 vCPU, 4 GiB is offered"
    ):
        plan_pools([], [], [flavor("s3.medium.2", 1, 2)])


@pytest.mark.parametrize(
    ("shape", "millicores"), [(NodeShape(1, 4), 940), (NodeShape(2, 4), 1930), (NodeShape(3, 8), 2925)]
)
def test_cce_keeps_its_part_of_small_nodes_too(shape: NodeShape, millicores: int) -> None:
    assert shape.allocatable.millicores == millicores
