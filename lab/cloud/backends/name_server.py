"""The name server behind DNS: asked by queries, changed by updates signed with a key."""

from __future__ import annotations

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update

_SECONDS = 5


class ConflictError(Exception):
    """A name has records that another kind cannot stand beside."""


class NameServer:
    """A server with one zone that takes updates."""

    def __init__(self, address: str, port: int, zone: str, key: dns.tsig.Key) -> None:
        self.zone = zone
        self._address = address
        self._port = port
        self._key = key

    def records(self, name: str, kind: str) -> tuple[int, list[str]]:
        """Return the time to live and the values of a name; no values if it has none of this kind."""
        question = dns.message.make_query(name, kind)
        answer = dns.query.tcp(question, self._address, timeout=_SECONDS, port=self._port)
        found = answer.get_rrset(
            answer.answer, dns.name.from_text(name), dns.rdataclass.IN, dns.rdatatype.from_text(kind)
        )
        return (found.ttl, sorted(str(value) for value in found)) if found else (0, [])

    def put(self, name: str, kind: str, ttl: int, values: list[str]) -> None:
        """Make these the values of a name.

        Raises:
            ValueError: a value is none of this kind.
            ConflictError: the name has an alias, or is to become one and has other records.
            RuntimeError: the server refused.
        """
        update = dns.update.UpdateMessage(self.zone, keyring=self._key)
        try:
            update.replace(dns.name.from_text(name), ttl, kind, *values)
        except dns.exception.DNSException as error:
            raise ValueError(f"{kind} {values}: {error}") from None
        self._send(update)
        # an update that would put a record beside an alias is passed over in silence (RFC 2136, 3.4.2.2)
        if not self.records(name, kind)[1]:
            raise ConflictError(f"{name} {kind}")

    def remove(self, name: str, kind: str) -> None:
        """Take a name's values of a kind away.

        Raises:
            RuntimeError: the server refused.
        """
        update = dns.update.UpdateMessage(self.zone, keyring=self._key)
        update.delete(dns.name.from_text(name), kind)
        self._send(update)

    def _send(self, update: dns.update.UpdateMessage) -> None:
        answer = dns.query.tcp(update, self._address, timeout=_SECONDS, port=self._port)
        if answer.rcode() != dns.rcode.NOERROR:
            raise RuntimeError(f"the name server refused an update: {dns.rcode.to_text(answer.rcode())}")
