"""What a cloud offers is read from its own words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from include.errors import CloudError
from include.provisioning.offers import (
    Quota,
    cluster_quota,
    offered_flavors,
    offered_zones,
    server_quotas,
    sold_out_clusters,
)
from tests.builders.cce_documents import ScriptedCloud, flavor


def offering(*flavors: Any) -> Any:
    return ScriptedCloud(list_flavors=SimpleNamespace(flavors=list(flavors)))


def test_flavors_are_read_with_shape_architecture_and_zones() -> None:
    found = offered_flavors(
        offering(
            flavor("s3.large.4", 2, 8192),
            flavor("kc1.large.2", ecsinstance_architecture="arm64", condoperationaz="eu-de-02(promotion)"),
        )
    )

    assert [(one.name, one.shape.text, one.architecture, one.zones) for one in found] == [
        ("kc1.large.2", "2 vCPU, 4 GiB", "arm64", ("eu-de-02",)),
        ("s3.large.4", "2 vCPU, 8 GiB", "amd64", ("eu-de-01",)),
    ]
    assert offered_zones(found) == ["eu-de-01", "eu-de-02"]


@pytest.mark.parametrize(
    "specs",
    [
        {"condoperationaz": "eu-de-01(sellout),eu-de-02(abandon)"},
        {"condoperationaz": "", "condoperationstatus": "abandon"},
        {"pci_passthroughenable_gpu": "true"},
        {"infogpus": "[]"},
        {"quotalocal_disk": "hdd:4:1800:1024"},
        {"quotanvme_ssd": "hi3:1:1600:10.0:large"},
        {"resource_type": "ironic"},
        {"condoperationroles": "op_gatef_physicalP2_cce"},
    ],
)
def test_what_is_sold_out_or_special_is_left_out(specs: dict[str, str]) -> None:
    assert [one.name for one in offered_flavors(offering(flavor("x", **specs), flavor("s3.large.2")))] == [
        "s3.large.2"
    ]


def test_a_flavor_without_zones_of_its_own_is_in_all_that_others_name() -> None:
    found = offered_flavors(
        offering(flavor("s3.large.2"), flavor("s6.large.2", condoperationaz="", condoperationstatus="normal"))
    )

    assert {one.name: one.zones for one in found} == {
        "s3.large.2": ("eu-de-01",),
        "s6.large.2": ("eu-de-01", "eu-de-02"),
    }


def test_where_no_zone_is_named_the_definitions_count() -> None:
    (found,) = offered_flavors(offering(flavor("s3.large.2", condoperationaz="")), ["eu-nl-01"])

    assert found.zones == ("eu-nl-01",)


def test_quotas_are_asked_of_cce_and_ecs() -> None:
    row = SimpleNamespace(quota_key="cluster", quota_limit=5, used=2)
    limits = SimpleNamespace(
        max_total_instances=10, total_instances_used=4, max_total_cores=-1, total_cores_used=8,
        max_total_ram_size=65536, total_ram_used=1024,
    )  # fmt: skip
    cloud: Any = ScriptedCloud(
        show_quotas=SimpleNamespace(quotas=[row]), show_server_limits=SimpleNamespace(absolute=limits)
    )

    assert cluster_quota(cloud) == Quota("CCE clusters", 5, 2)
    assert [(one.allowed, one.used) for one in server_quotas(cloud)] == [(10, 4), (None, 8), (65536, 1024)]


def test_a_cloud_that_names_no_quota_has_none() -> None:
    cloud: Any = ScriptedCloud(show_quotas=SimpleNamespace(quotas=None))
    assert list(cluster_quota(cloud).problems(1)) == []


@pytest.mark.parametrize(("allowed", "more", "count"), [(5, 3, 0), (5, 4, 1), (None, 999, 0), (1, 0, 0)])
def test_a_quota_is_exceeded_by_what_is_one_too_many(allowed: int | None, more: int, count: int) -> None:
    assert len(list(Quota("CCE clusters", allowed, 2).problems(more))) == count


@pytest.mark.parametrize(
    ("answer", "sold_out"),
    [
        (
            SimpleNamespace(
                cluster_flavor_specs=[
                    SimpleNamespace(name="cce.s2.small", is_sold_out=True),
                    SimpleNamespace(name="cce.s2.medium", is_sold_out=False),
                ]
            ),
            {"cce.s2.small"},
        ),
        (CloudError("The API does not exist", status=404), set()),
    ],
)
def test_sold_out_cluster_flavors_are_known_where_the_cloud_tells_them(
    answer: Any, sold_out: set[str]
) -> None:
    cloud: Any = ScriptedCloud(get_cluster_flavor_specs=answer)
    assert sold_out_clusters(cloud) == sold_out


def test_another_refusal_of_the_flavors_is_no_empty_list() -> None:
    cloud: Any = ScriptedCloud(get_cluster_flavor_specs=CloudError("no right", status=403))
    with pytest.raises(CloudError):
        sold_out_clusters(cloud)
