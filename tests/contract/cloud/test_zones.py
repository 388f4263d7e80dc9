"""Whoever keeps the zone: a name is read and changed alike by signed updates, by the cloud's DNS and by a hook of the user's."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from include.connections import DocumentConnections
from include.errors import PermanentError, TemporaryError
from include.zones import RecordSet, Zone, cloud_zone, open_zone
from include.zones import hook as zone_hook
from lab.cloud.assembly import Backends

from .conftest import KEY, PROJECT, SECRET, Server
from .servers import HOST

TOKEN = "a-token-of-the-tests"
ONE = [RecordSet("A", 5, ("198.18.20.7",))]
TWO = [RecordSet("A", 1, ("198.18.20.8", "198.18.20.9"))]
ALIAS = [RecordSet("CNAME", 5, ("elb.lab.",))]


@pytest.fixture
def name() -> str:
    return f"shop-{uuid.uuid4().hex[:8]}.lab."


@pytest.fixture
def hook(behind: Backends) -> Generator[tuple[str, list[str]]]:
    """Give the URL of a hook that changes the name server, and the texts with which it shall refuse from now on."""
    refusals: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {TOKEN}" or refusals:
                self.send_response(403)
                self.end_headers()
                self.wfile.write(" ".join(refusals).encode())
                return
            for kind in ("A", "AAAA", "CNAME"):
                behind.name_server.remove(wanted["record"], kind)
            for one in wanted["records"]:
                behind.name_server.put(wanted["record"], one["type"], one["ttl"], one["values"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HOST}:{server.server_address[1]}/switch", refusals
    server.shutdown()
    server.server_close()


@pytest.fixture
def connections(server: Server, behind: Backends, hook: tuple[str, list[str]]) -> DocumentConnections:
    known: Any = behind.name_server
    address = {"host": HOST, "port": known._port}
    cloud = {"cloud": "otc", "region": "eu-de", "project_id": PROJECT, "endpoints": {"dns": server.url}}
    return DocumentConnections({
        "updates": {
            "conn_type": "generic",
            "login": "test",
            "password": _base64(known._key.secret),
            "extra": {"zone": "lab."},
            **address,
        },
        "cloud": {"conn_type": "cce", "login": KEY, "password": SECRET, "extra": cloud},
        "hook": {
            "conn_type": "http",
            "host": hook[0],
            "password": TOKEN,
            "extra": {"name_servers": [f"{HOST}:{known._port}"]},
        },
    })


def _base64(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


@pytest.fixture(params=["updates", "cloud", "hook"])
def zone(
    request: pytest.FixtureRequest,
    connections: DocumentConnections,
    server: Server,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Zone:
    monkeypatch.setattr(cloud_zone, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(cloud_zone.time, "sleep", lambda _: server.put_forward(10))
    return open_zone(connections, request.param, name)


def test_a_name_is_made_changed_and_becomes_an_alias_and_back(
    zone: Zone, name: str, behind: Backends
) -> None:
    assert zone.read() == []
    for wanted in (ONE, TWO, ALIAS, ONE):
        zone.write(wanted)
        assert zone.read() == wanted
        served = behind.name_server.records(name, wanted[0].type)
        assert served == (wanted[0].ttl, list(wanted[0].values))


def test_to_write_twice_changes_nothing(zone: Zone) -> None:
    zone.write(TWO)
    zone.write(TWO)
    assert zone.read() == TWO


def test_a_name_that_can_be_changed_has_no_problems(zone: Zone) -> None:
    assert list(zone.find_problems()) == []


@pytest.mark.parametrize("keeper", ["updates", "cloud"])
def test_a_name_outside_of_the_zone_is_told(connections: DocumentConnections, keeper: str) -> None:
    (problem,) = open_zone(connections, keeper, "shop.example.com.").find_problems()
    assert "shop.example.com." in problem
    assert "zone" in problem


def test_a_wrong_key_is_told_and_refused(connections: DocumentConnections, name: str) -> None:
    wrong = dict(connections.document("updates")) | {"password": _base64(b"another key of the tests")}
    zone = open_zone(DocumentConnections({"updates": wrong}), "updates", name)
    (problem,) = zone.find_problems()
    assert "TSIG key of the connection updates" in problem
    with pytest.raises((PermanentError, TemporaryError), match="TSIG key of the connection updates"):
        zone.write(ONE)


def test_what_the_hook_refuses_is_told_with_its_words(
    connections: DocumentConnections, name: str, hook: tuple[str, list[str]]
) -> None:
    hook[1].append("the change calendar is closed")
    with pytest.raises(PermanentError, match=r"403 \(the change calendar is closed\).*connection hook"):
        open_zone(connections, "hook", name).write(ONE)


def test_a_hook_that_does_nothing_is_not_believed(
    connections: DocumentConnections, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone_hook, "SERVED_SECONDS", 0.2)
    monkeypatch.setattr(zone_hook.HookedZone, "_call", lambda self, records: None)
    with pytest.raises(TemporaryError, match="the name servers still"):
        open_zone(connections, "hook", name).write(ONE)


def test_a_cloud_that_throttles_is_asked_again(
    connections: DocumentConnections, name: str, server: Server
) -> None:
    server.fault("dns.list_record_sets_by_zone", "throttled", calls=1)
    assert open_zone(connections, "cloud", name).read() == []


def test_several_sets_of_a_type_are_refused(
    connections: DocumentConnections, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = open_zone(connections, "cloud", name)
    zone.write(ONE)
    cloud: Any = zone
    real = cloud._cloud.call

    def doubled(service: str, operation: str, **fields: Any) -> Any:
        answer = real(service, operation, **fields)
        if operation == "list_record_sets_by_zone":
            answer.recordsets *= 2
        return answer

    monkeypatch.setattr(cloud._cloud, "call", doubled)
    with pytest.raises(PermanentError, match="by line or by weight"):
        zone.read()


@pytest.fixture(autouse=True)
def _remove(behind: Backends, name: str) -> Generator[None]:
    yield
    for kind in ("A", "CNAME"):
        behind.name_server.remove(name, kind)
