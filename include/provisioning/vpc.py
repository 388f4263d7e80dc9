"""Ask for the VPC that a cluster is made in: whether it is there, its range, and the addresses left in its subnet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from include.cloud import Cloud
from include.definition import NewCluster
from include.errors import CloudError, PreflightError
from include.sizing.model import counted

CREATE = "target.cluster.create"
NOT_THERE = frozenset({400, 404})
ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class ClusterNetwork:
    """Tell where a cluster is to be made.

    :param vpc: range of the VPC; None where it has none of its own.
    :param free: addresses left in the subnet, of which every node takes one; None where the cloud does not tell.
    """

    vpc: IPv4Network | None
    free: int | None

    def problems(self, nodes: int, ranges: dict[str, IPv4Network]) -> Iterator[str]:
        """Yield why a cluster with so many nodes and these ranges, by the definition's fields, cannot be made there."""
        for field, network in ranges.items():
            if self.vpc is not None and self.vpc.overlaps(network):
                yield f"{CREATE}.{field}: {network} overlaps the range of the VPC, {self.vpc}; name another one"
        if self.free is not None and nodes > self.free:
            yield (
                f"{CREATE}.subnet: has {counted(self.free, 'free address', 'free addresses')}, and {counted(nodes, 'node')} take one "
                "each; name a wider subnet, or free addresses of it"
            )


def find_network(cloud: Cloud, create: NewCluster) -> ClusterNetwork:
    """Return what the cloud tells of the VPC and the subnet that the definition names.

    :raises PreflightError: when one of them is not there or not ready, or the subnet belongs to another VPC.
    """
    vpc = _shown(lambda: cloud.call("vpc", "show_vpc", vpc_id=create.vpc).vpc)
    subnet = _shown(lambda: cloud.call("vpc", "show_subnet", subnet_id=create.subnet).subnet)
    problems = [
        f"{CREATE}.{field}: there is no {title} {identity} ({cloud.access.place}); correct the id, or make it first"
        for field, title, identity, document in (
            ("vpc", "VPC", create.vpc, vpc),
            ("subnet", "subnet", create.subnet, subnet),
        )
        if document is None
    ]
    if subnet is not None and subnet.vpc_id != create.vpc:
        problems.append(
            f"{CREATE}.subnet: {create.subnet} belongs to VPC {subnet.vpc_id}; name a subnet of {create.vpc}"
        )
    if subnet is not None and subnet.status != ACTIVE:
        problems.append(
            f"{CREATE}.subnet: {create.subnet} is {subnet.status}, not {ACTIVE}; wait, or mend it"
        )
    if problems or vpc is None or subnet is None:
        raise PreflightError(problems)
    return ClusterNetwork(IPv4Network(vpc.cidr) if vpc.cidr else None, subnet.available_ip_address_count)


def _shown(show: Callable[[], Any]) -> Any:
    """Return what is shown, or None when there is nothing of this id."""
    try:
        return show()
    except CloudError as error:
        if error.status not in NOT_THERE:
            raise
        return None
