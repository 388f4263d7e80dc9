"""Address ranges overlap nothing and are wide enough."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.sizing.network import (
    KEPT_IN_BLOCK,
    free_range,
    network_advice,
    plan_network,
    source_ranges,
)
from tests.builders.objects import inventory, make, pod

PRIVATE = [IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


@st.composite
def private_ranges(draw: st.DrawFn) -> IPv4Network:
    wide = draw(st.sampled_from(PRIVATE))
    prefix = draw(st.integers(wide.prefixlen, 28))
    address = int(wide.network_address) + draw(st.integers(0, wide.num_addresses - 1))
    return IPv4Network((address, prefix), strict=False)


@given(
    taken=st.lists(private_ranges(), max_size=12),
    nodes=st.integers(1, 2000),
    scale=st.sampled_from([50, 200, 1000, 2000]),
    peak=st.integers(1, 100_000),
    services=st.integers(0, 5000),
    max_pods=st.sampled_from([20, 40, 60, 80, 110, 256]),
)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_ranges_overlap_nothing_and_have_room(
    taken: list[IPv4Network], nodes: int, scale: int, peak: int, services: int, max_pods: int
) -> None:
    plan = plan_network(taken, nodes=nodes, scale=scale, peak_pods=peak, services=services, max_pods=max_pods)
    chosen = [one for one in (plan.vpc, plan.pods, plan.services) if one is not None]

    assert not [one for one in chosen for other in taken if one.overlaps(other)]
    assert not [(a, b) for a in chosen for b in chosen if a is not b and a.overlaps(b)]
    assert all(any(one.subnet_of(wide) for wide in PRIVATE) for one in chosen)
    if plan.pods:
        assert plan.pods.num_addresses >= 1.3 * peak
        assert plan.pods.num_addresses >= scale * 2 ** (32 - plan.block)
    if plan.services:
        assert plan.services.num_addresses >= 1.3 * services
    assert 24 <= plan.block <= 28
    assert 2 ** (32 - plan.block) >= min(max_pods + KEPT_IN_BLOCK, 256)


def test_ranges_are_cce_s_usual_ones_when_they_are_free() -> None:
    plan = plan_network([], nodes=3, scale=50, peak_pods=100, services=20, max_pods=60)

    assert (plan.model, str(plan.vpc), str(plan.pods), str(plan.services), plan.block) == (
        "vpc-router",
        "192.168.0.0/16",
        "172.16.0.0/16",
        "10.247.0.0/16",
        26,
    )


@pytest.mark.parametrize(("nodes", "model"), [(200, "vpc-router"), (201, "overlay_l2")])
def test_the_vpc_s_routes_bound_its_network_model(nodes: int, model: str) -> None:
    assert plan_network([], nodes=nodes, scale=200, peak_pods=1, services=1, max_pods=20).model == model


def test_a_narrow_range_is_better_than_none() -> None:
    taken = [IPv4Network("10.0.0.0/9"), IPv4Network("10.128.0.0/10"), IPv4Network("10.192.0.0/11")]
    taken += [IPv4Network(f"10.{number}.0.0/17") for number in range(224, 256)]

    assert free_range(("10.0.0.0/8",), 100, taken) == IPv4Network("10.224.128.0/17")


def test_no_free_range_is_said_and_not_guessed() -> None:
    plan = plan_network(PRIVATE, nodes=3, scale=50, peak_pods=10, services=1, max_pods=20)
    rows = {row.item: row for row in network_advice(plan, PRIVATE, 10)}

    assert (rows["Pods range"].value, rows["Pods range"].figures["cidr"]) == ("no free range", None)
    assert "choose one by hand" in rows["Pods range"].reason


def test_the_source_s_ranges_are_seen_at_nodes_pods_and_services() -> None:
    addresses = [{"type": "InternalIP", "address": "10.1.2.3"}, {"type": "Hostname", "address": "n1"}]
    found = source_ranges(
        inventory(
            make("v1", "Node", "n1", spec={"podCIDR": "10.244.3.0/24"}, status={"addresses": addresses}),
            pod(status={"phase": "Running", "podIP": "192.168.77.1"}),
            make("v1", "Service", "web", spec={"clusterIP": "10.96.12.13"}),
            make("v1", "Service", "headless", spec={"clusterIP": "None"}),
            make("v1", "Service", "six", spec={"clusterIP": "fd00::1"}),
        )
    )

    assert list(map(str, found)) == ["10.1.0.0/16", "10.96.0.0/12", "10.244.0.0/14", "192.168.0.0/14"]
