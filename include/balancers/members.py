"""Have a pool hold exactly the members that it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.errors import CloudConflictError, CloudObjectNotFoundError

if TYPE_CHECKING:
    from include.cloud import Cloud


@dataclass(frozen=True, order=True)
class Member:
    """Name a place that takes customers; with a subnet a server of the balancer's VPC, else an IP anywhere."""

    address: str
    port: int
    subnet: str | None = None

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


def list_members(cloud: Cloud, pool_id: str) -> list[Any]:
    """Return the members of a pool as the cloud has them; a pool of ours has few."""
    return list(cloud.call("elb", "list_members", pool_id=pool_id, limit=2000).members or [])


def sync_members(cloud: Cloud, pool_id: str, wanted: list[Member]) -> None:
    """Add the members that are missing, then take away what is there besides."""
    there = {_place(one): str(one.id) for one in list_members(cloud, pool_id)}
    for member in sorted(set(wanted) - set(there)):
        _add(cloud, pool_id, member)
    for member in sorted(set(there) - set(wanted), key=str):
        _remove(cloud, pool_id, there[member])


def _place(one: Any) -> Member:
    return Member(str(one.address), int(one.protocol_port), one.subnet_cidr_id or None)


def _add(cloud: Cloud, pool_id: str, member: Member) -> None:
    fields = {"name": str(member), "address": member.address, "protocol_port": member.port, "weight": 1}
    if member.subnet:
        fields["subnet_cidr_id"] = member.subnet
    try:
        cloud.call("elb", "create_member", pool_id=pool_id, body={"member": fields})
    except CloudConflictError:
        # Another try beside this one was faster; anything else shows in the members' health.
        if member not in {_place(one) for one in list_members(cloud, pool_id)}:
            raise


def _remove(cloud: Cloud, pool_id: str, member_id: str) -> None:
    try:
        cloud.call("elb", "delete_member", is_idempotent=True, pool_id=pool_id, member_id=member_id)
    except CloudObjectNotFoundError:
        return
