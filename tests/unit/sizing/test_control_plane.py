"""Masters, version, kube-proxy and zones; beside them what kspider would say."""

from __future__ import annotations

from typing import Any

import pytest

from include.sizing.control_plane import cluster_scale, control_plane_advice, master_flavor, proxy_mode
from include.sizing.kspider import preferred, scale_of
from include.sizing.model import Advice
from include.sizing.pools import plan_pools
from tests.builders.objects import make
from tests.unit.sizing.estates import node


@pytest.mark.parametrize(
    ("nodes", "masters", "flavor"),
    [
        (1, 3, "cce.s2.small"), (50, 3, "cce.s2.small"), (51, 3, "cce.s2.medium"), (200, 3, "cce.s2.medium"),
        (201, 3, "cce.s2.large"), (1000, 3, "cce.s2.large"), (1001, 3, "cce.s2.xlarge"), (2000, 3, "cce.s2.xlarge"),
        (2001, 3, None), (50, 1, "cce.s1.small"), (200, 1, "cce.s1.medium"), (1000, 1, "cce.s1.large"), (1001, 1, None),
    ],
)  # fmt: skip
def test_masters_by_the_number_of_nodes(nodes: int, masters: int, flavor: str | None) -> None:
    assert master_flavor(nodes, masters=masters) == flavor


@pytest.mark.parametrize(
    ("scale", "services", "mode"),
    [(1000, 1000, "iptables"), (2000, 10, "ipvs"), (50, 1001, "ipvs")],
)
def test_kube_proxy_by_scale_and_services(scale: int, services: int, mode: str) -> None:
    assert proxy_mode(scale, services) == mode


def rows(nodes: list[dict[str, Any]], version: str | None = "v1.34.4") -> dict[str, Advice]:
    pools = plan_pools([], nodes)
    return {row.item: row for row in control_plane_advice(pools, nodes, version=version, services=12)}


@pytest.mark.parametrize(
    ("version", "value"),
    [("v1.34.4", "v1.34 or newer"), ("v1.29.1-eks-508b6b3", "v1.29 or newer"), (None, "the newest")],
)
def test_the_target_is_no_older_than_the_source(version: str | None, value: str) -> None:
    assert rows([node()], version)["Kubernetes version"].value == value


@pytest.mark.parametrize(
    ("zones", "value"),
    [
        ([], "masters in 3, nodes in 2"),
        (["a", "a", "a"], "masters in 3, nodes in 2"),
        (["a", "b", "c", "d"], "masters in 3, nodes in 3"),
    ],
)
def test_nodes_stand_in_as_many_zones_as_the_source_s_up_to_three(zones: list[str], value: str) -> None:
    nodes = [node(f"n{place}", **{"topology.kubernetes.io__zone": zone}) for place, zone in enumerate(zones)]

    assert rows(nodes)["Availability zones"].value == value


def test_more_nodes_than_a_cluster_manages_are_told() -> None:
    nodes = [node(f"n{number}", cpu="500", memory="2048Gi") for number in range(2000)]
    masters = rows(nodes)["Masters"]

    assert masters.figures["nodes"] > 2000
    assert masters.value == "more than one cluster"


# The published rules of kspider: fewer than 25 nodes -> 50, than 100 -> 200, than 500 -> 1000, else 2000.
@pytest.mark.parametrize(
    ("nodes", "scale"),
    [(0, 50), (24, 50), (25, 200), (99, 200), (100, 1000), (499, 1000), (500, 2000), (5000, 2000)],
)
def test_kspider_s_scale_by_the_number_of_nodes(nodes: int, scale: int) -> None:
    assert scale_of(nodes) == scale


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("v1.20.15", "main release"), ("v1.21.0", "newest"), ("v1.34.4", "newest"), (None, "newest")],
)
def test_kspider_s_version(version: str | None, wanted: str) -> None:
    assert preferred([], [], version)["K8sVersion"] == wanted


@pytest.mark.parametrize(("kind", "wanted"), [("LoadBalancer", True), ("NodePort", False)])
def test_kspider_s_load_balancer(kind: str, wanted: bool) -> None:
    assert preferred([], [make("v1", "Service", "web", spec={"type": kind})], None)["ELB"] is wanted


@pytest.mark.parametrize(("number", "mode"), [(24, "iptables"), (499, "iptables"), (500, "ipvs")])
def test_kspider_s_proxy_mode(number: int, mode: str) -> None:
    assert preferred([node()] * number, [], None)["ProxyMode"] == mode


def test_kspider_s_node_is_the_most_frequent_one() -> None:
    nodes = [node("a", "8", "32Gi"), node("b", "4", "16Gi"), node("c", "4", "16Gi")]

    assert preferred(nodes, [], None)["Nodes"] == {
        "CPU": 4,
        "Memory": 16,
        "Arch": "amd64",
        "KernelVersion": "6.1.0",
    }


@pytest.mark.parametrize("nodes", [1, 24, 25, 99, 100, 499, 500, 2000])
def test_the_scale_of_our_flavor_holds_the_nodes_as_kspider_s_does(nodes: int) -> None:
    assert nodes <= cluster_scale(nodes) <= scale_of(nodes)
