"""A target that is to be made is chosen from what the cloud offers, or refused with everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from include.definition import NewCluster
from include.errors import PreflightError
from include.planning.target_sizing import ChosenTarget, choose_target, pool_name
from include.sizing.demand import PodGroup
from include.sizing.model import GIB, Amounts
from include.sizing.pools import plan_pools
from tests.builders.cce_documents import ScriptedCloud, flavor
from tests.builders.definitions import definition_with_new_cluster
from tests.builders.objects import container, deployment, inventory
from tests.unit.sizing.estates import node

ZONES = "eu-de-01(normal),eu-de-02(normal),eu-de-03(normal)"
PLENTY = {"instances": 100, "cores": 1000, "memory": 1_000_000}


def offering(*flavors: Any, sold_out: tuple[str, ...] = (), free: int | None = 200, **limits: int) -> Any:
    allowed = PLENTY | limits
    absolute = SimpleNamespace(
        max_total_instances=allowed["instances"], total_instances_used=1, max_total_cores=allowed["cores"],
        total_cores_used=2, max_total_ram_size=allowed["memory"], total_ram_used=4096,
    )  # fmt: skip
    offers = flavors or (
        flavor("s3.large.2", 2, 4096, condoperationaz=ZONES),
        flavor("s3.xlarge.4", 4, 16384, condoperationaz=ZONES),
        flavor("s3.2xlarge.4", 8, 32768, condoperationaz=ZONES),
    )
    specs = [SimpleNamespace(name=name, is_sold_out=True) for name in sold_out]
    return ScriptedCloud(
        list_flavors=SimpleNamespace(flavors=list(offers)),
        show_server_limits=SimpleNamespace(absolute=absolute),
        get_cluster_flavor_specs=SimpleNamespace(cluster_flavor_specs=specs),
        show_vpc=SimpleNamespace(vpc=SimpleNamespace(cidr="10.66.0.0/16")),
        show_subnet=SimpleNamespace(
            subnet=SimpleNamespace(vpc_id=create().vpc, status="ACTIVE", available_ip_address_count=free)
        ),
    )


def estate(cpu: str = "500m", replicas: int = 4, nodes: int = 2, **labels: str) -> Any:
    requests = {"resources": {"requests": {"cpu": cpu, "memory": "512Mi"}}}
    web = deployment(replicas=replicas, containers=[container(**requests)])
    workers = [node(f"n{number}", cpu="1", memory="2Gi", **labels) for number in range(nodes)]
    return inventory(web, *workers, cluster={"version": "v1.34.4"})


def create(change: Callable[[dict[str, Any]], object] = lambda create: None) -> NewCluster:
    wanted = definition_with_new_cluster(lambda cluster: change(cluster["create"])).target.cce_cluster
    assert wanted is not None
    assert wanted.create is not None
    return wanted.create


def choose(
    change: Callable[[dict[str, Any]], object] = lambda create: None, source: Any = None, cloud: Any = None
) -> ChosenTarget:
    return choose_target(source or estate(), create(change), cloud or offering())


def nodes(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda create: create["nodes"].update(fields)


def test_everything_that_is_left_open_is_chosen() -> None:
    chosen = choose()

    assert (chosen.version, chosen.flavor, chosen.mode, chosen.proxy_mode) == (
        "v1.34",
        "cce.s2.small",
        "vpc-router",
        "iptables",
    )
    assert (chosen.containers, chosen.services) == ("172.16.0.0/16", "10.247.0.0/16")
    assert [(pool.name, pool.zone, pool.count) for pool in chosen.pools] == [
        ("general-eu-de-01", "eu-de-01", 2),
        ("general-eu-de-02", "eu-de-02", 1),
    ]
    assert {pool.flavor.name for pool in chosen.pools} == {"s3.large.2"}


def test_nodes_are_spread_over_the_zones_that_are_named() -> None:
    chosen = choose(nodes(zones=["eu-de-03", "eu-de-01"], count=5))

    assert [(pool.name, pool.count) for pool in chosen.pools] == [
        ("general-eu-de-03", 3),
        ("general-eu-de-01", 2),
    ]


def test_one_zone_is_one_pool() -> None:
    assert [pool.name for pool in choose(nodes(zones=["eu-de-02"])).pools] == ["general"]


def test_with_the_number_fixed_a_flavor_that_holds_the_pods_is_chosen() -> None:
    chosen = choose(nodes(zones=["eu-de-01"], count=2), source=estate(cpu="1", replicas=8))

    (pool,) = chosen.pools
    assert (pool.flavor.name, pool.count) == ("s3.2xlarge.4", 2)


def test_the_smallest_cluster_flavor_that_can_be_ordered_is_chosen() -> None:
    assert choose(cloud=offering(sold_out=("cce.s2.small",))).flavor == "cce.s2.medium"


def test_arm_nodes_need_a_cluster_and_flavors_of_their_own() -> None:
    offers = (flavor("kc1.large.2", 2, 8192, ecsinstance_architecture="arm64"), flavor("s3.large.2"))
    chosen = choose(source=estate(**{"kubernetes.io__arch": "arm64"}), cloud=offering(*offers))

    assert chosen.architecture == "arm64"
    assert {pool.flavor.name for pool in chosen.pools} == {"kc1.large.2"}


def turbo(create: dict[str, Any]) -> None:
    create.update(category="Turbo", container_subnets=["one"])


def test_pods_of_turbo_have_no_range_of_their_own_but_a_sub_interface_each() -> None:
    offers = (flavor("s3.large.2"), flavor("c7.large.2", quotasub_network_interface_max_num="32"))
    chosen = choose(turbo, cloud=offering(*offers))

    assert (chosen.mode, chosen.containers, chosen.node_block) == ("eni", None, None)
    assert {pool.flavor.name for pool in chosen.pools} == {"c7.large.2"}


def test_turbo_without_sub_interfaces_is_refused() -> None:
    with pytest.raises(PreflightError, match="no flavor is offered with a sub-interface for each pod"):
        choose(turbo)


def test_ranges_of_the_definition_are_kept_and_the_other_one_lies_apart() -> None:
    chosen = choose(lambda create: create.update(containers="10.247.0.0/16"))

    assert (chosen.containers, chosen.services) == ("10.247.0.0/16", "10.0.0.0/16")


def test_every_problem_is_told_at_once() -> None:
    def change(create: dict[str, Any]) -> None:
        create.update(version="v1.30", flavor="cce.s2.xlarge", containers="192.168.0.0/28")
        create["nodes"].update(count=1, flavor="s3.large.2")

    cloud = offering(sold_out=("cce.s2.xlarge",), instances=1, cores=2, memory=4096)
    with pytest.raises(PreflightError) as caught:
        choose(change, source=estate(replicas=20), cloud=cloud)

    told = [problem.partition(":")[0] for problem in caught.value.problems]
    assert told == [
        "target.cluster.create.version",
        "target.cluster.create.nodes",
        "target.cluster.create.flavor",
        "target.cluster.create.containers",
        "quota of ECS instances",
        "quota of ECS vCPUs",
        "quota of ECS memory",
    ]
    assert "4096 MiB of 4096 MiB are used, and 4096 MiB more are needed" in caught.value.problems[-1]


def test_pools_that_are_there_take_nothing_more_of_the_quota() -> None:
    wanted = create(nodes(zones=["eu-de-01"], count=3))
    with pytest.raises(PreflightError, match="quota of ECS instances"):
        choose_target(estate(), wanted, offering(instances=1))

    assert choose_target(estate(), wanted, offering(instances=1), {"general"}).pools[0].count == 3


def test_pools_have_names_that_cce_takes_and_that_differ() -> None:
    groups = [
        PodGroup(f"Deployment shop/{number}", Amounts(100, GIB, 1), selector=((key, "ÄÖ-9"),))
        for number, key in enumerate(("example.com/disk", "example.org/disk", "0"))
    ]
    names = [pool_name(pool) for pool in plan_pools(groups, [])]

    assert len(set(names)) == 4
    assert names[0] == "general"
    assert all(name[0].isalpha() and name[-1] != "-" and len(name) <= 30 for name in names)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)


def test_every_node_needs_an_address_of_the_subnet() -> None:
    with pytest.raises(PreflightError) as caught:
        choose(nodes(count=3), cloud=offering(free=2))
    assert caught.value.problems == [
        "target.cluster.create.subnet: has 2 free addresses, and 3 nodes take one each; name a wider subnet, or free addresses of it"
    ]
    choose(nodes(count=3), cloud=offering(free=3))
    choose(nodes(count=3), cloud=offering(free=None))


def test_ranges_lie_apart_from_the_vpc() -> None:
    with pytest.raises(PreflightError) as caught:
        choose(lambda create: create.update(containers="10.64.0.0/14"))
    assert caught.value.problems == [
        "target.cluster.create.containers: 10.64.0.0/14 overlaps the range of the VPC, 10.66.0.0/16; name another one"
    ]
