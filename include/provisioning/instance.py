"""Be an RDS instance that is found by its name, judged, ordered and waited for."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from include.cloud.instances import ACTIVE, find_instance
from include.errors import PermanentError, ResourceFailedError
from include.labels import OWNER
from include.planning.instance_needs import InstanceNeeds, instance_needs
from include.provisioning.instance_offers import is_below
from include.provisioning.planned import PlannedResource
from include.provisioning.resource import Found
from include.sizing.data_services import ENGINES
from include.sizing.model import GIB, gib

if TYPE_CHECKING:
    from include.connections.access import DatabaseEngine
    from include.run import MigrationRun

BUILDING = "BUILD"
# States that pass by themselves, in which the instance serves again soon.
PASSING = frozenset({
    BUILDING,
    "MODIFYING",
    "REBOOTING",
    "RESTORING",
    "SWITCHOVER",
    "BACKING UP",
    "MIGRATING",
})
REPLICATION = "async"


@dataclass(frozen=True)
class InstanceResource(PlannedResource):
    """Provide one RDS instance; what is ordered stands in the details of its row, the password in no document."""

    kind: ClassVar[str] = "RDS instance"
    removal: ClassVar[str] = "the console of RDS (its data goes with it)"

    def find(self) -> Found | None:
        """Return the instance of this name, or None."""
        document = find_instance(self.cloud, self.name)
        return None if document is None else found_instance(document)

    def misfits(self, found: Found) -> list[str]:
        """Return why it cannot be taken."""
        needs = next(one for one in instance_needs(self.run) if one.name == self.name)
        return [*instance_misfits(found, needs), *host_misfits(self.run, found, needs.login)]

    def order(self) -> str:
        """Order it with our tag; RDS answers the same order twice with the same instance."""
        _, password = self.run.connections.database_login(self.row.details["login"], self._engine)
        token = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.run.run_id}/{self.key}")
        answer = self.cloud.call(
            "rds",
            "create_instance",
            is_idempotent=True,
            x_client_token=str(token),
            body=instance_order(
                self.row.details, password, self.cloud.access.region, self.run.definition.name
            ),
        )
        return str(answer.instance.id)

    def is_ready(self, found: Found) -> bool:
        """Say whether it is ACTIVE and has an address; one in a state that will not pass has failed."""
        if found.state == ACTIVE:
            return bool(found.facts.private_ips)
        if found.state in PASSING:
            return False
        raise ResourceFailedError(
            f"{self.kind} {self.name} ({self.place}): is {found.state}; look at its task in the console of RDS, delete it with "
            f"{self.removal}, and clear this task to order it again",
            resource=self.key,
        )

    @property
    def _engine(self) -> DatabaseEngine:
        engine: DatabaseEngine = self.row.details["engine"]
        return engine


def found_instance(document: Any) -> Found:
    """Return what RDS's document of an instance says."""
    tags = {tag.key: tag.value for tag in document.tags or []}
    return Found(str(document.id), str(document.status), tags.get(OWNER, ""), document)


def instance_misfits(found: Found, needs: InstanceNeeds) -> Iterator[str]:
    """Yield why an instance that is there does not fit; it is never changed in size."""
    document, engine = found.facts, ENGINES[needs.engine]
    entries = ", ".join(needs.entries)
    if found.state != ACTIVE and found.state not in PASSING:
        yield f"is {found.state}, not {ACTIVE}; mend it in the console of RDS, or name another"
    if document.datastore.type != engine:
        yield f"is of {document.datastore.type}, and {entries} is of {engine}; name another"
    elif is_below(document.datastore.version, needs.version):
        source = ".".join(str(number) for number in needs.version)
        yield (
            f"is of version {document.datastore.version}, below the source's {source}; upgrade it in the console of RDS, "
            "or name another"
        )
    if document.volume.size * GIB < needs.size:
        yield (
            f"has a disk of {document.volume.size} GiB, and {entries} holds {gib(needs.size)}; enlarge it in the "
            "console of RDS (it is not done here), or name another"
        )


def host_misfits(run: MigrationRun, found: Found, connection: str) -> Iterator[str]:
    """Yield that the host of the server's connection leads elsewhere than to the instance."""
    host = run.connections.host_of(connection)
    document = found.facts
    known = {*(document.private_ips or []), *(document.public_ips or []), *(document.private_dns_names or [])}
    if not host or not known or host in known:
        return
    addresses = _addresses(host)
    if not addresses & known:
        leads = f"leads to {', '.join(sorted(addresses))}" if addresses else "does not resolve"
        yield (
            f"has the address {', '.join(sorted(known))}, and host {host} of connection {connection} {leads}; correct the "
            "host or its DNS record, or leave it empty: then the instance's own address is used"
        )


def _addresses(host: str) -> set[str]:
    try:
        return {str(row[4][0]) for row in socket.getaddrinfo(host, None, socket.AF_INET)}
    except OSError:
        return set()


def instance_order(details: dict[str, Any], password: str, region: str, migration: str) -> dict[str, Any]:
    """Return the body of the order, in the API's own names."""
    if details["create"] is None:
        raise PermanentError(
            f"RDS instance {details['name']}: the plan does not say how it is made; trigger a new run"
        )
    chosen = details["create"]
    order = {
        "name": details["name"],
        "datastore": {"type": ENGINES[details["engine"]], "version": chosen["version"]},
        "flavor_ref": chosen["flavor"],
        "volume": {"type": chosen["disk_type"], "size": chosen["disk_gib"]},
        "password": password,
        "region": region,
        "availability_zone": ",".join(chosen["zones"]),
        "vpc_id": chosen["vpc"],
        "subnet_id": chosen["subnet"],
        "security_group_id": chosen["security_group"],
        "tags": [{"key": OWNER, "value": migration}],
    }
    if chosen["high_availability"]:
        order["ha"] = {"mode": "Ha", "replication_mode": REPLICATION}
    return order
