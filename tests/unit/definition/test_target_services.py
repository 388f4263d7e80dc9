"""RDS instances and the load balancer are named, or described so that they can be made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.definition import Definition
from include.errors import DefinitionError
from tests.builders.definitions import definition, with_services

Change = Callable[[dict[str, Any]], object]


def described(change: Change = lambda document: None) -> Definition:
    def changed(document: dict[str, Any]) -> None:
        with_services(document)
        change(document)

    return definition(changed)


def create(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["databases"][0]["rds"]["create"]
    return found


def share(document: dict[str, Any], **changed: Any) -> None:
    """Add a second database on the first one's instance."""
    first = document["databases"][0]
    rds = {"connection": "huawei_cloud", "instance": "shop-db"}
    document["databases"].append({**first, "name": "second", "database": "second", "rds": rds, **changed})


def test_an_instance_and_a_load_balancer_are_described() -> None:
    found = described()
    rds = found.databases[0].rds
    assert rds is not None
    assert rds.create is not None
    assert (rds.instance, rds.create.high_availability, rds.create.disk_type) == (
        "shop-db",
        False,
        "CLOUDSSD",
    )
    assert found.target.balancer_connection == "huawei_cloud"
    assert found.databases[0].address_after == "address-of-shop-orders:5432"


def test_the_clusters_connection_serves_for_the_load_balancer() -> None:
    def change(document: dict[str, Any]) -> None:
        document["target"]["load_balancer"].pop("connection")
        document["target"]["cluster"] = {"connection": "the_cloud", "name": "shop-target"}

    assert described(change).target.balancer_connection == "the_cloud"


def test_a_recorded_definition_reads_back_the_same() -> None:
    one = described()
    assert Definition.model_validate(one.model_dump(mode="json", by_alias=True)) == one


def test_two_databases_may_share_an_instance_that_one_of_them_describes() -> None:
    found = described(share)
    assert [one.rds.instance for one in found.databases if one.rds] == ["shop-db", "shop-db"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda document: document["databases"][0]["rds"].update(instance="db"),
            "databases[0].rds.instance: 'db' is not a name RDS takes; allowed: 4 to 64",
        ),
        (
            lambda document: create(document).update(disk_gib=45),
            "databases[0].rds.create.disk_gib: 45 is no size RDS makes; allowed: multiples of 10",
        ),
        (
            lambda document: create(document).update(disk_gib=30),
            "databases[0].rds.create.disk_gib: 30 is out of range",
        ),
        (
            lambda document: create(document).update(disk_type="TAPE"),
            "databases[0].rds.create.disk_type: 'TAPE' is not known  allowed: CLOUDSSD",
        ),
        (
            lambda document: create(document).pop("security_group"),
            "databases[0].rds.create.security_group: missing: id of its security group",
        ),
        (
            lambda document: create(document).update(zones=["a", "b"]),
            "databases[0].rds.create.zones: has one zone without a standby",
        ),
        (
            lambda document: create(document).update(zones=["a"], high_availability=True),
            "databases[0].rds.create.zones: has one zone without a standby (high_availability), and two with one",
        ),
        (
            lambda document: document["databases"][0].pop("rds"),
            "databases[0].address.target: missing: what the applications use after the migration",
        ),
        (
            lambda document: document["databases"][0].update(definers="target_user"),
            "databases[0].definers: 'target_user' is for mariadb",
        ),
        (
            lambda document: share(document, target="target_mariadb"),
            "databases[2].target: differs from that of databases[0], which shares the RDS instance",
        ),
        (
            lambda document: share(
                document,
                rds={**document["databases"][0]["rds"], "create": {**create(document), "disk_gib": 50}},
            ),
            "databases[2].rds.create: differs from that of databases[0]",
        ),
        (
            lambda document: document["target"]["load_balancer"].update(id="elb-1"),
            "target.load_balancer: has both id and name  allowed: exactly one of id, name",
        ),
        (
            lambda document: document["target"].update(load_balancer={"class": "union"}),
            "target.load_balancer: names no ELB  allowed: exactly one of id, name",
        ),
        (
            lambda document: document["target"].update(
                load_balancer={"class": "union", "id": "elb-1", "connection": "huawei_cloud"}
            ),
            "target.load_balancer.connection: is only for an ELB that is given by its name",
        ),
        (
            lambda document: (
                document["target"].update(cluster="target_cluster"),
                document["target"]["load_balancer"].pop("connection"),
            ),
            "target.load_balancer: an ELB by its name needs connection",
        ),
        (
            lambda document: document["target"]["load_balancer"].update(name="a name"),
            "target.load_balancer.name: 'a name' does not fit  allowed: letters, digits",
        ),
        (
            lambda document: document["target"]["load_balancer"]["create"].update(zones=[]),
            "target.load_balancer.create.zones: ",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(change: Change, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        described(change)
    assert len(caught.value.problems) == 1, caught.value.problems
    assert caught.value.problems[0].startswith(problem)
