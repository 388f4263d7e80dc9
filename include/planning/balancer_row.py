"""Plan the row of the load balancer that Services are bound to, when the definition gives it by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.errors import PreflightError
from include.planning.model import PlanItem
from include.planning.resource_rows import resource_row
from include.provisioning.balancer import DEDICATED, balancer_misfits, find_balancer
from include.provisioning.offers import Quota
from include.provisioning.providing import MAKE, TAKE

if TYPE_CHECKING:
    from include.definition import LoadBalancer, NewLoadBalancer
    from include.run import MigrationRun

BALANCER = "balancer"
# Of each level the smallest flavor: it can be enlarged while it serves.
LEVELS = {"L4": "l4_flavor_id", "L7": "l7_flavor_id"}


def balancer_rows(run: MigrationRun) -> list[PlanItem]:
    """Return the load balancer's row; none when the definition gives an id, or no load balancer.

    :raises PreflightError: when what is there cannot be taken, or cannot be made as the definition says.
    """
    wanted, connection = run.definition.target.load_balancer, run.definition.target.balancer_connection
    if wanted is None or wanted.name is None or connection is None:
        return []
    cloud = Cloud(run.connections.cloud(connection))
    found = find_balancer(cloud, wanted.name, run.definition.name)
    if found is not None:
        problems = list(balancer_misfits(found, wanted))
        details: dict[str, Any] = {"provide": TAKE, "id": found.id, "create": None}
        text = "is there"
    elif wanted.create is None:
        problems = [
            "does not exist; correct the name, or say under target.load_balancer.create how it is made"
        ]
    else:
        flavors = smallest_flavors(cloud) if wanted.elb_class == DEDICATED else {}
        problems = [*balancer_quota(cloud).problems(1), *_zones(cloud, wanted.create)]
        details = {"provide": MAKE, "create": {**wanted.create.model_dump(), "flavors": flavors}}
        text = "is made, with a public address" if wanted.create.public else "is made"
    if problems:
        place = f"load balancer {wanted.name} ({cloud.access.place})"
        raise PreflightError([f"{place}: {one}" for one in problems])
    return [_item(wanted, connection, details, text)]


def balancer_quota(cloud: Cloud) -> Quota:
    """Return how many load balancers the project may have."""
    allowed = cloud.call("elb", "show_quota").quota.loadbalancer
    used = len(cloud.call("elb", "list_load_balancers").loadbalancers or [])
    return Quota("ELB load balancers", None if allowed < 0 else allowed, used)


def smallest_flavors(cloud: Cloud) -> dict[str, str]:
    """Return the smallest flavor of each level that is not sold out, by the order's names."""
    found = [one for one in cloud.call("elb", "list_flavors").flavors or [] if not one.flavor_sold_out]
    by_size = sorted(found, key=lambda one: (one.info.connection or 0, str(one.name)))
    smallest = {field: [one.id for one in by_size if one.type == level] for level, field in LEVELS.items()}
    return {field: str(ids[0]) for field, ids in smallest.items() if ids}


def _zones(cloud: Cloud, create: NewLoadBalancer) -> list[str]:
    sets = cloud.call("elb", "list_availability_zones").availability_zones or []
    offered = sorted({zone.code for zones in sets for zone in zones if zone.state == "ACTIVE"})
    unknown = [zone for zone in create.zones if zone not in offered]
    if not unknown:
        return []
    return [f"zones: {', '.join(unknown)} is not offered; allowed: {', '.join(offered) or 'none'}"]


def _item(wanted: LoadBalancer, connection: str, details: dict[str, Any], text: str) -> PlanItem:
    return resource_row(
        f"{BALANCER}/{wanted.name}",
        "load balancer for Services",
        f"ELB {wanted.name}: {text}",
        {
            "resource": BALANCER,
            "connection": connection,
            "name": wanted.name,
            "class": wanted.elb_class,
            **details,
        },
    )
