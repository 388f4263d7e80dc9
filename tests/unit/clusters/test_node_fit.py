"""Which node may run a pod, as the scheduler sees it."""

from __future__ import annotations

from typing import Any

import pytest

from include.clusters.node_fit import may_run
from tests.builders.objects import make

DEDICATED = {"key": "dedicated", "value": "batch", "effect": "NoSchedule"}


def node(*taints: dict[str, Any], **labels: str) -> dict[str, Any]:
    made = make("v1", "Node", "one", None, metadata={"labels": labels})
    return {**made, "spec": {"taints": list(taints)}}


def expression(operator: str, *values: str, key: str = "disk") -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values)}


def affinity(*terms: list[dict[str, Any]], name: str = "matchExpressions") -> dict[str, Any]:
    required = {"nodeSelectorTerms": [{name: term} for term in terms]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}}


def test_a_pod_that_asks_for_nothing_may_run_anywhere() -> None:
    assert may_run({}, node())


@pytest.mark.parametrize(("labels", "fits"), [({"disk": "ssd"}, True), ({"disk": "hdd"}, False), ({}, False)])
def test_a_node_selector_wants_every_label(labels: dict[str, str], fits: bool) -> None:
    assert may_run({"nodeSelector": {"disk": "ssd"}}, node(**labels)) is fits


@pytest.mark.parametrize(
    ("asked", "labels", "fits"),
    [
        (expression("In", "ssd", "nvme"), {"disk": "nvme"}, True),
        (expression("In", "ssd"), {}, False),
        (expression("NotIn", "hdd"), {"disk": "ssd"}, True),
        (expression("NotIn", "hdd"), {}, True),
        (expression("NotIn", "hdd"), {"disk": "hdd"}, False),
        (expression("Exists"), {"disk": ""}, True),
        (expression("Exists"), {}, False),
        (expression("DoesNotExist"), {}, True),
        (expression("DoesNotExist"), {"disk": "ssd"}, False),
        (expression("Gt", "4", key="cores"), {"cores": "8"}, True),
        (expression("Gt", "8", key="cores"), {"cores": "8"}, False),
        (expression("Lt", "16", key="cores"), {"cores": "8"}, True),
        (expression("Lt", "16", key="cores"), {"cores": "many"}, False),
        (expression("Lt", "16", key="cores"), {}, False),
    ],
)
def test_each_operator_is_read(asked: dict[str, Any], labels: dict[str, str], fits: bool) -> None:
    assert may_run(affinity([asked]), node(**labels)) is fits


def test_one_of_the_terms_has_to_match_and_all_of_it() -> None:
    ssd, here = expression("In", "ssd"), expression("In", "here", key="zone")
    assert may_run(affinity([ssd, here], [expression("In", "hdd")]), node(disk="hdd"))
    assert not may_run(affinity([ssd, here]), node(disk="ssd"))
    assert not may_run(affinity([]), node(disk="ssd"))


def test_a_node_is_chosen_by_its_name() -> None:
    assert may_run(affinity([expression("In", "one", key="metadata.name")], name="matchFields"), node())
    assert not may_run(affinity([expression("In", "two", key="metadata.name")], name="matchFields"), node())


def test_a_preference_keeps_no_pod_away() -> None:
    preferred = [{"weight": 1, "preference": {"matchExpressions": [expression("In", "ssd")]}}]
    spec = {"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}}
    assert may_run(spec, node())


@pytest.mark.parametrize(
    ("toleration", "fits"),
    [
        ({"key": "dedicated", "value": "batch"}, True),
        ({"key": "dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule"}, True),
        ({"key": "dedicated", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "dedicated", "value": "web"}, False),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "dedicated", "value": "batch", "effect": "NoExecute"}, False),
    ],
)
def test_a_taint_is_tolerated_by_key_value_and_effect(toleration: dict[str, Any], fits: bool) -> None:
    assert may_run({"tolerations": [toleration]}, node(DEDICATED)) is fits


def test_every_taint_is_to_be_tolerated_but_one_that_only_asks() -> None:
    lent = {"key": "lent", "effect": "NoExecute"}
    spec = {"tolerations": [{"key": "lent", "value": ""}]}
    assert may_run(spec, node(lent))
    assert not may_run(spec, node(lent, DEDICATED))
    assert may_run(spec, node(lent, {**DEDICATED, "effect": "PreferNoSchedule"}))
