"""The listeners of the front door are there, can lead to the target, and may be moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.balancers.listeners import Listener, read_listener, try_to_change
from include.cloud import Cloud
from include.cutover.service import front_service
from include.cutover.target_members import service_port
from include.errors import (
    CloudError,
    CloudUnavailableError,
    ConnectionDetailsError,
    MigrationError,
)

if TYPE_CHECKING:
    from include.definition import Elb, ElbListener
    from include.run import MigrationRun

# Of pools with members by IP, of which HTTP and HTTPS are those of listeners with the same names (ELB API, CreateMember).
PROTOCOLS = ("TCP", "HTTP", "HTTPS")
ACTIVE = "ACTIVE"
TO_A_POOL = "REDIRECT_TO_POOL"


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps the front door's listeners from being switched; nothing where a record is."""
    settings = run.definition.front_door.elb
    if settings is None:
        return
    try:
        cloud = Cloud(run.connections.cloud(settings.connection))
    except ConnectionDetailsError:
        # The check of the connections says it.
        return
    found: list[Listener] = []
    for index, chosen in enumerate(settings.listeners):
        place = f"front_door.elb.listeners[{index}]"
        try:
            listener = read_listener(cloud, chosen.id)
            found.append(listener)
            yield from (f"{place}: {problem}" for problem in _listener_problems(cloud, listener))
            yield from (f"{place}: {problem}" for problem in _port_problems(run, chosen, listener))
        except (CloudError, CloudUnavailableError) as error:
            yield f"{place}: {error}"
    yield from (f"front_door.elb: {problem}" for problem in _balancer_problems(cloud, settings, found))


def _listener_problems(cloud: Cloud, listener: Listener) -> Iterator[str]:
    """Yield what is wrong with a listener; its last step is a change that changes nothing, for the right to do it."""
    place = f"listener {listener.id}"
    if listener.protocol not in PROTOCOLS:
        yield f"{place} is of protocol {listener.protocol}; a listener of {', '.join(PROTOCOLS)} can be moved"
    if not listener.port:
        yield f"{place} takes a range of ports; name one with a single port"
    if listener.pool:
        yield from _pool_problems(cloud, place, listener.pool)
    else:
        yield f"{place} has no default pool, so no customer comes to the source by it; give it one, or remove it here"
    yield from _policy_problems(cloud, listener)
    try_to_change(cloud, listener)


def _pool_problems(cloud: Cloud, place: str, pool_id: str) -> Iterator[str]:
    pool = cloud.call("elb", "show_pool", pool_id=pool_id).pool
    if pool.any_port_enable:
        yield f"{place}: its pool {pool_id} forwards every port to the same one; use a pool whose members have ports"


def _policy_problems(cloud: Cloud, listener: Listener) -> Iterator[str]:
    answer = cloud.call("elb", "list_l7_policies", listener_id=[listener.id])
    for policy in answer.l7policies or []:
        if policy.action == TO_A_POOL:
            yield (
                f"listener {listener.id} has the forwarding policy {policy.name or policy.id}, whose customers would stay in its own "
                "pool; put its rules into an Ingress of the target and remove it, or name another listener"
            )


def _port_problems(run: MigrationRun, chosen: ElbListener, listener: Listener) -> Iterator[str]:
    try:
        service = front_service(run, "source")
    except MigrationError:
        # The check of the clusters says why the source does not answer.
        return
    if listener.port and service is not None and service_port(service, chosen, listener) is None:
        ports = ", ".join(str(one["port"]) for one in service["spec"].get("ports") or [])
        yield (
            f"Service {run.definition.front_door.service}, source cluster: has no port {chosen.service_port or listener.port} for "
            f"listener {listener.id}, only {ports}; name one in service_port"
        )


def _balancer_problems(cloud: Cloud, settings: Elb, listeners: list[Listener]) -> Iterator[str]:
    ids = sorted({one.balancer for one in listeners})
    if len(ids) > 1:
        yield f"the listeners belong to several load balancers ({', '.join(ids)}); a cutover moves those of one"
    for balancer in ids:
        try:
            shown = cloud.call("elb", "show_load_balancer", loadbalancer_id=balancer).loadbalancer
        except (CloudError, CloudUnavailableError) as error:
            yield str(error)
            continue
        yield from _facts_problems(balancer, shown, settings)


def _facts_problems(balancer: str, shown: Any, settings: Elb) -> Iterator[str]:
    if not shown.guaranteed:
        yield f"load balancer {balancer} is a shared one, which takes servers of its own VPC only; use a dedicated one"
    elif not shown.ip_target_enable and settings.subnet is None:
        yield (
            f"load balancer {balancer} takes no members by IP (ip_target_enable is off); switch `IP as a Backend` on, which cannot be "
            "undone, or set members to nodes and subnet"
        )
    if shown.provisioning_status != ACTIVE:
        yield f"load balancer {balancer} is {shown.provisioning_status}; mend it in the console of ELB"
