from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.clusters import load_balancers
from lab.clusters.load_balancers import LoadBalancers
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


def reported_by(settings: ClusterSettings, *services: dict[str, Any]) -> dict[str, str]:
    api = FakeApi(list(services))
    LoadBalancers(settings, api).pass_once()  # type: ignore[arg-type]
    return api.reported


def test_a_service_of_the_source_gets_an_address_and_keeps_it_after_a_restart(commands: list[str]) -> None:
    first = reported_by(SOURCE_CLUSTER, service("web"))
    assert first == {"web": "198.18.10.100"}
    assert reported_by(SOURCE_CLUSTER, service("api"), service("web"))["web"] == "198.18.10.100"
    assert "ip address replace 198.18.10.100/32 dev eth0" in commands


def test_a_balancer_id_gives_its_own_address_in_the_target(commands: list[str]) -> None:
    annotations = {
        "kubernetes.io/elb.class": "union",
        "kubernetes.io/elb.id": "00000000-0000-4000-8000-000000000020",
    }
    assert reported_by(target_cluster(), service("web", annotations)) == {"web": "198.18.20.32"}


def test_a_service_without_a_balancer_stays_pending_in_the_target(commands: list[str]) -> None:
    assert reported_by(target_cluster(), service("web")) == {}
    assert commands == ["ip -json -4 address show dev eth0"]


def test_other_services_get_nothing(commands: list[str]) -> None:
    assert reported_by(SOURCE_CLUSTER, service("api", kind="ClusterIP")) == {}
