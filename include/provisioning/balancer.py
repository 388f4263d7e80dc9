"""Be a load balancer of ELB that is found by its name, judged, ordered and waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from include.cloud import Cloud
from include.errors import PermanentError, ResourceFailedError
from include.labels import OWNER
from include.provisioning.planned import PlannedResource
from include.provisioning.resource import Found

if TYPE_CHECKING:
    from include.definition import LoadBalancer

ACTIVE = "ACTIVE"
FAILED = frozenset({"ERROR", "DELETED", "PENDING_DELETE"})
DEDICATED = "performance"
SEVERAL = "SEVERAL"
LONGEST_SECONDS = 600.0
# The public address's kind: BGP over several carriers, the one that both clouds offer everywhere.
NETWORK_TYPE = "5_bgp"


@dataclass(frozen=True)
class BalancerResource(PlannedResource):
    """Provide the load balancer that Services are bound to; what is ordered stands in the details of its row."""

    kind: ClassVar[str] = "load balancer"
    removal: ClassVar[str] = "the console of ELB (its public address is released apart from it)"

    @property
    def longest_seconds(self) -> float:
        """Return how long it may take: the plan says nothing of it."""
        return LONGEST_SECONDS

    def find(self) -> Found | None:
        """Return the load balancer of this name, or None."""
        return find_balancer(self.cloud, self.name, self.run.definition.name)

    def misfits(self, found: Found) -> list[str]:
        """Return why it cannot be taken."""
        wanted = self.run.definition.target.load_balancer
        return list(balancer_misfits(found, wanted)) if wanted else []

    def order(self) -> str:
        """Order it with our tag."""
        body = {"loadbalancer": balancer_order(self.row.details, self.run.definition.name)}
        return str(self.cloud.call("elb", "create_load_balancer", body=body).loadbalancer.id)

    def is_ready(self, found: Found) -> bool:
        """Say whether it is ACTIVE."""
        if found.state in FAILED:
            raise ResourceFailedError(
                f"{self.kind} {self.name} ({self.place}): is {found.state}; delete it with {self.removal}, and clear this task to "
                "order it again",
                resource=self.key,
            )
        return found.state == ACTIVE


def find_balancer(cloud: Cloud, name: str, migration: str) -> Found | None:
    """Return the load balancer of a name: of several that bear it the oldest that is the migration's own.

    ELB lets many have one name; of several strangers the state is `SEVERAL`, and none can be taken.
    """
    answer = cloud.call("elb", "list_load_balancers", name=[name])
    named = sorted((one for one in answer.loadbalancers or [] if one.name == name), key=_age)
    found = [_found(one) for one in named]
    ours = [one for one in found if one.owner == migration]
    if ours or len(found) < 2:
        return next(iter(ours or found), None)
    return Found(found[0].id, SEVERAL, "", named[0])


def _age(document: Any) -> tuple[str, str]:
    return str(document.created_at), str(document.id)


def _found(document: Any) -> Found:
    tags = {tag.key: tag.value for tag in document.tags or []}
    return Found(str(document.id), str(document.provisioning_status), tags.get(OWNER, ""), document)


def balancer_misfits(found: Found, wanted: LoadBalancer) -> Iterator[str]:
    """Yield why a load balancer that is there does not fit the definition."""
    document = found.facts
    if found.state == SEVERAL:
        yield "is the name of several; give target.load_balancer.id instead of the name, or rename the others"
        return
    if found.state in FAILED:
        yield f"is {found.state}; mend it in the console of ELB, or name another"
    kind = DEDICATED if document.guaranteed else "union"
    if kind != wanted.elb_class:
        yield f"is of class {kind}, and target.load_balancer.class is {wanted.elb_class}; correct the class, or name another"
    create = wanted.create
    if create is None:
        return
    if document.vpc_id and document.vpc_id != create.vpc:
        yield f"lies in VPC {document.vpc_id}, not in {create.vpc} of the definition; name another"
    if create.public and not (document.publicips or document.eips):
        yield "has no public address, which the definition asks for; bind one to it in the console of ELB"


def balancer_order(details: dict[str, Any], migration: str) -> dict[str, Any]:
    """Return the order's load balancer, in the API's own names."""
    chosen = details["create"]
    if chosen is None:
        raise PermanentError(
            f"load balancer {details['name']}: the plan does not say how it is made; trigger a new run"
        )
    order = {
        "name": details["name"],
        "description": f"made by migration {migration}",
        "guaranteed": details["class"] == DEDICATED,
        "vpc_id": chosen["vpc"],
        "vip_subnet_cidr_id": chosen["subnet"],
        "availability_zone_list": chosen["zones"],
        "tags": [{"key": OWNER, "value": migration}],
        **chosen["flavors"],
    }
    if chosen["public"]:
        order["publicip"] = {
            "network_type": NETWORK_TYPE,
            "bandwidth": {
                "name": details["name"],
                "size": chosen["bandwidth_mbit"],
                "charge_mode": "traffic",
                "share_type": "PER",
            },
        }
    return order
