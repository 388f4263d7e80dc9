"""Storage, load balancers, names, databases and buckets of the target."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.definition.parts import ORGANIZATION_NAME
from include.inventory.model import VolumeUse
from include.sizing.data_services import data_service_advice, disk_gib, instance_shape
from include.sizing.load_balancers import load_balancer_advice, most_on_one_port
from include.sizing.model import GIB, MIB, KnownSize
from include.sizing.organization import organization_advice, organization_name
from include.sizing.storage import storage_advice, target_gib
from tests.builders.definitions import definition
from tests.builders.objects import deployment, inventory, make

often = settings(max_examples=200, deadline=None, derandomize=True)


@given(words=st.lists(st.text(max_size=90), max_size=4))
@often
def test_names_of_organizations_are_always_valid(words: list[str]) -> None:
    name = organization_name(*words)

    assert ORGANIZATION_NAME.fullmatch(name)
    assert 1 <= len(name) <= 64
    assert not re.search(r"[._-]{2}", name)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["shop"], "shop"),
        (["Shop & Sons", "eu-de"], "shop-sons-eu-de"),
        (["3rd__party."], "rd-party"),
        (["x" * 63, "y"], "x" * 63),
        (["42", "-"], "migrated"),
    ],
)
def test_names_of_organizations_stay_readable(words: list[str], name: str) -> None:
    assert organization_name(*words) == name


def test_the_organization_of_the_definition_has_a_second_name_in_reserve() -> None:
    images = inventory(deployment()).images()
    (row,) = organization_advice(images, definition())

    assert (row.value, row.figures) == (
        "shop",
        {"organization": "shop", "second": "shop-lab-eu-de", "images": 1, "repositories": 1},
    )
    assert "1 image of 1 repository" in row.reason


@pytest.mark.parametrize(
    ("storage_class", "size", "gib"),
    [
        ("csi-disk", 1, 10), ("csi-disk", 10 * GIB, 10), ("csi-disk", 10 * GIB + 1, 11), ("csi-disk-topology", 5 * GIB, 10),
        ("csi-nas", GIB, 1), ("csi-obs", GIB + 1, 2), ("csi-disk", 10**12, 932),
    ],
)  # fmt: skip
def test_a_disk_is_whole_and_no_smaller_than_the_smallest(storage_class: str, size: int, gib: int) -> None:
    assert target_gib(storage_class, size, 10) == gib


def claimed(name: str, size: int, storage_class: str | None) -> VolumeUse:
    return VolumeUse("shop", name, f"pv-{name}", storage_class, size, ("ReadWriteOnce",))


def test_storage_is_summed_up_by_the_target_s_class() -> None:
    volumes = [
        claimed("a", GIB, "gp2"),
        claimed("b", 30 * GIB, "gp3"),
        claimed("c", 5 * GIB, "efs"),
        claimed("d", GIB, None),
    ]
    rows = list(storage_advice(volumes, {"gp2": "csi-disk", "gp3": "csi-disk", "efs": "csi-sfsturbo"}, 10))

    assert [(row.item, row.value) for row in rows] == [
        ("csi-disk", "40 GiB in 2 volumes"),
        ("csi-sfsturbo", "500 GiB in 1 volume"),
        ("no class yet", "1 GiB in 1 volume"),
    ]
    assert "1 raised to 10 GiB, the cloud's smallest disk" in rows[0].reason
    assert "500 GiB is the smallest share" in rows[1].reason


@given(sizes=st.lists(st.integers(0, 10**13), min_size=1, max_size=20), smallest=st.integers(1, 40))
@often
def test_storage_is_never_less_than_the_source_s(sizes: list[int], smallest: int) -> None:
    volumes = [claimed(str(place), size, "gp2") for place, size in enumerate(sizes)]
    (row,) = storage_advice(volumes, {"gp2": "csi-disk"}, smallest)

    assert row.figures["gib"] * GIB >= sum(sizes)
    assert row.figures["gib"] >= smallest * len(sizes)


def service(name: str, *ports: int, protocol: str = "TCP") -> dict[str, Any]:
    rows = [{"port": port, "protocol": protocol} for port in ports]
    return make("v1", "Service", name, spec={"type": "LoadBalancer", "ports": rows})


@pytest.mark.parametrize(
    ("services", "elbs"),
    [
        pytest.param([service("a", 80), service("b", 443)], 1, id="different ports share one"),
        pytest.param([service("a", 80, 443), service("b", 80)], 2, id="one port twice needs two"),
        pytest.param([service("a", 53), service("b", 53, protocol="UDP")], 1, id="TCP and UDP are apart"),
        pytest.param([service("a")], 1, id="no ports at all"),
    ],
)
def test_an_elb_has_each_port_once(services: list[dict[str, Any]], elbs: int) -> None:
    assert most_on_one_port(services) == elbs


def test_each_class_of_ingresses_has_an_elb() -> None:
    ingresses = [
        make("networking.k8s.io/v1", "Ingress", name, spec={"ingressClassName": kind} if kind else {})
        for name, kind in (("a", "nginx"), ("b", "nginx"), ("c", "alb"), ("d", None))
    ]
    rows = {row.item: row for row in load_balancer_advice(inventory(*ingresses), definition())}

    assert list(rows) == [
        "ELB for Ingress class alb",
        "ELB for Ingress class nginx",
        "ELB for Ingress class the default class",
    ]
    assert rows["ELB for Ingress class nginx"].reason.startswith("2 Ingresses of class nginx; the add-on")


@pytest.mark.parametrize(
    ("size", "disk"), [(0, 40), (26 * GIB, 40), (27 * GIB, 50), (100 * GIB, 150), (101 * GIB, 160)]
)
def test_a_database_s_disk_has_spare_and_comes_in_steps(size: int, disk: int) -> None:
    assert disk_gib(size) == disk


@given(size=st.integers(0, 10**13))
@often
def test_a_database_s_disk_holds_the_data(size: int) -> None:
    assert disk_gib(size) * GIB >= size
    assert disk_gib(size) >= 40
    assert disk_gib(size) % 10 == 0


@pytest.mark.parametrize(
    ("size", "connections", "shape"),
    [
        (0, 0, (2, 4)), (16 * GIB, 0, (2, 4)), (20 * GIB, 0, (2, 8)), (16 * GIB, 500, (4, 16)), (100 * GIB, 0, (8, 32)),
        (10**13, 0, (64, 256)), (0, 16 * GIB // (10 * MIB), (4, 16)),
    ],
)  # fmt: skip
def test_a_database_s_memory_holds_hot_data_and_connections(
    size: int, connections: int, shape: tuple[int, int]
) -> None:
    assert instance_shape(size, connections) == shape


def test_what_did_not_answer_is_unknown_and_not_zero() -> None:
    databases = {"shop-orders": KnownSize(40 * GIB, 100)}
    buckets = {"product-pictures": KnownSize(problem="not reachable")}
    rows = {row.item: row for row in data_service_advice(definition(), databases, buckets)}

    assert rows["RDS for PostgreSQL, shop-orders"].value == "4 vCPU, 16 GiB, 60 GiB disk, with a standby"
    assert rows["RDS for MariaDB, warehouse-stock"].reason.startswith("size unknown (not asked)")
    assert not rows["RDS for MariaDB, warehouse-stock"].figures["is_known"]
    assert rows["OBS bucket, product-pictures"].value == "product-pictures"
    assert rows["OBS bucket, product-pictures"].reason.startswith("size unknown (not reachable)")


@pytest.mark.parametrize(("ordered", "words"), [(False, "without a standby"), (True, "with a standby")])
def test_an_ordered_instance_has_a_standby_only_if_the_definition_orders_one(
    ordered: bool, words: str
) -> None:
    place = {"vpc": "vpc", "subnet": "subnet", "security_group": "group", "high_availability": ordered}

    def order(document: dict[str, Any]) -> None:
        document["databases"][0]["rds"] = {
            "connection": "huawei_cloud",
            "instance": "orders",
            "create": place,
        }

    rows = {row.item: row for row in data_service_advice(definition(order), {}, {})}

    assert rows["RDS for PostgreSQL, shop-orders"].value.endswith(f", {words}")
