"""VPC: the one network of the lab, with its subnets. Neither can be made: they are there before anything is ordered."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from lab import addresses
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.cce_backend import NODE_POOLS
from lab.cloud.refusals import RefusalError

VPC_ID = "5d1c4a5e-0000-4000-8000-000000000001"
# the network's own address, its gateway and broadcast, and two that the cloud keeps
_KEPT = 5
_MADE = "2026-11-24T10:00:00"


@dataclass(frozen=True)
class Subnet:
    """A subnet of the VPC."""

    id: str
    name: str
    cidr: str


NODES = Subnet("5d1c4a5e-0000-4000-8000-000000000002", "nodes", "198.18.2.0/24")
BALANCERS = Subnet("5d1c4a5e-0000-4000-8000-000000000003", "balancers", addresses.TARGET.load_balancers)


class Vpc:
    """VPC's interface, as far as one looks for what is there."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def operations(self) -> list[Operation]:
        """Return the operations."""
        project = "/v1/{project_id}"
        return [
            Operation("vpc.show_vpc", "GET", f"{project}/vpcs/{{vpc_id}}", self.show_vpc),
            Operation("vpc.show_subnet", "GET", f"{project}/subnets/{{subnet_id}}", self.show_subnet),
        ]

    def show_vpc(self, call: Call) -> Answer:
        """Show the VPC."""
        if call["vpc_id"] != VPC_ID:
            raise _missing("vpc")
        document = {
            "id": VPC_ID,
            "name": "lab",
            "description": "",
            "cidr": addresses.NETWORK,
            "status": "OK",
            "routes": [],
            "enterprise_project_id": "0",
            "tenant_id": self._region.account.project,
            "created_at": _MADE,
            "updated_at": _MADE,
            "block_service_endpoint_states": "off",
            "enable_network_address_usage_metrics": False,
        }
        return Answer({"vpc": document})

    def show_subnet(self, call: Call) -> Answer:
        """Show a subnet, with the addresses that are left in it."""
        for one in (NODES, BALANCERS):
            if one.id == call["subnet_id"]:
                return Answer({"subnet": self._document(one)})
        raise _missing("subnet")

    def _document(self, subnet: Subnet) -> dict[str, Any]:
        network = ip_network(subnet.cidr)
        return {
            "id": subnet.id,
            "name": subnet.name,
            "description": "",
            "cidr": subnet.cidr,
            "gateway_ip": str(network[1]),
            "ipv6_enable": False,
            "cidr_v6": None,
            "gateway_ip_v6": None,
            "neutron_subnet_id_v6": None,
            "primary_dns": addresses.DNS,
            "secondary_dns": "",
            "dnsList": [addresses.DNS],
            "availability_zone": "",
            "extra_dhcp_opts": [],
            "enable_network_address_usage_metrics": False,
            "dhcp_enable": True,
            "vpc_id": VPC_ID,
            "status": "ACTIVE",
            "neutron_network_id": subnet.id,
            "neutron_subnet_id": subnet.id,
            "tenant_id": self._region.account.project,
            "created_at": _MADE,
            "updated_at": _MADE,
            "available_ip_address_count": network.num_addresses - _KEPT - self._used(subnet),
        }

    def _used(self, subnet: Subnet) -> int:
        """Return how many addresses are taken: by nodes of CCE, the only servers that there are."""
        pools = self._region.store.all(NODE_POOLS).values() if subnet is NODES else ()
        return sum(len(pool["nodes"]) for pool in pools)


def _missing(kind: str) -> RefusalError:
    """Return the refusal of what is not there; its code is not confirmed."""
    return RefusalError(
        404, {"code": "VPC.0202", "message": f"Query resource by id fail.the {kind} could not be found."}
    )
