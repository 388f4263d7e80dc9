from __future__ import annotations

from typing import Any

import pytest

from lab.clusters.api import ApiError
from lab.clusters.applying import Applier
from lab.estate import front_door, part
from lab.estate.part import Estate


class FakeApi:
    """A cluster that holds some objects and notes what is applied."""

    def __init__(self, objects: dict[str, Any] | None = None) -> None:
        self.objects = objects or {}
        self.applied: list[str] = []

    def __enter__(self) -> FakeApi:
        return self

    def __exit__(self, *_: object) -> None: ...

    def get(self, path: str) -> Any:
        if path == "/api/v1":
            return {"resources": [{"name": "configmaps", "kind": "ConfigMap", "namespaced": True}]}
        if path not in self.objects:
            raise ApiError(404, f"{path} is not there")
        return self.objects[path]

    def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.objects.get(path, [])
        return found

    def apply(self, path: str, body: dict[str, Any]) -> None:
        self.applied.append(path)


def config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}}


def deployment(name: str, replicas: int, ready: int) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "generation": 1},
        "spec": {"replicas": replicas},
        "status": {"readyReplicas": ready},
    }


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    api = FakeApi()
    monkeypatch.setattr(part, "ClusterApi", lambda _: api)
    monkeypatch.setattr(part, "present_values", dict)
    monkeypatch.setattr(part, "estate_manifests", lambda _: [config_map("api"), config_map("web")])
    monkeypatch.setattr(front_door, "published_address", lambda: "198.18.10.100")
    monkeypatch.setattr(front_door, "is_open", lambda _: True)
    return api


def test_only_what_is_missing_is_made_so_that_what_is_held_stays_held(cluster: FakeApi) -> None:
    cluster.objects["/api/v1/namespaces/shop/configmaps/api"] = {}
    Estate().prepare()
    assert cluster.applied == ["/api/v1/namespaces/shop/configmaps/web"]


def test_nothing_is_made_at_the_source_once_customers_are_led_to_the_target(
    cluster: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_door, "published_address", lambda: "198.18.20.32")
    Estate().prepare()
    assert cluster.applied == []


def test_it_is_ready_when_every_workload_is_and_the_door_is_open(cluster: FakeApi) -> None:
    cluster.objects["/apis/apps/v1/namespaces/shop/deployments"] = [deployment("web", 2, 2)]
    assert Estate().is_ready()


def test_it_says_what_it_waits_for(cluster: FakeApi) -> None:
    cluster.objects["/apis/apps/v1/namespaces/shop/deployments"] = [deployment("web", 2, 1)]
    with pytest.raises(RuntimeError, match=r"waiting for shop/web \(1 of 2\)"):
        Estate().is_ready()


def test_workloads_that_a_migration_holds_are_not_waited_for(cluster: FakeApi) -> None:
    cluster.objects["/apis/apps/v1/namespaces/shop/deployments"] = [deployment("web", 0, 0)]
    assert Estate().is_ready()


def test_a_daemon_set_that_nobody_has_looked_at_yet_is_waited_for(cluster: FakeApi) -> None:
    daemon_set = {"metadata": {"name": "agent", "generation": 1}, "spec": {}, "status": {}}
    cluster.objects["/apis/apps/v1/namespaces/shop/daemonsets"] = [daemon_set]
    with pytest.raises(RuntimeError, match=r"shop/agent \(0 of 1\)"):
        Estate().is_ready()


def test_a_kind_that_the_cluster_does_not_know_yet_is_missing() -> None:
    promotion = {
        "apiVersion": "shop.example.com/v1",
        "kind": "Promotion",
        "metadata": {"name": "a", "namespace": "b"},
    }
    assert Applier(FakeApi()).missing([promotion]) == [promotion]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "is_moved"), [(None, False), ("198.18.10.100", False), ("198.18.20.32", True)]
)
def test_customers_are_moved_when_their_name_leads_elsewhere(
    address: str | None, is_moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_door, "published_address", lambda: address)
    assert front_door.is_moved() is is_moved
