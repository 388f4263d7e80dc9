"""ELB's load balancers, asked by the SDK, and by the controller that gives Services their addresses."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkelb.v3 import (
    CreateLoadBalancerBandwidthOption,
    CreateLoadBalancerOption,
    CreateLoadBalancerPublicIpOption,
    CreateLoadBalancerRequest,
    CreateLoadBalancerRequestBody,
    DeleteLoadBalancerRequest,
    ListAvailabilityZonesRequest,
    ListFlavorsRequest,
    ListLoadBalancersRequest,
    ShowLoadBalancerRequest,
    ShowLoadBalancerStatusRequest,
    ShowQuotaRequest,
)

from lab.cloud.signing import Signed
from lab.clusters.balancers import ELB_AUTOCREATE, ELB_CLASS, ELB_ID, BalancersOfServices
from lab.clusters.balancers import Elb as BalancerInterface

from .conftest import KEY, PROJECT, SECRET, SHOP, Server
from .models import Checked


def make(elb: Checked, name: str = "shop", **changed: Any) -> Any:
    values = {
        "name": name,
        "vpc_id": "1ab00000-0000-4000-8000-000000000001",
        "availability_zone_list": ["eu-de-01"],
        "guaranteed": True,
    }
    body = CreateLoadBalancerRequestBody(loadbalancer=CreateLoadBalancerOption(**(values | changed)))
    return elb.create_load_balancer(CreateLoadBalancerRequest(body=body)).loadbalancer


def show(elb: Checked, balancer: str) -> Any:
    return elb.show_load_balancer(ShowLoadBalancerRequest(loadbalancer_id=balancer)).loadbalancer


def refused(run: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value.status_code, caught.value.error_code


def test_the_one_that_exists_has_its_address(elb: Checked) -> None:
    found = show(elb, SHOP)
    assert (found.name, found.vip_address, found.provisioning_status) == ("shop", "198.18.20.32", "ACTIVE")


def test_a_load_balancer_is_made_shown_listed_and_removed(elb: Checked) -> None:
    made = make(elb, "orders")
    shown = show(elb, made.id)
    assert (shown.name, shown.vip_address) == ("orders", made.vip_address)
    assert made.vip_address.startswith("198.18.20.")
    request = ListLoadBalancersRequest(name=["orders", "others"])
    assert [one.id for one in elb.list_load_balancers(request).loadbalancers] == [made.id]
    request = ListLoadBalancersRequest(name=["orders"], vip_address=["198.18.20.200"])
    assert elb.list_load_balancers(request).loadbalancers == []
    request = ShowLoadBalancerStatusRequest(loadbalancer_id=made.id)
    assert elb.show_load_balancer_status(request).statuses.loadbalancer.operating_status == "ONLINE"
    elb.delete_load_balancer(DeleteLoadBalancerRequest(loadbalancer_id=made.id))
    assert refused(lambda: show(elb, made.id)) == (404, "ELB.8904")


def test_an_address_may_be_asked_for_once(elb: Checked) -> None:
    made = make(elb, vip_address="198.18.20.50")
    assert made.vip_address == "198.18.20.50"
    assert refused(lambda: make(elb, vip_address="198.18.20.50")) == (400, "ELB.8902")


def test_a_public_address_is_told_if_one_was_asked_for(elb: Checked) -> None:
    bandwidth = CreateLoadBalancerBandwidthOption(
        name="shop", size=5, charge_mode="traffic", share_type="PER"
    )
    public = CreateLoadBalancerPublicIpOption(network_type="5_bgp", bandwidth=bandwidth)
    made = make(elb, publicip=public)
    assert [one.publicip_address for one in made.publicips] == [made.vip_address]
    assert make(elb).publicips == []


def test_load_balancers_come_in_pages(elb: Checked) -> None:
    made = [make(elb, f"shop-{number}").id for number in range(2)]
    first = elb.list_load_balancers(ListLoadBalancersRequest(limit=2))
    rest = elb.list_load_balancers(ListLoadBalancersRequest(limit=2, marker=first.page_info.next_marker))
    found = [one.id for one in first.loadbalancers + rest.loadbalancers]
    assert sorted(found) == sorted([SHOP, *made])
    assert rest.page_info.next_marker is None


def test_a_load_balancer_wants_a_zone_and_a_network(elb: Checked) -> None:
    assert refused(lambda: make(elb, availability_zone_list=["eu-de-09"])) == (400, "ELB.8902")
    assert refused(lambda: make(elb, vpc_id=None)) == (400, "ELB.8902")


def test_no_more_load_balancers_are_made_than_the_quota_says(elb: Checked) -> None:
    quota = elb.show_quota(ShowQuotaRequest()).quota.loadbalancer
    for number in range(quota - 1):
        make(elb, f"shop-{number}")
    assert refused(lambda: make(elb)) == (409, "ELB.8905")


def test_flavors_and_zones_are_listed(elb: Checked) -> None:
    flavors = elb.list_flavors(ListFlavorsRequest(type=["L4"])).flavors
    assert [one.type for one in flavors] == ["L4"]
    zones = elb.list_availability_zones(ListAvailabilityZonesRequest()).availability_zones
    assert [zone.code for group in zones for zone in group] == ["eu-de-01", "eu-de-02", "eu-de-03"]


class Services:
    """The Services of a cluster, as its controller changes them."""

    def __init__(self) -> None:
        self.annotations: dict[str, str] = {}

    def merge(self, path: str, body: dict[str, Any]) -> None:
        assert path == "/api/v1/namespaces/shop/services/web"
        self.annotations |= body["metadata"]["annotations"]

    def web(self) -> dict[str, Any]:
        meta = {"name": "web", "namespace": "shop", "uid": "0001", "annotations": self.annotations}
        return {"metadata": meta, "spec": {"type": "LoadBalancer"}}


@pytest.fixture
def book(server: Server, tmp_path: Path) -> Generator[tuple[BalancersOfServices, Services]]:
    services = Services()
    with httpx.Client(base_url=server.url, auth=Signed(KEY, SECRET, PROJECT), trust_env=False) as client:
        yield BalancersOfServices(BalancerInterface(client), services, tmp_path / "made.json"), services  # type: ignore[arg-type]


def test_a_service_gets_the_address_of_the_load_balancer_that_it_names(
    elb: Checked, book: tuple[BalancersOfServices, Services]
) -> None:
    balancers, services = book
    assert balancers.address_for(services.web()) is None
    made = make(elb, vip_address="198.18.20.77")
    services.annotations[ELB_ID] = made.id
    assert balancers.address_for(services.web()) == "198.18.20.77"


def test_a_service_that_names_one_which_is_not_there_waits_until_it_is(
    elb: Checked, book: tuple[BalancersOfServices, Services]
) -> None:
    balancers, services = book
    services.annotations[ELB_ID] = "7" * 8
    assert balancers.address_for(services.web()) is None
    services.annotations[ELB_ID] = SHOP
    assert balancers.address_for(services.web()) == "198.18.20.32"
    # a Service of the same name later is another one
    balancers.forget_others(set())
    elb.delete_load_balancer(DeleteLoadBalancerRequest(loadbalancer_id=SHOP))
    assert balancers.address_for(services.web()) is None


def test_a_load_balancer_that_a_service_asks_for_is_made_once_and_goes_with_the_service(
    elb: Checked, book: tuple[BalancersOfServices, Services], server: Server, tmp_path: Path
) -> None:
    balancers, services = book
    services.annotations |= {ELB_CLASS: "performance", ELB_AUTOCREATE: '{"type": "public"}'}
    asking = services.web() | {
        "metadata": {**services.web()["metadata"], "annotations": dict(services.annotations)}
    }
    address = balancers.address_for(asking)
    # seen again before the annotation with the id is: it is found by its name
    assert balancers.address_for(asking) == address
    (made,) = elb.list_load_balancers(ListLoadBalancersRequest(name=["cce-lb-0001"])).loadbalancers
    assert (made.vip_address, made.guaranteed, len(made.publicips)) == (address, True, 1)
    assert services.annotations[ELB_ID] == made.id
    balancers.forget_others({"shop/web"})
    assert show(elb, made.id).id == made.id
    balancers.forget_others(set())
    assert refused(lambda: show(elb, made.id)) == (404, "ELB.8904")


def test_a_service_that_asks_in_no_json_stays_pending(book: tuple[BalancersOfServices, Services]) -> None:
    balancers, services = book
    services.annotations |= {ELB_CLASS: "union", ELB_AUTOCREATE: "public"}
    assert balancers.address_for(services.web()) is None
