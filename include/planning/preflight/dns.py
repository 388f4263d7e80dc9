"""The DNS server answers for its zone and accepts our signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.connections import DnsAccess
from include.errors import shorten

if TYPE_CHECKING:
    from include.run import MigrationRun

TIMEOUT_SECONDS = 5.0


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps the front door's record from being switched."""
    front_door = run.definition.front_door
    access = run.connections.dns(front_door.dns.connection)
    place = f"front_door.dns (zone {access.zone} on {access.server}:{access.port})"
    if not f".{front_door.dns.record}".endswith(f".{access.zone}"):
        yield f"{place}: the record {front_door.dns.record} is not in the connection's zone; correct one of them"
    try:
        _query_soa(access)
        _try_update(access)
    except Exception as error:  # dnspython has an exception per reply
        text = shorten(str(error) or type(error).__name__, 160)
        yield f"{place}: {text}; check address, zone, and name and value of the TSIG key"


def _query_soa(access: DnsAccess) -> None:
    import dns.message
    import dns.query
    import dns.rcode

    answer = dns.query.tcp(
        dns.message.make_query(access.zone, "SOA"), access.server, timeout=TIMEOUT_SECONDS, port=access.port
    )
    if answer.rcode() != dns.rcode.NOERROR or not answer.answer:
        raise ValueError(f"the server does not serve the zone ({dns.rcode.to_text(answer.rcode())})")


def _try_update(access: DnsAccess) -> None:
    """Send a signed update without any change: it is checked like every other."""
    import dns.name
    import dns.query
    import dns.rcode
    import dns.tsigkeyring
    import dns.update

    keyring = dns.tsigkeyring.from_text({access.key_name: access.key})
    update = dns.update.UpdateMessage(
        access.zone, keyring=keyring, keyalgorithm=dns.name.from_text(access.algorithm)
    )
    answer = dns.query.tcp(update, access.server, timeout=TIMEOUT_SECONDS, port=access.port)
    if answer.rcode() != dns.rcode.NOERROR:
        raise ValueError(f"a signed update was answered {dns.rcode.to_text(answer.rcode())}")
