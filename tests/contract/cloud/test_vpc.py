"""The VPC that clusters are made in, asked by the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkvpc.v2 import ShowSubnetRequest, ShowVpcRequest

from lab.cloud.vpc import BALANCERS, NODES, VPC_ID
from tests.orders import order_target

from .models import Checked


@pytest.fixture
def vpc(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("vpc"))


def test_the_vpc_has_its_subnets(vpc: Checked) -> None:
    assert vpc.show_vpc(ShowVpcRequest(vpc_id=VPC_ID)).vpc.cidr == "198.18.0.0/16"
    for known in (NODES, BALANCERS):
        subnet = vpc.show_subnet(ShowSubnetRequest(subnet_id=known.id)).subnet
        assert (subnet.vpc_id, subnet.cidr, subnet.status) == (VPC_ID, known.cidr, "ACTIVE")


def test_each_node_takes_an_address(vpc: Checked, cce: Checked, behind: Any) -> None:
    behind.cluster.remove()
    request = ShowSubnetRequest(subnet_id=NODES.id)
    before = vpc.show_subnet(request).subnet.available_ip_address_count
    order_target(cce, "target", nodes=2)
    assert vpc.show_subnet(request).subnet.available_ip_address_count == before - 2
    behind.cluster.remove()


def test_what_is_not_there_is_not_found(vpc: Checked) -> None:
    for ask in (
        lambda: vpc.show_vpc(ShowVpcRequest(vpc_id="none")),
        lambda: vpc.show_subnet(ShowSubnetRequest(subnet_id="none")),
    ):
        with pytest.raises(ClientRequestException) as caught:
            ask()
        assert (caught.value.status_code, caught.value.error_code) == (404, "VPC.0202")
