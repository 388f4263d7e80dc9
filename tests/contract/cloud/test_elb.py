"""ELB's load balancers, asked by the SDK: the ids say which of the lab's addresses they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

from .conftest import SHOP
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


def test_the_one_that_exists_has_the_address_that_its_id_says(elb: Checked) -> None:
    found = show(elb, SHOP)
    assert (found.name, found.vip_address, found.provisioning_status) == ("shop", "198.18.20.32", "ACTIVE")


def test_a_load_balancer_is_made_shown_listed_and_removed(elb: Checked) -> None:
    made = make(elb, "orders")
    assert made.vip_address == f"198.18.20.{int(made.id[-2:], 16)}"
    assert show(elb, made.id).name == "orders"
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
    assert (made.vip_address, made.id[-2:]) == ("198.18.20.50", "32")
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
