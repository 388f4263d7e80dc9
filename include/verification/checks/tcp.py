"""Check that a port takes connections, and how its server greets."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from include.connections.access import Side
from include.errors import shorten
from include.verification.balancers import balancer_addresses
from include.verification.checks.probe import NoAnswerError

if TYPE_CHECKING:
    from include.definition import TcpCheck
    from include.run import MigrationRun

LONGEST_GREETING = 1024
SHOWN_GREETING = 120


class TcpProbe:
    """Connect to a Service's load balancer on either side, or to a host."""

    def __init__(self, run: MigrationRun, check: TcpCheck) -> None:
        self._run = run
        self._check = check
        self._hosts: dict[Side, str] = {"target": check.host} if check.host else {}

    @property
    def sides(self) -> frozenset[Side]:
        """Return both for a Service; a host is where it is."""
        return frozenset({"source", "target"} if self._check.service else {"target"})

    def ask(self, side: Side) -> dict[str, Any]:
        """Connect, and read the greeting where one is expected."""
        if side not in self._hosts:
            self._hosts[side] = self._balancer(side)
        address, seconds = (self._hosts[side], self._check.port), self._check.timeout_seconds
        try:
            with socket.create_connection(address, timeout=seconds) as connection:
                return {"connects": True, **self._greeting(connection)}
        except OSError as error:
            raise NoAnswerError(f"{type(error).__name__} {shorten(str(error), SHOWN_GREETING)}") from error

    def expected(self, source: Any) -> dict[str, Any]:
        """Return what the definition says."""
        return {"connects": True, **({"greets": self._check.greets} if self._check.greets else {})}

    def close(self) -> None:
        """Keep nothing open."""

    def _balancer(self, side: Side) -> str:
        namespace, _, name = str(self._check.service).partition("/")
        cluster = self._run.source if side == "source" else self._run.target
        service = cluster.find(f"/api/v1/namespaces/{namespace}/services/{name}")
        addresses = balancer_addresses(service or {})
        if not addresses:
            raise NoAnswerError(
                f"Service {self._check.service} has no load balancer address on the {side} cluster"
            )
        return addresses[0]

    def _greeting(self, connection: socket.socket) -> dict[str, str]:
        wanted = self._check.greets
        if not wanted:
            return {}
        text = ""
        while wanted not in text and len(text) < LONGEST_GREETING:
            piece = connection.recv(LONGEST_GREETING)
            if not piece:
                break
            text += piece.decode(errors="replace")
        return greeting_found(wanted, text)


def greeting_found(wanted: str | None, text: str) -> dict[str, str]:
    """Return what is wanted when a server has said it, otherwise what it said; nothing where nothing is wanted."""
    if not wanted:
        return {}
    return {"greets": wanted if wanted in text else shorten(text, SHOWN_GREETING)}
