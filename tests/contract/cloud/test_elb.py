"""ELB's load balancers and what is below them, asked by the SDK, and by the controller that gives Services their addresses."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkelb.v3 import (
    CreateHealthMonitorOption,
    CreateHealthMonitorRequest,
    CreateHealthMonitorRequestBody,
    CreateL7PolicyOption,
    CreateL7PolicyRequest,
    CreateL7PolicyRequestBody,
    CreateListenerOption,
    CreateListenerRequest,
    CreateListenerRequestBody,
    CreateLoadBalancerBandwidthOption,
    CreateLoadBalancerOption,
    CreateLoadBalancerPublicIpOption,
    CreateLoadBalancerRequest,
    CreateLoadBalancerRequestBody,
    CreateMemberOption,
    CreateMemberRequest,
    CreateMemberRequestBody,
    CreatePoolOption,
    CreatePoolRequest,
    CreatePoolRequestBody,
    DeleteHealthMonitorRequest,
    DeleteListenerRequest,
    DeleteLoadBalancerRequest,
    DeleteMemberRequest,
    DeletePoolRequest,
    ListAvailabilityZonesRequest,
    ListFlavorsRequest,
    ListL7PoliciesRequest,
    ListListenersRequest,
    ListLoadBalancersRequest,
    ListMembersRequest,
    ListPoolsRequest,
    ShowHealthMonitorRequest,
    ShowListenerRequest,
    ShowLoadBalancerRequest,
    ShowLoadBalancerStatusRequest,
    ShowPoolRequest,
    ShowQuotaRequest,
    UpdateListenerOption,
    UpdateListenerRequest,
    UpdateListenerRequestBody,
    UpdatePoolOption,
    UpdatePoolRequest,
    UpdatePoolRequestBody,
)

from lab.cloud.signing import Signed
from lab.cloud.vpc import NODES
from lab.clusters.balancers import ELB_AUTOCREATE, ELB_CLASS, ELB_ID, BalancersOfServices
from lab.clusters.balancers import Elb as BalancerInterface

from .answering import Answering, answering
from .conftest import KEY, PROJECT, SECRET, SHOP, Server
from .models import Checked
from .servers import free_port, on_loopback


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


def listen(elb: Checked, balancer: str, port: int, **more: Any) -> Any:
    wanted = {"loadbalancer_id": balancer, "protocol": "HTTP", "protocol_port": port, **more}
    body = CreateListenerRequestBody(listener=CreateListenerOption(**wanted))
    return elb.create_listener(CreateListenerRequest(body=body)).listener


def pool_of(elb: Checked, balancer: str, protocol: str = "HTTP", **more: Any) -> Any:
    wanted = {"loadbalancer_id": balancer, "protocol": protocol, "lb_algorithm": "ROUND_ROBIN", **more}
    return elb.create_pool(
        CreatePoolRequest(body=CreatePoolRequestBody(pool=CreatePoolOption(**wanted)))
    ).pool


def add(elb: Checked, pool: str, address: str, port: int, **more: Any) -> Any:
    option = CreateMemberOption(address=address, protocol_port=port, **more)
    request = CreateMemberRequest(pool_id=pool, body=CreateMemberRequestBody(member=option))
    return elb.create_member(request).member


def check(elb: Checked, pool: str, **changed: Any) -> Any:
    values = {"type": "TCP", "delay": 1, "timeout": 1, "max_retries": 1}
    option = CreateHealthMonitorOption(pool_id=pool, **(values | changed))
    body = CreateHealthMonitorRequestBody(healthmonitor=option)
    return elb.create_health_monitor(CreateHealthMonitorRequest(body=body)).healthmonitor


@pytest.fixture
def balancer(elb: Checked) -> Any:
    return make(elb, "front", ip_target_enable=True)


@pytest.fixture
def shop() -> Generator[Answering]:
    with answering("shop") as served:
        yield served


def test_a_listener_forwards_to_the_members_of_its_pool_and_nothing_else(
    elb: Checked, balancer: Any, shop: Answering
) -> None:
    port = free_port()
    listener = listen(elb, balancer.id, port)
    url = f"http://{on_loopback(balancer.vip_address)}:{port}/"
    assert httpx.get(url, trust_env=False).status_code == 503
    pool = pool_of(elb, balancer.id)
    add(elb, pool.id, *shop.place)
    changed = UpdateListenerRequestBody(listener=UpdateListenerOption(default_pool_id=pool.id))
    elb.update_listener(UpdateListenerRequest(listener_id=listener.id, body=changed))
    assert httpx.get(url, trust_env=False).text == "shop"
    assert httpx.post(url, content="order 1", trust_env=False).text == "shop took order 1"
    assert [one.id for one in show(elb, balancer.id).listeners] == [listener.id]
    assert refused(lambda: elb.delete_pool(DeletePoolRequest(pool_id=pool.id))) == (409, "ELB.8907")
    elb.delete_listener(DeleteListenerRequest(listener_id=listener.id))
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
    assert refused(lambda: elb.show_listener(ShowListenerRequest(listener_id=listener.id)))[0] == 404


def test_a_connection_of_a_tcp_listener_stays_with_its_member(
    elb: Checked, balancer: Any, shop: Answering
) -> None:
    port, pool = free_port(), pool_of(elb, balancer.id, "TCP")
    add(elb, pool.id, *shop.place)
    listener = listen(elb, balancer.id, port, protocol="TCP", default_pool_id=pool.id)
    url = f"http://{on_loopback(balancer.vip_address)}:{port}/"
    other = pool_of(elb, balancer.id, "TCP")
    with httpx.Client(trust_env=False) as client:
        assert client.get(url).text == "shop"
        changed = UpdateListenerRequestBody(listener=UpdateListenerOption(default_pool_id=other.id))
        elb.update_listener(UpdateListenerRequest(listener_id=listener.id, body=changed))
        assert client.get(url).text == "shop"
    with pytest.raises(httpx.HTTPError):
        httpx.get(url, trust_env=False)


def state_of(elb: Checked, pool: str) -> str:
    (member,) = elb.list_members(ListMembersRequest(pool_id=pool)).members
    return str(member.operating_status)


def becomes(elb: Checked, pool: str, state: str) -> bool:
    ends = time.monotonic() + 8
    while time.monotonic() < ends:
        if state_of(elb, pool) == state:
            return True
        time.sleep(0.1)
    return False


def test_members_are_checked_by_real_requests(elb: Checked, balancer: Any, shop: Answering) -> None:
    pool = pool_of(elb, balancer.id)
    add(elb, pool.id, *shop.place)
    assert state_of(elb, pool.id) == "NO_MONITOR"
    made = check(elb, pool.id, type="HTTP", url_path="/healthz", expected_codes="200-204", max_retries_down=1)
    shown = elb.show_health_monitor(ShowHealthMonitorRequest(healthmonitor_id=made.id)).healthmonitor
    assert (shown.url_path, shown.pools[0].id) == ("/healthz", pool.id)
    assert becomes(elb, pool.id, "ONLINE")
    shop.status = 500
    assert becomes(elb, pool.id, "OFFLINE")
    elb.delete_health_monitor(DeleteHealthMonitorRequest(healthmonitor_id=made.id))
    assert state_of(elb, pool.id) == "NO_MONITOR"


def test_pools_and_listeners_are_found_by_name_and_load_balancer(elb: Checked, balancer: Any) -> None:
    pool, other = pool_of(elb, balancer.id, name="one"), make(elb, "other")
    fields = UpdatePoolRequestBody(pool=UpdatePoolOption(description="of the target"))
    elb.update_pool(UpdatePoolRequest(pool_id=pool.id, body=fields))
    assert elb.show_pool(ShowPoolRequest(pool_id=pool.id)).pool.description == "of the target"
    listed = [
        [one.id for one in elb.list_pools(ListPoolsRequest(name=["one"], loadbalancer_id=[key])).pools]
        for key in (balancer.id, other.id)
    ]
    assert listed == [[pool.id], []]
    listener = listen(elb, balancer.id, free_port())
    found = elb.list_listeners(ListListenersRequest(loadbalancer_id=[balancer.id])).listeners
    assert [one.id for one in found] == [listener.id]


def test_what_does_not_fit_together_is_refused(elb: Checked, balancer: Any, shop: Answering) -> None:
    port, pool = free_port(), pool_of(elb, balancer.id, "TCP")
    assert refused(lambda: listen(elb, balancer.id, port, default_pool_id=pool.id)) == (400, "ELB.8902")
    listen(elb, balancer.id, port)
    assert refused(lambda: listen(elb, balancer.id, port)) == (409, "ELB.8907")
    add(elb, pool.id, *shop.place)
    assert refused(lambda: add(elb, pool.id, *shop.place)) == (409, "ELB.8907")
    assert refused(lambda: add(elb, pool.id, "8.8.8.8", 80)) == (400, "ELB.8902")
    check(elb, pool.id)
    assert refused(lambda: check(elb, pool.id)) == (409, "ELB.8907")
    assert refused(lambda: check(elb, pool_of(elb, balancer.id).id, delay=51)) == (400, "ELB.8902")
    inside = pool_of(elb, make(elb, "inside").id)
    assert refused(lambda: add(elb, inside.id, *shop.place)) == (400, "ELB.8902")
    member = add(elb, inside.id, "198.18.2.11", 30080, subnet_cidr_id=NODES.id)
    assert refused(lambda: add(elb, inside.id, "10.0.0.1", 80, subnet_cidr_id=NODES.id)) == (400, "ELB.8902")
    elb.delete_member(DeleteMemberRequest(pool_id=inside.id, member_id=member.id))
    elb.delete_pool(DeletePoolRequest(pool_id=inside.id))


def test_forwarding_policies_are_listed_by_listener(elb: Checked, balancer: Any) -> None:
    listener, pool = listen(elb, balancer.id, free_port()), pool_of(elb, balancer.id)
    option = CreateL7PolicyOption(
        action="REDIRECT_TO_POOL", listener_id=listener.id, redirect_pool_id=pool.id, name="api"
    )
    body = CreateL7PolicyRequestBody(l7policy=option)
    made = elb.create_l7_policy(CreateL7PolicyRequest(body=body)).l7policy
    request = ListL7PoliciesRequest(listener_id=[listener.id])
    assert [one.id for one in elb.list_l7_policies(request).l7policies] == [made.id]
    assert elb.list_l7_policies(ListL7PoliciesRequest(listener_id=["other"])).l7policies == []
