"""Describe a target cluster that is asked of CCE: taken when there is one of its name, made otherwise."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag

from include.definition.parts import ConnectionId, Part, Text

CLUSTER_NAME = re.compile(r"[a-z][a-z0-9-]{2,126}[a-z0-9]")
CLUSTER_FLAVOR = re.compile(r"cce\.(dec\.)?s([12]\.(small|medium|large)|2\.xlarge)")
VERSION_PATTERN = r"^v[0-9]+\.[0-9]+(\.[0-9]+(-r[0-9]+)?)?$"
# Members of the union `target.cluster`; problems leave them out of their paths.
CONNECTION_FORM, MAPPING_FORM = "[connection]", "[mapping]"


def _cluster_name(name: str) -> str:
    if not CLUSTER_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a name CCE takes; allowed: 4 to 128 of a-z, 0-9 and '-', first a letter, last no '-'"
        )
    return name


def _cluster_flavor(flavor: str) -> str:
    if not CLUSTER_FLAVOR.fullmatch(flavor):
        raise ValueError(
            f"{flavor!r} is not a cluster flavor of CCE; allowed: cce.s1.small, cce.s1.medium, cce.s1.large (one master), "
            "cce.s2.small, cce.s2.medium, cce.s2.large, cce.s2.xlarge (three); Turbo is a category, not a flavor"
        )
    return flavor


def _range(text: str) -> str:
    try:
        network = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        network = None
    if network is None or "/" not in text:
        raise ValueError(
            f"{text!r} is not a range of IPv4; write its first address and prefix, e.g. 172.16.0.0/16"
        )
    return text


AddressRange = Annotated[str, AfterValidator(_range)]


class NewNodes(Part):
    """Say what nodes a new cluster gets; what is left out is sized from the source and from what the cloud offers."""

    zones: list[Text] | None = Field(
        default=None,
        min_length=1,
        description="availability zones of the nodes, e.g. eu-de-01; left out: those that offer the flavor, up to three",
    )
    flavor: Text | None = Field(
        default=None, description="ECS flavor of the nodes, e.g. s3.large.2; left out: sized"
    )
    count: int | None = Field(
        default=None, ge=1, le=2000, description="nodes of the general pool; left out: sized"
    )
    os: Text | None = Field(
        default=None, description='operating system, e.g. "Huawei Cloud EulerOS 2.0"; left out: CCE chooses'
    )
    ssh_key: Text = Field(description="name of the key pair that lets a person into the nodes")
    system_disk_gib: int = Field(default=50, ge=40, le=1024, description="system disk of each node in GiB")
    data_disk_gib: int = Field(
        default=100, ge=20, le=32768, description="disk of each node for images and containers, in GiB"
    )
    disk_type: Literal["SATA", "SAS", "SSD", "GPSSD", "ESSD"] = Field(
        default="SAS", description="EVS type of the nodes' disks"
    )


class NewCluster(Part):
    """Say how the cluster is made when there is none of its name; most of it cannot be changed later."""

    category: Literal["CCE", "Turbo"] = Field(default="CCE", description="CCE Standard or CCE Turbo")
    version: Annotated[str, StringConstraints(pattern=VERSION_PATTERN)] | None = Field(
        default=None, description="Kubernetes version, e.g. v1.34; left out: the source's"
    )
    flavor: Annotated[str, AfterValidator(_cluster_flavor)] | None = Field(
        default=None,
        description="cluster flavor, e.g. cce.s2.small; left out: three masters, sized by the number of nodes",
    )
    vpc: Text = Field(description="id of the VPC that the cluster lies in")
    subnet: Text = Field(description="id of the subnet that its nodes take addresses from (its network id)")
    security_group: Text | None = Field(
        default=None, description="id of the nodes' security group; left out: CCE makes one"
    )
    containers: AddressRange | None = Field(
        default=None,
        description="range of the pods' addresses, for category CCE; left out: one apart from the source's ranges",
    )
    container_subnets: list[Text] | None = Field(
        default=None,
        min_length=1,
        description="IPv4 subnet ids that pods take addresses from, for category Turbo",
    )
    services: AddressRange | None = Field(
        default=None,
        description="range of the Services' addresses; left out: one apart from the source's ranges",
    )
    nodes: NewNodes = Field(description="its nodes")
    longest_minutes: float = Field(
        default=45, gt=0, description="minutes that the cluster, and then its nodes, may take to become ready"
    )


class TargetCluster(Part):
    """Name a cluster of CCE; nobody has to copy its kubeconfig, and none is stored."""

    connection: ConnectionId = Field(
        description="id of the Airflow connection of type cce, of the cloud's project"
    )
    name: Annotated[str, AfterValidator(_cluster_name)] = Field(
        description="name of the cluster: taken when there is one, made otherwise"
    )
    endpoint: Literal["internal", "external"] = Field(
        default="internal",
        description="address of the API server: `internal` in its VPC, `external` its public one",
    )
    create: NewCluster | None = Field(
        default=None, description="how it is made; without it the cluster must exist"
    )


def _form(value: Any) -> str:
    return MAPPING_FORM if isinstance(value, dict | TargetCluster) else CONNECTION_FORM


ClusterPlace = Annotated[
    Annotated[ConnectionId, Tag(CONNECTION_FORM)] | Annotated[TargetCluster, Tag(MAPPING_FORM)],
    Discriminator(_form),
]
