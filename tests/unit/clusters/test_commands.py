"""Commands run through a real WebSocket server, which speaks as an API server does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from include.clusters.commands import CommandResult, run_command, stream_command
from include.connections import ClusterAccess
from include.errors import ClusterForbiddenError, ClusterUnavailableError, WaitTimeoutError

ENDED = {"status": "Success"}
FAILED = {"status": "Failure", "details": {"causes": [{"reason": "ExitCode", "message": "7"}]}}
KUBECONFIG = """
current-context: lab
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
clusters: [{name: lab, cluster: {server: "http://127.0.0.1:%s"}}]
users: [{name: admin, user: {token: %s}}]
"""
Start = Callable[[Callable[[ServerConnection], object]], None]


def refuse_strangers(connection: ServerConnection, request: Request) -> Response | None:
    if request.headers.get("Authorization") == "Bearer right":
        return None
    return connection.respond(403, json.dumps({"message": "pods is forbidden"}))


class Api:
    """Answer each command as told."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.answer: Callable[[Any], None] = lambda connection: None
        self.server = serve(
            self._handle,
            "127.0.0.1",
            0,
            subprotocols=["v4.channel.k8s.io"],  # type: ignore[list-item]
            process_request=refuse_strangers,
        )
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.requests.append(connection.request.path)
        self.answer(connection)

    def run(self, token: str = "right", timeout: float = 5) -> CommandResult:
        port = self.server.socket.getsockname()[1]
        access = ClusterAccess("source", KUBECONFIG % (port, token))
        return run_command(access, "shop", "web-1", "app", ["sh", "-c", "a b"], timeout)

    def stream(self, silence: float = 5) -> Iterator[bytes]:
        port = self.server.socket.getsockname()[1]
        access = ClusterAccess("source", KUBECONFIG % (port, "right"))
        return stream_command(access, "shop", "web-1", "app", ["cat", "x"], silence)


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.server.shutdown()
    made.thread.join()


def test_a_command_gives_its_output_and_exit_code(api: Api) -> None:
    def answer(connection: Any) -> None:
        connection.send(b"\x01one ")
        connection.send(b"\x02warning")
        connection.send(b"\x01two")
        connection.send(b"\x03" + json.dumps(FAILED).encode())

    api.answer = answer

    assert api.run() == CommandResult(7, "one two", "warning")
    assert api.requests == [
        "/api/v1/namespaces/shop/pods/web-1/exec?container=app&stdout=true&stderr=true&command=sh&command=-c&command=a+b"
    ]


def test_a_command_that_ends_well_has_exit_code_0(api: Api) -> None:
    api.answer = lambda connection: connection.send(b"\x03" + json.dumps(ENDED).encode())

    assert api.run().exit_code == 0


def test_a_command_that_takes_too_long_is_told(api: Api) -> None:
    api.answer = lambda connection: connection.recv()

    with pytest.raises(
        WaitTimeoutError, match=r"pod shop/web-1, container app, source cluster: .* not ended after 0 s"
    ):
        api.run(timeout=0.2)


def test_a_connection_that_breaks_is_no_end(api: Api) -> None:
    api.answer = lambda connection: connection.send(b"\x01half")

    with pytest.raises(ClusterUnavailableError, match="the task runs it again"):
        api.run()


def test_a_refusal_of_the_api_is_told_as_such(api: Api) -> None:
    with pytest.raises(ClusterForbiddenError, match=r"pods shop/web-1, source cluster: the API answered 403"):
        api.run(token="wrong")


def test_what_a_command_prints_is_streamed_whole_however_long_it_is(api: Api) -> None:
    pieces = [bytes([number]) * 100_000 for number in range(20)]

    def answer(connection: Any) -> None:
        for piece in pieces:
            connection.send(b"\x01" + piece)
        connection.send(b"\x03" + json.dumps(ENDED).encode())

    api.answer = answer

    assert b"".join(api.stream()) == b"".join(pieces)


def test_a_stream_whose_command_fails_ends_with_what_it_said(api: Api) -> None:
    def answer(connection: Any) -> None:
        connection.send(b"\x01some")
        connection.send(b"\x02no such file")
        connection.send(b"\x03" + json.dumps(FAILED).encode())

    api.answer = answer
    got = api.stream()

    assert next(got) == b"some"
    with pytest.raises(ClusterUnavailableError, match=r"cat failed \(no such file\)"):
        next(got)


def test_a_stream_that_breaks_off_is_no_whole_one(api: Api) -> None:
    api.answer = lambda connection: connection.send(b"\x01some")
    with pytest.raises(ClusterUnavailableError, match="broke"):
        list(api.stream())


def test_a_stream_that_falls_silent_is_given_up(api: Api) -> None:
    api.answer = lambda _: time.sleep(1)
    with pytest.raises(WaitTimeoutError):
        list(api.stream(silence=0.2))
