"""A public zone in the DNS service of a cloud's project.

https://support.huaweicloud.com/intl/en-us/api-dns/dns_api_64001.html and the pages beside it; Open Telekom Cloud's is the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from include.errors import CloudError, PermanentError, TemporaryError, WaitTimeoutError
from include.zones.records import TYPES, RecordSet

if TYPE_CHECKING:
    from include.cloud.cloud import Cloud

STEADY_SECONDS = 60.0
POLL_SECONDS = 0.5


class CloudZone:
    """Change a name by the service's record sets, one a type."""

    method = "record sets of the cloud's DNS"

    def __init__(self, cloud: Cloud, name: str) -> None:
        self._cloud = cloud
        self._name = name

    def read(self) -> list[RecordSet]:
        """Return what the service lists."""
        return sorted((_record(one) for one in self._sets()), key=lambda record: record.type)

    def write(self, records: list[RecordSet]) -> None:
        """Replace what the name holds, and wait until it is served.

        A set that keeps its type is changed in place. One of another type, a CNAME instead of addresses, has to go
        before: the service refuses both beside each other, and the name is empty for as long as that takes.
        """
        there = {str(one.type): one for one in self._steady_sets()}
        wanted = {one.type: one for one in records}
        for kind in sorted(set(there) - set(wanted)):
            self._cloud.call("dns", "delete_record_set", is_idempotent=True, **self._of(there[kind]))
        if set(there) - set(wanted):
            self._steady_sets()
        for kind, one in sorted(wanted.items()):
            self._put(there.get(kind), one)
        self._steady_sets()

    def find_problems(self) -> Iterator[str]:
        """Look whether the project has the zone, and whether the name has one set a type."""
        try:
            self._sets()
        except (CloudError, TemporaryError, PermanentError) as error:
            yield str(error)

    def _put(self, known: Any | None, wanted: RecordSet) -> None:
        body = {"name": self._name, "type": wanted.type, "ttl": wanted.ttl, "records": list(wanted.values)}
        if known is None:
            self._cloud.call("dns", "create_record_set", zone_id=self._zone_id, body=body)
        elif _record(known) != wanted:
            self._cloud.call("dns", "update_record_set", is_idempotent=True, body=body, **self._of(known))

    def _of(self, one: Any) -> dict[str, str]:
        return {"zone_id": self._zone_id, "recordset_id": str(one.id)}

    def _steady_sets(self) -> list[Any]:
        """Return the sets once none of them is being changed.

        :raises WaitTimeoutError: when that takes longer than a minute.
        """
        started = time.monotonic()
        while True:
            sets = self._sets()
            passing = [one for one in sets if str(one.status).startswith("PENDING")]
            if not passing:
                return sets
            if time.monotonic() - started > STEADY_SECONDS:
                raise WaitTimeoutError(
                    f"DNS record {self._name} ({self._cloud.access.place}): still {passing[0].status} after "
                    f"{STEADY_SECONDS:.0f} s; look at the record set in the console of DNS"
                )
            time.sleep(POLL_SECONDS)

    def _sets(self) -> list[Any]:
        """Return the sets of the name that a switch concerns.

        :raises PermanentError: when one type has several of them, by line or by weight.
        """
        answer = self._cloud.call(
            "dns", "list_record_sets_by_zone", zone_id=self._zone_id, name=self._name, search_mode="equal"
        )
        sets = [
            one
            for one in answer.recordsets or []
            if str(one.type) in TYPES and str(one.name).lower() == self._name.lower()
        ]
        if len({str(one.type) for one in sets}) < len(sets):
            raise PermanentError(
                f"DNS record {self._name} ({self._cloud.access.place}): has several record sets of one type, by line or by "
                "weight; leave one of each type, since the switch would move only a part of the customers"
            )
        return sets

    @cached_property
    def _zone_id(self) -> str:
        """Return the id of the closest public zone around the name."""
        zones = self._cloud.call("dns", "list_public_zones", limit=500).zones or []
        around = [one for one in zones if f".{self._name}".lower().endswith(f".{str(one.name).lower()}")]
        if not around:
            raise PermanentError(
                f"DNS record {self._name} ({self._cloud.access.place}): no public zone of the project is around it; make the "
                "zone and have it delegated, or name another connection in front_door.dns"
            )
        return str(max(around, key=lambda one: len(str(one.name))).id)


def _record(one: Any) -> RecordSet:
    return RecordSet(str(one.type), int(one.ttl), tuple(sorted(str(value) for value in one.records)))
