"""What is used raises what is counted, and never lowers it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.sizing import recommend_target
from include.sizing.demand import PodGroup, pod_groups
from include.sizing.model import GIB, MIB, Amounts
from include.sizing.nodes import node_advice
from include.sizing.pools import plan_pools
from tests.builders.definitions import definition
from tests.builders.objects import container, deployment, inventory, make, pod
from tests.builders.usage import usage_of
from tests.unit.sizing.estates import AMOUNTS, NODES, node
from tests.unit.sizing.estates import pod_groups as estates

often = settings(max_examples=60, deadline=None, derandomize=True)


def web(cpu: str, memory: str, replicas: int = 2) -> list[dict[str, Any]]:
    """Return a Deployment with its ReplicaSet and two pods."""
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    replica_set = make("apps/v1", "ReplicaSet", "web-1", metadata={"ownerReferences": [owner]})
    asking = container(resources={"requests": {"cpu": cpu, "memory": memory}})
    made = deployment(replicas=replicas, containers=[asking])
    return [made, replica_set, pod("web-1-a", "web-1"), pod("web-1-b", "web-1")]


@given(groups=estates(), nodes=NODES, used=st.lists(AMOUNTS, min_size=12, max_size=12))
@often
def test_no_measurement_makes_the_target_offer_less_than_requests_need(
    groups: list[PodGroup], nodes: list[Any], used: list[Amounts]
) -> None:
    measured = [replace(one, used=load).raised() for one, load in zip(groups, used, strict=False)]

    for one, before in zip(measured, groups, strict=True):
        assert one.each.holds(before.each)
        assert one.is_raised == (one.each != before.each)
    for pool in plan_pools(measured, nodes):
        requests = [one for one in groups if not one.is_per_node and one.selector == pool.labels]
        assert pool.offered.holds(replace(sum((one.each * one.count for one in requests), Amounts()), pods=0))


def test_cores_count_on_average_and_memory_by_the_largest_pod() -> None:
    found = inventory(*web("1", "1Gi"), usage=usage_of(web_1_a=(100, 512), web_1_b=(1500, 3072)))
    (group,) = pod_groups(found)

    assert (group.each, group.used) == (Amounts(1000, GIB, 1), Amounts(800, 3 * GIB))
    assert (group.raised().each, group.raised().is_raised) == (Amounts(1000, 3 * GIB, 1), True)


def test_what_was_not_measured_counts_with_its_requests() -> None:
    (group,) = pod_groups(inventory(*web("1", "1Gi")))
    assert (group.raised(), group.used) == (group, None)


def test_the_advice_counts_what_is_used_and_says_of_whom() -> None:
    objects = [*web("100m", "256Mi", replicas=20), node("n1", cpu="1", memory="2Gi")]
    plain, measured = (
        {
            row.item: row
            for row in recommend_target(
                inventory(*objects, usage=usage), definition(), databases={}, buckets={}
            )
        }["Nodes, pool general"]
        for usage in (None, usage_of(web_1_a=(1000, 4096), web_1_b=(1000, 4096)))
    )

    assert measured.figures["offered"]["memory"] > plain.figures["offered"]["memory"]
    assert measured.figures["requested"]["memory"] >= 20 * 4 * GIB
    assert "count with what was" not in plain.reason
    assert (
        "1 workload counts with what was seen in use, more than requested: Deployment shop/web"
        in measured.reason
    )
    assert measured.figures["counted_by_usage"] == ["Deployment shop/web"]


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        ((False, False), "so that only what the source offers accounts for that"),
        ((True, False), "so that only what 1 of them uses and the source offers accounts for that"),
        ((True, True), "so that only what was seen in use accounts for that"),
    ],
)
def test_what_accounts_for_workloads_without_requests_is_told(measured: tuple[bool, bool], text: str) -> None:
    groups = [
        PodGroup(
            name, Amounts(0, 0, 1), has_requests=False, used=Amounts(10, MIB) if known else None
        ).raised()
        for name, known in zip("ab", measured, strict=True)
    ]
    rows = {row.item: row for row in node_advice(plan_pools(groups, []), groups, [])}

    assert text in rows["Pods on a node"].reason
