"""Run a command in a container, as `kubectl exec` does: by a WebSocket, in the protocol v4.channel.k8s.io."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    with _explained(access, namespace, pod, container, timeout_seconds):
        return _streams(access, _exec_path(namespace, pod, container, command), timeout_seconds)


@contextmanager
def _explained(
    access: ClusterAccess, namespace: str, pod: str, container: str, seconds: float
) -> Generator[str]:
    """Yield the place of a command, and turn the connection's errors into ours."""
    from websocket import WebSocketBadStatusException, WebSocketException, WebSocketTimeoutException

    place = f"pod {namespace}/{pod}, container {container}, {access.name} cluster"
    try:
        yield place
    except WebSocketBadStatusException as error:
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
        raise error_of(_answer(error, path), access.name, path) from error
    except WebSocketTimeoutException as error:
        raise WaitTimeoutError(
            f"{place}: the command has not ended after {seconds:.0f} s; give it more time, or repair it"
        ) from error
    except (WebSocketException, OSError) as error:
        raise ClusterUnavailableError(
            f"{place}: the connection to the command broke ({type(error).__name__}: {shorten(str(error), 160)}); "
            "the task runs it again",
            cluster=access.name,
        ) from error


def _exec_path(namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
    query = urlencode([
        ("container", container),
        ("stdout", "true"),
        ("stderr", "true"),
        *(("command", word) for word in command),
    ])
    return f"/api/v1/namespaces/{namespace}/pods/{pod}/exec?{query}"


def stream_command(
    access: ClusterAccess,
    namespace: str,
    pod: str,
    container: str,
    command: Sequence[str],
    silence_seconds: float,
) -> Iterator[bytes]:
    """Yield what a command prints while it runs, no faster than it is taken.

    :raises ClusterError: of the class that fits, when the API refuses.
    :raises WaitTimeoutError: when nothing comes for so long.
    :raises ClusterUnavailableError: when the connection breaks, or the command fails.
    """
    with _explained(access, namespace, pod, container, silence_seconds) as place:
        errors = b""
        messages = _messages(access, _exec_path(namespace, pod, container, command), lambda: silence_seconds)
        for stream, data in messages:
            if stream == OUTPUT:
                yield data
            elif stream == ERRORS:
                errors = (errors + data)[-MOST_BYTES:]
            elif stream == STATUS and _exit_code(json.loads(data)) != 0:
                text = shorten(errors.decode(errors="replace"), 160)
                raise ClusterUnavailableError(
                    f"{place}: {command[0]} failed ({text}); the task runs it again", cluster=access.name
                )


def _streams(access: ClusterAccess, path: str, timeout_seconds: float) -> CommandResult:
    found = {OUTPUT: b"", ERRORS: b"", STATUS: b""}
    deadline = time.monotonic() + timeout_seconds
    for stream, data in _messages(access, path, lambda: deadline - time.monotonic()):
        found[stream] = (found.get(stream, b"") + data)[-MOST_BYTES:]
    texts = {stream: data.decode(errors="replace") for stream, data in found.items()}
    return CommandResult(_exit_code(json.loads(texts[STATUS])), texts[OUTPUT], texts[ERRORS])


def _messages(
    access: ClusterAccess, path: str, seconds_left: Callable[[], float]
) -> Iterator[tuple[int, bytes]]:
    """Yield stream and bytes of each message, that of the command's status last."""
    from websocket import WebSocketTimeoutException

    socket = _connect(access, path)
    try:
        stream = 0
        while stream != STATUS:
            left = seconds_left()
            if left <= 0:
                raise WebSocketTimeoutException("the time is over")
            socket.settimeout(left)
            message = socket.recv()
            if not message:
                raise ConnectionError("it was closed before the command ended")
            data = message.encode() if isinstance(message, str) else message
            stream = data[0]
            yield stream, data[1:]
    finally:
        socket.shutdown()


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
