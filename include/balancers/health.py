"""Know whether a pool's members take customers, by the word of the health check."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from include.balancers.members import list_members
from include.errors import WaitTimeoutError

if TYPE_CHECKING:
    from include.cloud import Cloud

logger = logging.getLogger(__name__)

ONLINE, OFFLINE = "ONLINE", "OFFLINE"
ONLINE_SECONDS = 60.0
# ELB promises the health of members whose pool a listener uses; whether it knows it before is not documented.
NOTHING_KNOWN_SECONDS = 10.0
POLL_SECONDS = 0.25


def online_states(cloud: Cloud, pool_id: str, listener_id: str) -> dict[str, str]:
    """Return the health of each member, `address:port` -> ONLINE, OFFLINE and others; a listener's own view counts first."""
    return {
        f"{one.address}:{one.protocol_port}": _state(one, listener_id) for one in list_members(cloud, pool_id)
    }


def are_online(states: dict[str, str], *, one_is_enough: bool) -> bool:
    """Say whether customers can be led to the members."""
    found = [state == ONLINE for state in states.values()]
    return any(found) if one_is_enough else bool(found) and all(found)


def await_online(cloud: Cloud, pool_id: str, listener_id: str, *, one_is_enough: bool) -> None:
    """Wait until the members of a pool are ONLINE; a pool of whose members nothing is known yet is taken after ten seconds.

    :param one_is_enough: where nodes without a pod are OFFLINE on purpose.
    :raises WaitTimeoutError: with each member's state.
    """
    started = time.monotonic()
    while True:
        states = online_states(cloud, pool_id, listener_id)
        if are_online(states, one_is_enough=one_is_enough):
            return
        waited = time.monotonic() - started
        if waited > NOTHING_KNOWN_SECONDS and states and not {ONLINE, OFFLINE} & set(states.values()):
            logger.warning("ELB pool %s: the health of its members is not known before the switch", pool_id)
            return
        if waited > ONLINE_SECONDS:
            raise WaitTimeoutError(
                f"ELB pool {pool_id}: its members are {states_text(states)} after {ONLINE_SECONDS:.0f} s; check that the security "
                "groups of the target let in the balancer's backend subnet, its routes (peering, VPN), and the health check's path"
            )
        time.sleep(POLL_SECONDS)


def states_text(states: dict[str, str]) -> str:
    """Return the states for people."""
    return ", ".join(f"{member} {state}" for member, state in sorted(states.items())) or "none"


def _state(one: Any, listener_id: str) -> str:
    seen = [str(row.operating_status) for row in one.status or [] if row.listener_id == listener_id]
    return seen[0] if seen else str(one.operating_status)
