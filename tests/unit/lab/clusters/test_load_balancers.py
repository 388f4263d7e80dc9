from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.clusters import load_balancers
from lab.clusters.free_addresses import FreeAddresses
from lab.clusters.load_balancers import AddressBook, LoadBalancers
from lab.clusters.settings import SOURCE_CLUSTER, ClusterSettings, target_cluster


class FakeApi:
    def __init__(self, services: list[dict[str, Any]]) -> None:
        self.services = services
        self.reported: dict[str, str] = {}

    def items(self, path: str) -> list[dict[str, Any]]:
        return self.services

    def merge(self, path: str, body: dict[str, Any]) -> None:
        self.reported[path.split("/")[-2]] = body["status"]["loadBalancer"]["ingress"][0]["ip"]


def service(
    name: str, annotations: dict[str, str] | None = None, kind: str = "LoadBalancer"
) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "shop", "annotations": annotations or {}},
        "spec": {"type": kind},
    }


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    ran: list[str] = []

    def run(command: list[str], **_: Any) -> str:
        ran.append(" ".join(command))
        return "[]"

    monkeypatch.setattr(load_balancers, "run", run)
    monkeypatch.setattr("lab.paths.DATA", tmp_path)
    return ran


class Book:
    """Gives one address, and notes which Services it is told of."""

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.services: set[str] = set()

    def address_for(self, service: dict[str, Any]) -> str | None:
        return self.address

    def forget_others(self, services: set[str]) -> None:
        self.services = services


def reported_by(settings: ClusterSettings, book: AddressBook, *services: dict[str, Any]) -> dict[str, str]:
    api = FakeApi(list(services))
    LoadBalancers(settings, api, book).pass_once()  # type: ignore[arg-type]
    return api.reported


def test_a_service_of_the_source_gets_an_address_and_keeps_it_after_a_restart(
    commands: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "book.json"
    first = reported_by(SOURCE_CLUSTER, FreeAddresses("198.18.10.0/24", file), service("web"))
    assert first == {"web": "198.18.10.100"}
    again = FreeAddresses("198.18.10.0/24", file)
    both = reported_by(SOURCE_CLUSTER, again, service("api"), service("web"))
    assert both == {"api": "198.18.10.101", "web": "198.18.10.100"}
    assert "ip address replace 198.18.10.100/32 dev eth0" in commands


def test_a_service_that_its_book_has_no_address_for_stays_pending(commands: list[str]) -> None:
    assert reported_by(target_cluster(), Book(None), service("web")) == {}
    assert commands == ["ip -json -4 address show dev eth0"]


def test_the_book_is_told_which_services_there_are(commands: list[str]) -> None:
    book = Book("198.18.20.1")
    reported_by(target_cluster(), book, service("web"), service("api", kind="ClusterIP"))
    assert book.services == {"shop/web"}


def test_other_services_get_nothing(commands: list[str]) -> None:
    assert reported_by(SOURCE_CLUSTER, Book("198.18.10.1"), service("api", kind="ClusterIP")) == {}
