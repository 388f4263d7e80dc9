"""Be a customer: look the front door's name up, as long as its TTL allows, and send one request at a time."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx

from include.addressing import request_at
from include.cutover.timeline import Attempt, Kind
from include.definition import Probe
from include.errors import shorten

LOOKUP_SECONDS = 2.0
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
# For names that only the system knows, such as those of /etc/hosts.
SYSTEM_TTL_SECONDS = 5.0


class Client(Protocol):
    """Send one probe request; never raise for a failed one."""

    def attempt(self, kind: Kind, sequence: int | None) -> Attempt:
        """Return what came of it."""


class NameCache:
    """Look a name up and keep the answer for its TTL, as a customer's resolver does."""

    def __init__(self, host: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._host = host
        self._clock = clock
        self._lock = threading.Lock()
        self._address: str | None = None
        self._ends = 0.0

    def address(self) -> str:
        """Return the address to use now.

        :raises OSError: when the name has none.
        """
        with self._lock:
            if self._address is not None and self._clock() < self._ends:
                return self._address
        address, ttl = look_up(self._host)
        with self._lock:
            self._address, self._ends = address, self._clock() + ttl
        return address


class FrontDoorClient:
    """Send requests to the front door by its name. Safe to share between threads.

    Every request opens a connection of its own: kept ones would go on reaching a pod that is being stopped.
    """

    def __init__(self, probe: Probe, client_name: str) -> None:
        self._probe = probe
        self._name = client_name
        self._cache = NameCache(urlsplit(probe.url).hostname or "")
        self._http = httpx.Client(
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=False,
        )

    def __enter__(self) -> FrontDoorClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def address(self) -> str:
        """Return the address the name leads to now, as a customer's resolver sees it."""
        return self._cache.address()

    def attempt(self, kind: Kind, sequence: int | None) -> Attempt:
        """Send a read, or the write of this sequence number."""
        started = time.time()
        try:
            is_ok, answer = self._send(kind, sequence)
        except (OSError, httpx.HTTPError) as error:
            is_ok, answer = False, f"{type(error).__name__}: {shorten(str(error), 80)}"
        return Attempt(kind, started, time.time(), is_ok, sequence, answer)

    def written(self, client_name: str) -> dict[int, int]:
        """Return sequence -> count of the writes of a client that the application holds.

        :raises httpx.HTTPError: when the front door does not answer well.
        """
        path = self._probe.written.path.replace("{client}", quote(client_name, safe=""))
        answer = self._request("GET", path)
        answer.raise_for_status()
        return {int(sequence): int(count) for sequence, count in answer.json()["sequences"].items()}

    def _send(self, kind: Kind, sequence: int | None) -> tuple[bool, str]:
        if kind == "read":
            answer = self._request("GET", self._probe.read.path)
            return answer.status_code == 200, str(answer.status_code)
        body = {"client": self._name, "sequence": sequence, "product_id": 1, "quantity": 1}
        answer = self._request("POST", self._probe.write.path, body)
        return answer.status_code == 201, str(answer.status_code)

    def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        where = request_at(self._probe.url, self._cache.address(), path)
        return self._http.request(method, json=body, **where)


def look_up(host: str) -> tuple[str, float]:
    """Return an address of a name and for how many seconds it may be used.

    :raises OSError: when the name has none.
    """
    import dns.exception
    import dns.resolver

    try:
        return str(ipaddress.ip_address(host)), float("inf")
    except ValueError:
        pass
    for kind in ("A", "AAAA"):
        try:
            answer = dns.resolver.resolve(host, kind, lifetime=LOOKUP_SECONDS, search=False)
        except dns.exception.DNSException:
            continue
        if answer.rrset:
            return answer.rrset[0].to_text(), float(answer.rrset.ttl)
    return str(socket.getaddrinfo(host, None)[0][4][0]), SYSTEM_TTL_SECONDS
