"""What ECS offers for nodes, asked by the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import ListFlavorsRequest, ShowServerLimitsRequest

from lab.cloud.node_flavors import offered_flavors
from tests.orders import cluster_order, end_of_job, order_pool, pool_order

from .models import Checked


@pytest.fixture
def ecs(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("ecs"))


def test_the_flavors_are_those_that_nodes_can_be_ordered_of(ecs: Checked) -> None:
    found = ecs.list_flavors(ListFlavorsRequest()).flavors

    assert [(one.name, int(one.vcpus), one.ram) for one in found] == [
        (one.name, one.vcpus, one.memory_mib) for one in offered_flavors()
    ]
    assert {one.os_extra_specs.condoperationaz for one in found} == {
        "eu-de-01(normal),eu-de-02(normal),eu-de-03(normal)"
    }


def test_flavors_are_filtered_by_id_and_zone(ecs: Checked) -> None:
    (one,) = ecs.list_flavors(
        ListFlavorsRequest(flavor_id="s3.large.2", availability_zone="eu-de-02")
    ).flavors
    assert (one.id, one.vcpus, one.ram) == ("s3.large.2", "2", 4096)
    assert ecs.list_flavors(ListFlavorsRequest(availability_zone="eu-de-09")).flavors == []


def test_a_wrong_parameter_is_refused(ecs: Checked) -> None:
    with pytest.raises(ClientRequestException) as caught:
        ecs.list_flavors(ListFlavorsRequest(limit=-1))
    assert (caught.value.status_code, caught.value.error_code) == (400, "Ecs.0005")


def test_servers_count_with_what_they_have(ecs: Checked, cce: Checked) -> None:
    free = ecs.show_server_limits(ShowServerLimitsRequest()).absolute
    made = cce.create_cluster(cluster_order("target"))
    end_of_job(cce, made.status.job_id)
    order_pool(cce, pool_order(made.metadata.uid, "nodes", nodes=2))

    limits = ecs.show_server_limits(ShowServerLimitsRequest()).absolute

    assert (free.total_instances_used, limits.total_instances_used) == (0, 2)
    assert limits.max_total_instances == free.max_total_instances == 3
    assert (limits.total_cores_used, limits.total_ram_used) == (4, 8192)
