"""Build what CCE and ECS answer, as their SDKs hand it over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from huaweicloudsdkcce.v3 import (
    Cluster,
    ClusterMetadata,
    ClusterSpec,
    ClusterStatus,
    ContainerCIDR,
    ContainerNetwork,
    HostNetwork,
    ResourceTag,
    ServiceNetwork,
)
from huaweicloudsdkecs.v2 import Flavor, FlavorExtraSpec


def cluster(name: str = "shop-target", phase: str = "Available", *, owner: str = "", **spec: Any) -> Cluster:
    """Return a cluster's document; keywords are fields of its specification."""
    known: dict[str, Any] = {
        "category": "CCE",
        "flavor": "cce.s2.small",
        "version": "v1.34",
        "host_network": HostNetwork(vpc="vpc-1", subnet="subnet-1"),
        "container_network": ContainerNetwork(mode="vpc-router", cidrs=[ContainerCIDR(cidr="172.16.0.0/16")]),
        "service_network": ServiceNetwork(i_pv4_cidr="10.247.0.0/16"),
        "cluster_tags": [ResourceTag(key="cce-migration", value=owner)] if owner else None,
    }
    return Cluster(
        kind="Cluster",
        api_version="v3",
        metadata=ClusterMetadata(name=name, uid=f"id-of-{name}"),
        spec=ClusterSpec(**{**known, **spec}),
        status=ClusterStatus(phase=phase),
    )


def flavor(name: str, vcpus: int = 2, ram: int = 4096, **specs: str) -> Flavor:
    """Return a flavor of ECS; keywords are its extra specifications."""
    known = {"condoperationaz": "eu-de-01(normal),eu-de-02(sellout)", **specs}
    return Flavor(id=name, name=name, vcpus=str(vcpus), ram=ram, os_extra_specs=FlavorExtraSpec(**known))


class ScriptedCloud:
    """Answer each operation with what is scripted for it, and remember what was asked.

    An answer that is an exception is raised.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.access = SimpleNamespace(
            place="connection huawei_cloud, Open Telekom Cloud eu-de", region="eu-de"
        )

    def call(self, service: str, operation: str, **fields: Any) -> Any:
        """Return the answer."""
        self.asked.append((operation, fields))
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer
