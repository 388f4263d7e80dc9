"""Ask a name server itself, without any cache between."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from include.errors import TemporaryError, shorten
from include.zones.records import TYPES, RecordSet

if TYPE_CHECKING:
    import dns.message

TIMEOUT_SECONDS = 5.0


def ask_server(name: str, server: str, port: int, remedy: str) -> list[RecordSet]:
    """Return what a name holds by the word of one server.

    :param server: IP address or host name.
    :param remedy: what to check when it does not answer.
    :raises TemporaryError: when it does not answer, or fails.
    """
    import dns.message
    import dns.rcode
    import dns.rdatatype

    found = []
    for kind in TYPES:
        answer = send(dns.message.make_query(name, kind), name, server, port, remedy)
        if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            raise TemporaryError(
                f"DNS record {name}: {server}:{port} answers {dns.rcode.to_text(answer.rcode())}; {remedy}"
            )
        wanted = dns.rdatatype.from_text(kind)
        for rrset in answer.answer:
            if rrset.rdtype == wanted and rrset.name == answer.question[0].name:
                found.append(RecordSet(kind, int(rrset.ttl), tuple(sorted(row.to_text() for row in rrset))))
    return found


def send(message: dns.message.Message, name: str, server: str, port: int, remedy: str) -> dns.message.Message:
    """Send a message over TCP and return its answer, whatever it says.

    :raises TemporaryError: when there is none.
    """
    import dns.exception
    import dns.query

    try:
        return dns.query.tcp(message, address_of(server, port), timeout=TIMEOUT_SECONDS, port=port)
    # EOFError: the connection was closed before the answer was whole.
    except (OSError, EOFError, dns.exception.DNSException) as error:
        raise TemporaryError(
            f"DNS record {name}: {server}:{port} does not answer "
            f"({type(error).__name__}: {shorten(str(error), 120)}); {remedy}"
        ) from error


def address_of(server: str, port: int) -> str:
    """Return the IP address of a server that is named or numbered."""
    try:
        return str(ipaddress.ip_address(server))
    except ValueError:
        return str(socket.getaddrinfo(server, port)[0][4][0])
