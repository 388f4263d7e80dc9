"""Know where the front door leads: the DNS record, and the load balancers of both sides."""

from __future__ import annotations

import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.connections import DnsAccess
from include.connections.access import Side
from include.errors import ClusterUnavailableError, PermanentError, TemporaryError, shorten
from include.rehearsal.guards import refuse_in_rehearsal

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
TYPES = ("A", "AAAA", "CNAME")


@dataclass(frozen=True)
class RecordSet:
    """Hold the values of one type that a DNS name has."""

    type: str
    ttl: int
    values: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"type": self.type, "ttl": self.ttl, "values": list(self.values)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> RecordSet:
        """Return what `as_json` wrote."""
        return cls(str(document["type"]), int(document["ttl"]), tuple(document["values"]))


def is_traffic_on_target(run: MigrationRun) -> bool:
    """Say whether the front door's record leads to the target's load balancer.

    The source is asked first: while the record leads there, the answer does not depend on a target that may be down.

    :raises TemporaryError: when the DNS server does not answer, or the target has to and does not: guessing could cost data.
    """
    values = {_compared(value) for one in read_record(run) for value in one.values}
    if not values or _leads_to_source(run, values):
        return False
    return values <= _balancer(run, "target")


def _leads_to_source(run: MigrationRun, values: set[str]) -> bool:
    try:
        return values <= _balancer(run, "source")
    except ClusterUnavailableError:
        logger.info("The source cluster does not answer; the target says whether the front door leads to it")
        return False


def _balancer(run: MigrationRun, side: Side) -> set[str]:
    return {_compared(address) for address in service_addresses(run, side)}


def service_addresses(run: MigrationRun, side: Side) -> list[str]:
    """Return the addresses of the front door's Service on one side; none when it has none, or is not there."""
    namespace, _, name = run.definition.front_door.service.partition("/")
    cluster = run.source if side == "source" else run.target
    service = cluster.find(f"/api/v1/namespaces/{namespace}/services/{name}")
    balancer = ((service or {}).get("status") or {}).get("loadBalancer") or {}
    return [str(row.get("ip") or row.get("hostname")) for row in balancer.get("ingress") or []]


def target_address(run: MigrationRun) -> str:
    """Return the address of the front door's load balancer on the target; an empty one in a rehearsal, which takes none.

    :raises TemporaryError: while it has none.
    """
    if run.is_rehearsal:
        return ""
    addresses = service_addresses(run, "target")
    if not addresses:
        raise TemporaryError(
            f"Service {run.definition.front_door.service}, target cluster: has no load balancer address yet; "
            "look at its events and at target.load_balancer of the definition"
        )
    return addresses[0]


def records_of(addresses: list[str], ttl: int) -> list[RecordSet]:
    """Return the record sets that make a name lead to these addresses; a host name becomes a CNAME."""
    by_type: dict[str, list[str]] = {}
    for address in addresses:
        by_type.setdefault(_type_of(address), []).append(address)
    if "CNAME" in by_type:
        return [RecordSet("CNAME", ttl, (by_type["CNAME"][0].rstrip(".") + ".",))]
    return [RecordSet(kind, ttl, tuple(sorted(values))) for kind, values in sorted(by_type.items())]


def read_record(run: MigrationRun) -> list[RecordSet]:
    """Ask the DNS server itself what the front door's record holds.

    :raises TemporaryError: when it does not answer, or fails: an empty answer would be taken for an empty record.
    """
    import dns.exception
    import dns.message
    import dns.query
    import dns.rcode
    import dns.rdatatype

    dns_settings = run.definition.front_door.dns
    access = run.connections.dns(dns_settings.connection)
    found = []
    for kind in TYPES:
        question = dns.message.make_query(dns_settings.record, kind)
        try:
            answer = dns.query.tcp(
                question, server_address(access), timeout=TIMEOUT_SECONDS, port=access.port
            )
        except (OSError, dns.exception.DNSException) as error:
            raise TemporaryError(
                f"DNS record {dns_settings.record}: {access.server}:{access.port} does not answer "
                f"({type(error).__name__}: {shorten(str(error), 120)}); check the connection {dns_settings.connection}"
            ) from error
        if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            raise TemporaryError(
                f"DNS record {dns_settings.record}: {access.server}:{access.port} answers "
                f"{dns.rcode.to_text(answer.rcode())}; check that it serves the zone {access.zone}"
            )
        wanted = dns.rdatatype.from_text(kind)
        for rrset in answer.answer:
            if rrset.rdtype == wanted and rrset.name == question.question[0].name:
                found.append(RecordSet(kind, int(rrset.ttl), tuple(sorted(row.to_text() for row in rrset))))
    return found


def write_record(run: MigrationRun, records: list[RecordSet]) -> None:
    """Replace what the front door's record holds, by one signed update (RFC 2136): no client sees it empty.

    :raises PermanentError: when the server refuses the update.
    """
    import dns.exception
    import dns.name
    import dns.query
    import dns.rcode
    import dns.tsigkeyring
    import dns.update

    settings = run.definition.front_door.dns
    refuse_in_rehearsal(run, f"DNS record {settings.record}: changing it")
    access = run.connections.dns(settings.connection)
    update = dns.update.UpdateMessage(
        access.zone,
        keyring=dns.tsigkeyring.from_text({access.key_name: access.key}),
        keyalgorithm=dns.name.from_text(access.algorithm),
    )
    name = dns.name.from_text(settings.record)
    for kind in TYPES:
        update.delete(name, kind)
    for one in records:
        for value in one.values:
            update.add(name, one.ttl, one.type, value)
    try:
        answer = dns.query.tcp(update, server_address(access), timeout=TIMEOUT_SECONDS, port=access.port)
    except (OSError, dns.exception.DNSException) as error:
        raise TemporaryError(
            f"DNS record {settings.record}: the update got no good answer from {access.server}:{access.port} "
            f"({type(error).__name__}: {shorten(str(error), 120)}); check the connection {settings.connection}"
        ) from error
    if answer.rcode() != dns.rcode.NOERROR:
        raise PermanentError(
            f"DNS record {settings.record}: {access.server} refuses the update ({dns.rcode.to_text(answer.rcode())}); "
            f"check zone and TSIG key of the connection {settings.connection}"
        )


def server_address(access: DnsAccess) -> str:
    """Return the IP address of a DNS server that is named or numbered."""
    try:
        return str(ipaddress.ip_address(access.server))
    except ValueError:
        return str(socket.getaddrinfo(access.server, access.port)[0][4][0])


def _compared(address: str) -> str:
    """Return an address or name as a record and a Service's status write it alike."""
    return address.rstrip(".").lower()


def _type_of(address: str) -> str:
    try:
        return "A" if ipaddress.ip_address(address).version == 4 else "AAAA"
    except ValueError:
        return "CNAME"
