"""Find an RDS instance by its name, and the address that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.cloud.cloud import Cloud
from include.errors import TargetServerMissingError

if TYPE_CHECKING:
    from include.cloud.access import CloudAccess
    from include.definition import RdsInstance

ACTIVE = "ACTIVE"
PAGE = 100


def find_instance(cloud: Cloud, name: str) -> Any | None:
    """Return RDS's own document of the instance of a name, or None."""
    listed = cloud.call("rds", "list_instances", name=name, limit=PAGE).instances or []
    # The filter may find others whose names begin alike.
    return next((one for one in listed if one.name == name), None)


def instance_address(access: CloudAccess, wanted: RdsInstance) -> tuple[str, int]:
    """Return the private IP and the port of an instance.

    :raises TargetServerMissingError: when there is none of this name, or it has no address yet.
    """
    place = f"RDS instance {wanted.instance} ({access.place})"
    found = find_instance(Cloud(access), wanted.instance)
    if found is None:
        remedy = (
            "the phase resource_planning makes it, once the plan is approved"
            if wanted.create
            else "correct databases[].rds.instance, or say under databases[].rds.create how it is made"
        )
        raise TargetServerMissingError(f"{place}: does not exist; {remedy}")
    if not found.private_ips:
        raise TargetServerMissingError(
            f"{place}: is {found.status}, and has no address yet; wait until it is {ACTIVE}, then clear this task"
        )
    return str(found.private_ips[0]), int(found.port)
