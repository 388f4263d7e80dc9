"""A zone that somebody else changes for us: a hook of the user's own, for every provider that has an interface of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import PermanentError, TemporaryError, WaitTimeoutError, shorten
from include.zones.asking import ask_server
from include.zones.records import RecordSet

if TYPE_CHECKING:
    from include.connections import HookAccess

TIMEOUT_SECONDS = 30.0
SERVED_SECONDS = 60.0
POLL_SECONDS = 0.5


class HookedZone:
    """Have a hook change the name, and believe the name servers alone that it did.

    The hook gets `POST {"record": name, "records": [{"type", "ttl", "values"}]}` with the bearer token of the connection,
    and answers with 2xx. It may be called again with the same.
    """

    method = "answer of the zone's name servers"

    def __init__(self, access: HookAccess, name: str, connection_id: str) -> None:
        self._access = access
        self._name = name
        self._remedy = f"check the hook {access.url} and the connection {connection_id}"

    def read(self) -> list[RecordSet]:
        """Return what the zone's own name servers answer, the first that does."""
        last: TemporaryError | None = None
        for server, port in self._servers():
            try:
                return ask_server(self._name, server, port, "check that workers reach its port 53")
            except TemporaryError as error:
                last = error
        raise last or TemporaryError(f"DNS record {self._name}: its zone has no name servers; {self._remedy}")

    def write(self, records: list[RecordSet]) -> None:
        """Call the hook, and wait until the name servers tell what was asked for."""
        self._call(records)
        wanted, started = _values(records), time.monotonic()
        while _values(self.read()) != wanted:
            if time.monotonic() - started > SERVED_SECONDS:
                raise WaitTimeoutError(
                    f"DNS record {self._name}: the hook answered well, but after {SERVED_SECONDS:.0f} s the name servers still "
                    f"have {self.read() or 'nothing'}; {self._remedy}"
                )
            time.sleep(POLL_SECONDS)

    def find_problems(self) -> Iterator[str]:
        """Look whether the name servers answer; a hook cannot be tried without a change."""
        try:
            self.read()
        except TemporaryError as error:
            yield str(error)

    def _call(self, records: list[RecordSet]) -> None:
        import httpx

        body = {"record": self._name, "records": [one.as_json() for one in records]}
        headers = {"Authorization": f"Bearer {self._access.token}"}
        try:
            answer = httpx.post(self._access.url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise TemporaryError(
                f"DNS record {self._name}: the hook does not answer ({shorten(str(error), 120)}); {self._remedy}"
            ) from error
        if answer.is_success:
            return
        text = f"DNS record {self._name}: the hook answers {answer.status_code} ({shorten(answer.text, 120)}); {self._remedy}"
        raise TemporaryError(text) if answer.is_server_error else PermanentError(text)

    def _servers(self) -> Iterator[tuple[str, int]]:
        """Yield address and port of the zone's name servers: those of the connection, else those that DNS knows."""
        if self._access.name_servers:
            yield from self._access.name_servers
            return
        import dns.exception
        import dns.resolver

        try:
            zone = dns.resolver.zone_for_name(self._name)
            yield from ((str(row.target), 53) for row in dns.resolver.resolve(zone, "NS"))
        except dns.exception.DNSException as error:
            raise TemporaryError(
                f"DNS record {self._name}: the name servers of its zone are not found "
                f"({shorten(str(error), 120)}); set extra.name_servers of the connection"
            ) from error


def _values(records: list[RecordSet]) -> set[tuple[str, str]]:
    return {(one.type, value.lower()) for one in records for value in one.values}
