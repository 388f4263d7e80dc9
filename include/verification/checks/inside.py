"""Ask the target from inside: the Services of a rehearsal have no load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from include.connections.access import Side
from include.errors import EngineError, TemporaryError, shorten
from include.verification.checks.probe import NoAnswerError
from include.verification.checks.tcp import SHOWN_GREETING, TcpProbe, greeting_found

if TYPE_CHECKING:
    from include.run import MigrationRun


class ServiceTransport(httpx.BaseTransport):
    """Carry a client's requests to the front door's Service on the target, by way of the API server."""

    def __init__(self, run: MigrationRun) -> None:
        self._run = run

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the Service's answer.

        :raises httpx.TransportError: when there is none.
        """
        namespace, _, service = self._run.definition.front_door.service.partition("/")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            return self._run.target.ask_service(namespace, service, port, request)
        except TemporaryError as error:
            raise httpx.ConnectError(str(error)) from error


class InnerTcpProbe(TcpProbe):
    """Connect to a Service of the target from a pod beside it; to that of the source as ever."""

    @property
    def sides(self) -> frozenset[Side]:
        """Return the source alone: it takes a pod to ask the target, so that its latency means nothing."""
        return frozenset({"source"})

    def ask(self, side: Side) -> dict[str, Any]:
        """Connect, and read the greeting where one is expected."""
        return super().ask(side) if side == "source" else self._ask_by_a_pod()

    def _ask_by_a_pod(self) -> dict[str, Any]:
        from include.volumes.movers import connecting_mover
        from include.volumes.running import run_mover

        namespace, _, name = str(self._check.service).partition("/")
        service = self._run.target.find(f"/api/v1/namespaces/{namespace}/services/{name}")
        address = ((service or {}).get("spec") or {}).get("clusterIP")
        if not address:
            raise NoAnswerError(f"Service {self._check.service} is not on the target cluster")
        mover = connecting_mover(
            self._run,
            address,
            self._check.port,
            wait_seconds=self._check.timeout_seconds,
            listens=self._check.greets is not None,
        )
        try:
            said = run_mover(self._run.target, mover, {})
        except EngineError as error:
            raise NoAnswerError(shorten(str(error), SHOWN_GREETING)) from error
        return {"connects": True, **greeting_found(self._check.greets, said)}
