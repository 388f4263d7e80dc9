"""Read a listener, and change the pool that it leads to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.errors import CloudConflictError

if TYPE_CHECKING:
    from include.cloud import Cloud

# The balancer refuses a change while another one is under way.
BUSY_SECONDS = 30.0
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Listener:
    """Hold what a switch has to know of a listener."""

    id: str
    balancer: str
    protocol: str
    port: int
    # Empty: it has none.
    pool: str
    facts: Any


def read_listener(cloud: Cloud, listener_id: str) -> Listener:
    """Return a listener as it is now.

    :raises CloudObjectNotFoundError: when the project has none of this id.
    """
    found = cloud.call("elb", "show_listener", listener_id=listener_id).listener
    balancers = [str(one.id) for one in found.loadbalancers or []]
    return Listener(
        id=str(found.id),
        balancer=balancers[0] if balancers else "",
        protocol=str(found.protocol),
        port=int(found.protocol_port or 0),
        pool=str(found.default_pool_id or ""),
        facts=found,
    )


def move_listener(cloud: Cloud, listener_id: str, pool_id: str) -> None:
    """Let a listener lead to another pool.

    :raises CloudConflictError: when the load balancer is busy with another change for too long.
    """
    _change(cloud, listener_id, {"default_pool_id": pool_id})


def try_to_change(cloud: Cloud, listener: Listener) -> None:
    """Send a change that changes nothing: it is judged by the same right as the switch.

    :raises CloudForbiddenError: when the right is missing.
    """
    _change(cloud, listener.id, {"description": str(listener.facts.description or "")})


def _change(cloud: Cloud, listener_id: str, fields: dict[str, Any]) -> None:
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cloud.call(
                "elb",
                "update_listener",
                is_idempotent=True,
                listener_id=listener_id,
                body={"listener": fields},
            )
        except CloudConflictError:
            if time.monotonic() >= ends:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return
