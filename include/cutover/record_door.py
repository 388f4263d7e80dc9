"""Lead customers by the DNS record that they look up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.door import Lead
from include.cutover.record import front_door_zone, read_record, record_settings, write_record
from include.cutover.service import service_addresses
from include.errors import ClusterUnavailableError, PermanentError
from include.zones import RecordSet, records_of

if TYPE_CHECKING:
    from include.connections.access import Side
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


class RecordDoor:
    """Move one DNS record between the load balancers of both sides."""

    def __init__(self, run: MigrationRun) -> None:
        self._run = run

    @property
    def method(self) -> str:
        """Return how whoever keeps the zone is read."""
        return front_door_zone(self._run).method

    def is_on_target(self) -> bool:
        """Say whether the record leads to the target's load balancer.

        The source is asked first: while the record leads there, the answer does not depend on a target that may be down.
        """
        values = {_compared(value) for one in read_record(self._run) for value in one.values}
        if not values or self._leads_to_source(values):
            return False
        return values <= self._balancer("target")

    def _leads_to_source(self, values: set[str]) -> bool:
        try:
            return values <= self._balancer("source")
        except ClusterUnavailableError:
            logger.info(
                "The source cluster does not answer; the target says whether the front door leads to it"
            )
            return False

    def _balancer(self, side: Side) -> set[str]:
        return {_compared(address) for address in service_addresses(self._run, side)}

    def read(self) -> list[Lead]:
        """Return the record's sets."""
        return [one.as_json() for one in read_record(self._run)]

    def former(self) -> list[Lead]:
        """Return the record's sets, and tell of those that clients may hold for longer than the definition says."""
        settings, records = record_settings(self._run), read_record(self._run)
        for one in records:
            if one.ttl > settings.ttl_seconds:
                logger.warning(
                    "%s had a TTL of %s s: clients may stay on the source that long", settings.record, one.ttl
                )
        return [one.as_json() for one in records]

    def make_ready(self) -> None:
        """Do nothing: the TTL is lowered apart."""

    def leads_to(self, side: Side) -> list[Lead]:
        """Return the sets with the addresses of a side's load balancer."""
        front_door = self._run.definition.front_door
        addresses = service_addresses(self._run, side)
        if not addresses:
            raise PermanentError(
                f"Service {front_door.service}, {side} cluster: has no load balancer address; check its events and the load "
                "balancer of target.load_balancer"
            )
        return [one.as_json() for one in records_of(addresses, front_door.ttl_seconds)]

    def write(self, leads: list[Lead]) -> None:
        """Replace what the record holds."""
        write_record(self._run, [RecordSet.from_json(one) for one in leads])

    def values(self, leads: list[Lead]) -> list[str]:
        """Return the addresses."""
        return sorted(value for one in leads for value in one["values"])

    def evidence(self, wanted: list[Lead]) -> tuple[list[str], list[str]]:
        """Return the addresses that the record has to hold, and those that it holds."""
        return self.values(wanted), self.values(self.read())

    def keeps(self, before: list[Lead]) -> str | None:
        """Return None: a record leaves nothing behind."""
        return None


def _compared(address: str) -> str:
    """Return an address or name as a record and a Service's status write it alike."""
    return address.rstrip(".").lower()
