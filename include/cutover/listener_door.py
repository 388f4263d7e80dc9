"""Lead customers by the listeners of a load balancer whose address stays."""

from __future__ import annotations

import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING

from include.balancers import (
    ONLINE,
    Listener,
    await_online,
    former_pool,
    make_target_pool,
    move_listener,
    online_states,
    read_listener,
    sync_members,
    target_pool_of,
)
from include.cloud import Cloud
from include.cutover.door import Lead
from include.cutover.target_members import is_one_enough, target_members
from include.rehearsal.guards import refuse_in_rehearsal

if TYPE_CHECKING:
    from include.connections.access import Side
    from include.definition import Elb
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# A listener may look at its new members anew.
SEEN_SECONDS = 30.0
POLL_SECONDS = 0.25


class ListenerDoor:
    """Move listeners between the pool that they have and one with the target's members.

    Whether a listener is on the target is told by the name of its pool, and where it was before by that pool's description: both
    are there for every run and without a ledger.
    """

    def __init__(self, run: MigrationRun, settings: Elb) -> None:
        self._run = run
        self._settings = settings

    @property
    def _migration(self) -> str:
        return self._run.definition.name

    @property
    def method(self) -> str:
        """Return what is read."""
        return "default pools read back from ELB, health of the target's members"

    @cached_property
    def _cloud(self) -> Cloud:
        return Cloud(self._run.connections.cloud(self._settings.connection))

    def is_on_target(self) -> bool:
        """Say whether every listener leads to its pool for the target."""
        return all(target_pool_of(self._cloud, self._migration, one) is not None for one in self._listeners())

    def read(self) -> list[Lead]:
        """Return each listener's default pool."""
        return [{"listener": one.id, "pool": one.pool} for one in self._listeners()]

    def former(self) -> list[Lead]:
        """Return each listener's pool with the source's members, also of one that was moved by a try that was killed."""
        return [
            {"listener": one.id, "pool": former_pool(self._cloud, self._migration, one)}
            for one in self._listeners()
        ]

    def make_ready(self) -> None:
        """Make the pools with the target's members: before the writers stop, a right that is missing costs nothing."""
        for one in self._listeners():
            self._pool_with_members(one)

    def leads_to(self, side: Side) -> list[Lead]:
        """Return each listener with its pool on a side; the target's members are seen by the health check."""
        if side == "source":
            return self.former()
        return [{"listener": one.id, **self._ready_pool(one)} for one in self._listeners()]

    def write(self, leads: list[Lead]) -> None:
        """Move the listeners that lead elsewhere."""
        refuse_in_rehearsal(self._run, f"{self._run.definition.front_door.title}: moving it")
        now = {one.id: one.pool for one in self._listeners()}
        for lead in leads:
            if now.get(lead["listener"]) != lead["pool"]:
                move_listener(self._cloud, lead["listener"], lead["pool"])
                logger.info("ELB listener %s leads to pool %s", lead["listener"], lead["pool"])

    def values(self, leads: list[Lead]) -> list[str]:
        """Return which listener leads to which pool."""
        return sorted(f"listener {one['listener']} -> pool {one['pool']}" for one in leads)

    def evidence(self, wanted: list[Lead]) -> tuple[list[str], list[str]]:
        """Return the pools that the listeners have to have, with members ONLINE, and what ELB tells."""
        ends = time.monotonic() + SEEN_SECONDS
        expected = self.values(wanted) + [
            f"member {one} {ONLINE}" for lead in wanted for one in lead["members"]
        ]
        while True:
            seen = self.values(self.read())
            for lead in wanted:
                states = online_states(self._cloud, lead["pool"], lead["listener"])
                seen += [f"member {one} {states.get(one, 'missing')}" for one in lead["members"]]
            if seen == expected or time.monotonic() >= ends:
                return expected, seen
            time.sleep(POLL_SECONDS)

    def keeps(self, before: list[Lead]) -> str | None:
        """Return the pools that keep the source's members."""
        pools = sorted({str(one["pool"]) for one in before})
        return f"kept for the way back, delete after the retirement: ELB pool {', '.join(pools)}"

    def _listeners(self) -> list[Listener]:
        return [read_listener(self._cloud, one.id) for one in self._settings.listeners]

    def _pool_with_members(self, listener: Listener) -> tuple[str, list[str]]:
        refuse_in_rehearsal(self._run, f"ELB listener {listener.id}: making a pool for it")
        chosen = next(one for one in self._settings.listeners if one.id == listener.id)
        members = target_members(self._run, self._settings, chosen, listener)
        pool = make_target_pool(self._cloud, self._migration, listener)
        sync_members(self._cloud, pool.id, members)
        return pool.id, [str(one) for one in members]

    def _ready_pool(self, listener: Listener) -> Lead:
        """Return the pool; of nodes that may be without a pod only those members that are ONLINE are told."""
        pool, members = self._pool_with_members(listener)
        one_is_enough = is_one_enough(self._run, self._settings)
        await_online(self._cloud, pool, listener.id, one_is_enough=one_is_enough)
        if one_is_enough:
            states = online_states(self._cloud, pool, listener.id)
            members = [one for one in members if states.get(one) == ONLINE]
        return {"pool": pool, "members": members}
