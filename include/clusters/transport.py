"""Send requests to one API server: one pool of connections, retries, errors with words."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping
from typing import Any

import httpx
import stamina

from include.clusters.answers import connection_error, error_of, is_busy
from include.clusters.kubeconfig import Login, read_login, tls_context
from include.connections import ClusterAccess

# httpx logs every request: thousands of lines that would bury a task's own.
logging.getLogger("httpx").setLevel(logging.WARNING)

POOL_SIZE = 16
ATTEMPTS = 6
# A create that was cut off may have happened: it is repeated only when it certainly did not.
NOT_REPEATED = frozenset({"POST"})
REFUSED_UNSEEN = frozenset({429, 503})


class BusyAnswer(Exception):  # ruff: ignore[error-suffix-on-exception-name]  (a signal to the retry loop, never seen outside)
    """Carry an answer that is worth another attempt; its text is what the log line of a retry shows."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code} to {answer.request.method} {answer.request.url.path}")
        self.answer = answer


class Transport:
    """Send requests to one cluster. Safe to share between threads."""

    def __init__(
        self,
        access: ClusterAccess,
        *,
        timeout_seconds: float = 60.0,
        longest_wait_seconds: float = 45.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        login = read_login(access)
        self.name = access.name
        self.server = login.server
        self._longest_wait_seconds = longest_wait_seconds
        self._client = httpx.Client(
            base_url=login.server,
            auth=login.basic,
            headers=_headers(login),
            verify=tls_context(access, login),
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            limits=httpx.Limits(max_connections=POOL_SIZE, max_keepalive_connections=POOL_SIZE),
            proxy=login.proxy_url if transport is None else None,
            # A proxy of the worker's environment is for the internet; a kubeconfig names its own.
            trust_env=False,
            transport=transport,
        )
        # Runs are not closed by hand: the sockets go with the last reference, or with the process.
        self.close = weakref.finalize(self, self._client.close)
        self._extensions = {"sni_hostname": login.tls_server_name} if login.tls_server_name else None

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return a 2xx answer.

        :raises ClusterError: of the class that fits a 4xx answer.
        :raises ClusterUnavailableError: when no or only busy answers came until the attempts ran out.
        """
        request = {"params": _parameters(parameters), "json": body, "content": content, "headers": headers}
        try:
            answer = self._attempts(
                method, path, {key: value for key, value in request.items() if value is not None}
            )
        except httpx.TransportError as error:
            raise connection_error(error, self.name, self.server, path) from error
        except BusyAnswer as busy:
            answer = busy.answer
        return self._accepted(answer, path, body)

    def glance(self, path: str, timeout_seconds: float) -> httpx.Response:
        """Return the 2xx answer to one GET, which is not repeated; the errors are those of `send`."""
        return self._accepted(self.relay("GET", path, timeout_seconds), path)

    def relay(
        self,
        method: str,
        path: str,
        timeout_seconds: float,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the answer to one request, whatever its status: that of a program behind the API server's proxy.

        :raises ClusterUnavailableError: when none came.
        """
        try:
            return self._client.request(
                method,
                path,
                content=content,
                headers=headers,
                extensions=self._extensions,
                timeout=timeout_seconds,
            )
        except httpx.TransportError as error:
            raise connection_error(error, self.name, self.server, path) from error

    def _accepted(self, answer: httpx.Response, path: str, body: Any = None) -> httpx.Response:
        if answer.is_success:
            return answer
        raise error_of(answer, self.name, path, body)

    def _attempts(self, method: str, path: str, request: dict[str, Any]) -> httpx.Response:
        attempts = stamina.retry_context(
            on=_is_worth_repeating(method),
            attempts=ATTEMPTS,
            timeout=self._longest_wait_seconds,
            wait_initial=0.2,
        )
        for attempt in attempts:
            with attempt:
                answer = self._client.request(method, path, extensions=self._extensions, **request)
                if is_busy(answer):
                    raise BusyAnswer(answer)
        return answer


def _is_worth_repeating(method: str) -> Any:
    def decide(error: Exception) -> bool | float:
        if isinstance(error, BusyAnswer):
            if method in NOT_REPEATED and error.answer.status_code not in REFUSED_UNSEEN:
                return False
            return _asked_to_wait(error.answer) or True
        if method in NOT_REPEATED:
            return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        return isinstance(error, httpx.TransportError)

    return decide


def _asked_to_wait(answer: httpx.Response) -> float:
    value = answer.headers.get("Retry-After", "")
    return min(float(value), 10.0) if value.isdigit() else 0.0


def _headers(login: Login) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "cce-migration"}
    if login.token:
        headers["Authorization"] = f"Bearer {login.token}"
    return headers


def _parameters(parameters: Mapping[str, Any] | None) -> dict[str, str] | None:
    if not parameters:
        return None
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
        if value is not None
    }
