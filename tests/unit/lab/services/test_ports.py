from __future__ import annotations

import socket
from collections.abc import Generator

import pytest

from lab.services import ports


@pytest.fixture
def everywhere() -> Generator[int]:
    with socket.create_server(("0.0.0.0", 0)) as server:
        yield server.getsockname()[1]


def test_a_program_on_all_addresses_is_in_the_way(everywhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_TCP", (everywhere,))
    monkeypatch.setattr(ports, "_UDP", ())
    (problem,) = ports.port_problems()
    assert f"port {everywhere} of all addresses" in problem
    assert f"ss -ltnp 'sport = :{everywhere}'" in problem


def test_a_program_on_one_address_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(ports, "_TCP", (server.getsockname()[1],))
        monkeypatch.setattr(ports, "_UDP", ())
        assert ports.port_problems() == []


def test_names_are_asked_for_by_datagrams_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("0.0.0.0", 0))
        monkeypatch.setattr(ports, "_TCP", ())
        monkeypatch.setattr(ports, "_UDP", (server.getsockname()[1],))
        assert len(ports.port_problems()) == 1
