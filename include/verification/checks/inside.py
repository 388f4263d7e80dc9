"""Ask the front door's Service by way of the API server: a rehearsal's has no load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from include.errors import TemporaryError

if TYPE_CHECKING:
    from include.run import MigrationRun

TIMEOUT_SECONDS = 10.0


class ServiceTransport(httpx.BaseTransport):
    """Carry a client's requests, which must be GETs, to the Service on the target."""

    def __init__(self, run: MigrationRun) -> None:
        self._run = run

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the Service's answer.

        :raises httpx.TransportError: when there is none, or when the request is no GET.
        """
        if request.method != "GET":
            raise httpx.UnsupportedProtocol(f"{request.method} is not asked of a rehearsal's target")
        namespace, _, service = self._run.definition.front_door.service.partition("/")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            return self._run.target.ask_service(
                namespace, service, port, request.url.raw_path.decode(), TIMEOUT_SECONDS
            )
        except TemporaryError as error:
            raise httpx.ConnectError(str(error)) from error
