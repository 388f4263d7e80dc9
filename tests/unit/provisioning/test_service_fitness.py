"""What is there of a name is taken only when it fits; why it does not is told with what to do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from include.definition import LoadBalancer, NewLoadBalancer
from include.errors import CloudConflictError, CloudForbiddenError, CloudObjectNotFoundError
from include.planning.instance_needs import InstanceNeeds
from include.provisioning import instance, organization
from include.provisioning.balancer import SEVERAL, balancer_misfits, find_balancer
from include.provisioning.instance import found_instance, host_misfits, instance_misfits
from include.provisioning.instance_offers import is_below
from include.provisioning.organization import OrganizationResource, organization_misfits
from tests.builders.connections import connection_documents, connections
from tests.builders.resources import CloudOfAnswers, resource_row
from tests.builders.runs import run as lab_run

GIB = 2**30


def needs(**changed: Any) -> InstanceNeeds:
    known: dict[str, Any] = {
        "name": "shop-db",
        "connection": "huawei_cloud",
        "login": "target_postgres",
        "engine": "postgresql",
        "entries": ("shop-orders",),
        "version": (15, 10),
        "size": 30 * GIB,
        "connections": 100,
        "create": None,
    }
    return InstanceNeeds(**{**known, **changed})


def server(**changed: Any) -> Any:
    known: dict[str, Any] = {
        "id": "one",
        "status": "ACTIVE",
        "tags": [],
        "datastore": SimpleNamespace(type="PostgreSQL", version="15"),
        "volume": SimpleNamespace(size=40),
        "private_ips": ["10.0.0.5"],
        "public_ips": [],
        "private_dns_names": ["shop-db.internal"],
    }
    return found_instance(SimpleNamespace(**{**known, **changed}))


@pytest.mark.parametrize(
    ("found", "wanted", "problem"),
    [
        ({}, {}, None),
        ({"status": "BUILD"}, {}, None),
        ({"status": "BACKING UP"}, {}, None),
        ({"status": "FROZEN"}, {}, "is FROZEN, not ACTIVE; mend it"),
        ({"datastore": SimpleNamespace(type="MySQL", version="8.0")}, {}, "is of MySQL, and shop-orders is of"),
        ({}, {"version": (16, 1)}, "is of version 15, below the source's 16.1; upgrade it"),
        ({}, {"size": 41 * GIB}, "has a disk of 40 GiB, and shop-orders holds 41 GiB; enlarge it"),
    ],
)  # fmt: skip
def test_an_instance_fits_by_state_engine_version_and_disk(
    found: dict[str, Any], wanted: dict[str, Any], problem: str | None
) -> None:
    problems = list(instance_misfits(server(**found), needs(**wanted)))
    assert len(problems) == (problem is not None)
    assert all(text.startswith(str(problem)) for text in problems)


@pytest.mark.parametrize(
    ("version", "source", "below"),
    [
        ("15", (15, 10), False),
        ("15", (16, 0), True),
        ("10.11", (10, 11, 6), False),
        ("10.6", (10, 11, 6), True),
    ],
)
def test_versions_are_compared_as_far_as_both_are_told(
    version: str, source: tuple[int, ...], below: bool
) -> None:
    assert is_below(version, source) is below


@pytest.mark.parametrize(
    ("host", "addresses", "problem"),
    [
        ("", set(), None),
        ("10.0.0.5", set(), None),
        ("shop-db.internal", set(), None),
        ("pg.example.com", {"10.0.0.5"}, None),
        ("pg.example.com", {"10.0.0.9"}, "host pg.example.com of connection target_postgres leads to 10.0.0.9"),
        ("pg.example.com", set(), "host pg.example.com of connection target_postgres does not resolve"),
    ],
)  # fmt: skip
def test_the_connections_host_has_to_lead_to_the_instance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, addresses: set[str], problem: str | None
) -> None:
    monkeypatch.setattr(instance, "_addresses", lambda _: addresses)
    document = {**connection_documents()["target_postgres"], "host": host}
    run = lab_run(tmp_path, connections=connections(target_postgres=document))
    problems = list(host_misfits(run, server(), "target_postgres"))
    assert len(problems) == (problem is not None)
    assert all(str(problem) in text for text in problems)


def balancer(identity: str = "one", owner: str = "", **changed: Any) -> Any:
    known: dict[str, Any] = {
        "id": identity,
        "name": "shop-elb",
        "created_at": f"2026-11-2{len(identity)}T00:00:00Z",
        "provisioning_status": "ACTIVE",
        "guaranteed": True,
        "vpc_id": "vpc-1",
        "publicips": [],
        "eips": [],
        "tags": [SimpleNamespace(key="cce-migration", value=owner)] if owner else [],
    }
    return SimpleNamespace(**{**known, **changed})


def found_among(*documents: Any) -> Any:
    listed = SimpleNamespace(loadbalancers=list(documents))
    return find_balancer(CloudOfAnswers(list_load_balancers=listed), "shop-elb", "lab")  # type: ignore[arg-type]


def test_of_several_load_balancers_of_a_name_the_oldest_of_ours_counts() -> None:
    assert found_among() is None
    assert found_among(balancer(name="shop-elb-2")) is None
    assert found_among(balancer("a")).id == "a"
    assert found_among(balancer("a"), balancer("bbb", "lab"), balancer("bb", "lab")).id == "bb"
    assert found_among(balancer("a"), balancer("bb", "other")).state == SEVERAL


@pytest.mark.parametrize(
    ("changed", "public", "problem"),
    [
        ({}, False, None),
        ({"guaranteed": False}, False, "is of class union, and target.load_balancer.class is performance"),
        ({"vpc_id": "vpc-2"}, False, "lies in VPC vpc-2, not in vpc-1"),
        ({}, True, "has no public address"),
        ({"publicips": ["one"]}, True, None),
        ({"provisioning_status": "ERROR"}, False, "is ERROR; mend it"),
    ],
)
def test_a_load_balancer_fits_by_class_network_and_address(
    changed: dict[str, Any], public: bool, problem: str | None
) -> None:
    create = NewLoadBalancer(vpc="vpc-1", subnet="subnet-1", zones=["eu-de-01"], public=public)
    wanted = LoadBalancer(elb_class="performance", name="shop-elb", create=create)
    problems = list(balancer_misfits(found_among(balancer(**changed)), wanted))
    assert len(problems) == (problem is not None)
    assert all(text.startswith(str(problem)) for text in problems)


def test_several_load_balancers_of_strangers_cannot_be_told_apart() -> None:
    wanted = LoadBalancer(elb_class="performance", name="shop-elb")
    (problem,) = balancer_misfits(found_among(balancer("a"), balancer("bb")), wanted)
    assert problem.startswith("is the name of several; give target.load_balancer.id")


@pytest.mark.parametrize(("right", "fits"), [(1, False), (3, True), (7, True)])
def test_an_organization_has_to_take_images(right: int, fits: bool) -> None:
    cloud = CloudOfAnswers(show_namespace=SimpleNamespace(auth=right))
    found = organization.find_organization(cloud, "shop")  # type: ignore[arg-type]
    assert found is not None
    assert (organization_misfits(found) == []) is fits


@pytest.mark.parametrize("hidden", [CloudObjectNotFoundError("no"), CloudForbiddenError("no")])
def test_an_organization_of_another_account_is_told_by_its_making(tmp_path: Path, hidden: Exception) -> None:
    cloud = CloudOfAnswers(show_namespace=hidden, create_namespace=CloudConflictError("exists", status=409))
    row = resource_row("organization/shop", name="shop")
    resource = OrganizationResource(lab_run(tmp_path), row, cloud)  # type: ignore[arg-type]
    assert resource.find() is None
    with pytest.raises(
        CloudConflictError, match=r"another account .* choose another images.target.organization"
    ):
        resource.order()
