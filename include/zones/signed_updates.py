"""A zone of a name server that takes signed updates (RFC 2136 and 8945)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import PermanentError, TemporaryError, shorten
from include.zones.asking import ask_server, send
from include.zones.records import TYPES, RecordSet

if TYPE_CHECKING:
    import dns.message
    import dns.update

    from include.connections import DnsAccess


class UpdatedZone:
    """Change a name by one signed update: no client sees it empty."""

    method = "answer of the DNS server"

    def __init__(self, access: DnsAccess, name: str, connection_id: str) -> None:
        self._access = access
        self._name = name
        self._remedy = f"check address, zone {access.zone} and TSIG key of the connection {connection_id}"

    def read(self) -> list[RecordSet]:
        """Return what the server answers."""
        return ask_server(self._name, self._access.server, self._access.port, self._remedy)

    def write(self, records: list[RecordSet]) -> None:
        """Replace what the name holds."""
        import dns.name
        import dns.rcode

        update, name = self._update(), dns.name.from_text(self._name)
        for kind in TYPES:
            update.delete(name, kind)
        for one in records:
            for value in one.values:
                update.add(name, one.ttl, one.type, value)
        answer = self._send(update)
        if answer.rcode() != dns.rcode.NOERROR:
            raise PermanentError(
                f"DNS record {self._name}: {self._access.server} refuses the update "
                f"({dns.rcode.to_text(answer.rcode())}); {self._remedy}"
            )

    def find_problems(self) -> Iterator[str]:
        """Ask for the zone, and send an update that changes nothing: it is judged like every other."""
        place = f"zone {self._access.zone} on {self._access.server}:{self._access.port}"
        if not f".{self._name}".endswith(f".{self._access.zone}"):
            yield f"{place}: the record {self._name} is not in the connection's zone; correct one of them"
        try:
            yield from (f"{place}: {problem}; {self._remedy}" for problem in self._refusals())
        except (TemporaryError, ValueError) as error:  # ValueError: a key that is no base64
            yield f"{place}: {shorten(str(error) or type(error).__name__, 200)}; {self._remedy}"

    def _refusals(self) -> Iterator[str]:
        import dns.message
        import dns.rcode

        answer = self._send(dns.message.make_query(self._access.zone, "SOA"))
        if answer.rcode() != dns.rcode.NOERROR or not answer.answer:
            yield f"the server does not serve the zone ({dns.rcode.to_text(answer.rcode())})"
        tried = self._send(self._update())
        if tried.rcode() != dns.rcode.NOERROR:
            yield f"a signed update was answered {dns.rcode.to_text(tried.rcode())}"

    def _update(self) -> dns.update.UpdateMessage:
        import dns.name
        import dns.tsigkeyring
        import dns.update

        return dns.update.UpdateMessage(
            self._access.zone,
            keyring=dns.tsigkeyring.from_text({self._access.key_name: self._access.key}),
            keyalgorithm=dns.name.from_text(self._access.algorithm),
        )

    def _send(self, message: dns.message.Message) -> dns.message.Message:
        return send(message, self._name, self._access.server, self._access.port, self._remedy)
