"""Run a command in a container, as `kubectl exec` does: by a WebSocket, in the protocol v4.channel.k8s.io."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from include.clusters.answers import error_of
from include.clusters.kubeconfig import Login, read_login, tls_context
from include.connections import ClusterAccess
from include.errors import ClusterUnavailableError, WaitTimeoutError, shorten

PROTOCOL = "v4.channel.k8s.io"
# The first byte of a message tells the stream.
OUTPUT, ERRORS, STATUS = 1, 2, 3
CONNECT_SECONDS = 10.0
# Of what a command prints, the end is kept.
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class CommandResult:
    """Hold how a command ended: its exit code, and the end of what it printed."""

    exit_code: int
    output: str
    errors: str


def run_command(
    access: ClusterAccess,
    namespace: str,
    pod: str,
    container: str,
    command: Sequence[str],
    timeout_seconds: float,
) -> CommandResult:
    """Run a command to its end; one that exits with an error is a result, too.

    :raises ClusterError: of the class that fits, when the API refuses.
    :raises WaitTimeoutError: when it does not end in time; it goes on in its container.
    :raises ClusterUnavailableError: when the connection breaks before its end.
    """
    from websocket import WebSocketBadStatusException, WebSocketException, WebSocketTimeoutException

    place = f"pod {namespace}/{pod}, container {container}, {access.name} cluster"
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
    query = urlencode([
        ("container", container),
        ("stdout", "true"),
        ("stderr", "true"),
        *(("command", word) for word in command),
    ])
    try:
        return _streams(access, f"{path}?{query}", timeout_seconds)
    except WebSocketBadStatusException as error:
        raise error_of(_answer(error, path), access.name, path) from error
    except WebSocketTimeoutException as error:
        raise WaitTimeoutError(
            f"{place}: the command has not ended after {timeout_seconds:.0f} s; give it more time, or repair it"
        ) from error
    except (WebSocketException, OSError) as error:
        raise ClusterUnavailableError(
            f"{place}: the connection to the command broke ({type(error).__name__}: {shorten(str(error), 160)}); "
            "the task runs it again",
            cluster=access.name,
        ) from error


def _streams(access: ClusterAccess, path: str, timeout_seconds: float) -> CommandResult:
    from websocket import WebSocketTimeoutException

    found = {OUTPUT: b"", ERRORS: b"", STATUS: b""}
    deadline = time.monotonic() + timeout_seconds
    socket = _connect(access, path)
    try:
        while not found[STATUS]:
            left = deadline - time.monotonic()
            if left <= 0:
                raise WebSocketTimeoutException("the time is over")
            socket.settimeout(left)
            message = socket.recv()
            if not message:
                raise ConnectionError("it was closed before the command ended")
            data = message.encode() if isinstance(message, str) else message
            found[data[0]] = (found.get(data[0], b"") + data[1:])[-MOST_BYTES:]
    finally:
        socket.shutdown()
    texts = {stream: data.decode(errors="replace") for stream, data in found.items()}
    return CommandResult(_exit_code(json.loads(texts[STATUS])), texts[OUTPUT], texts[ERRORS])


def _connect(access: ClusterAccess, path: str) -> Any:
    from websocket import create_connection

    login = read_login(access)
    scheme, _, rest = login.server.partition("://")
    return create_connection(
        f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}",
        timeout=CONNECT_SECONDS,
        subprotocols=[PROTOCOL],
        header=_headers(login),
        suppress_origin=True,
        # A redirect would take the login elsewhere.
        redirect_limit=0,
        sslopt={"context": tls_context(access, login), "server_hostname": login.tls_server_name},
        **_proxy(login),
    )


def _headers(login: Login) -> list[str]:
    if login.token:
        return [f"Authorization: Bearer {login.token}"]
    return [f"Authorization: {_basic(*login.basic)}"] if login.basic else []


def _basic(user: str, password: str) -> str:
    return str(
        next(httpx.BasicAuth(user, password).auth_flow(httpx.Request("GET", "http://x"))).headers[
            "Authorization"
        ]
    )


def _proxy(login: Login) -> dict[str, Any]:
    """Return the kubeconfig's proxy; one of the worker's environment is for the internet."""
    if not login.proxy_url:
        return {"http_no_proxy": ["*"]}
    proxy = urlsplit(login.proxy_url)
    return {
        "http_proxy_host": proxy.hostname,
        "http_proxy_port": proxy.port,
        "proxy_type": proxy.scheme or "http",
    }


def _answer(error: Any, path: str) -> httpx.Response:
    body = error.resp_body or b""
    return httpx.Response(
        error.status_code,
        content=body if isinstance(body, bytes) else str(body).encode(),
        request=httpx.Request("GET", f"https://cluster{path}"),
    )


def _exit_code(status: Mapping[str, Any]) -> int:
    """Return the exit code of a Status; what failed before the command ran counts as one of a shell, 126."""
    if status.get("status") == "Success":
        return 0
    causes = (status.get("details") or {}).get("causes") or []
    codes = [cause["message"] for cause in causes if cause.get("reason") == "ExitCode"]
    return int(codes[0]) if codes and str(codes[0]).isdigit() else 126
