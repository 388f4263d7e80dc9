"""Discovery prefers the server's preferred versions, on new servers and on old ones."""

from __future__ import annotations

from typing import Any

from include.clusters.discovery import ApiResource, discover, preferred


def aggregated(path: str) -> dict[str, Any]:
    def version(name: str, *plurals: str) -> dict[str, Any]:
        rows = [
            {"resource": one, "responseKind": {"kind": one.title()}, "scope": "Namespaced"} for one in plurals
        ]
        return {"version": name, "resources": rows}

    groups = {
        "/api": [("", [version("v1", "pods")])],
        "/apis": [("autoscaling", [version("v2", "scalers"), version("v1", "scalers", "oldies")])],
    }
    items = [{"metadata": {"name": name}, "versions": versions} for name, versions in groups[path]]
    return {"kind": "APIGroupDiscoveryList", "items": items}


CLASSIC: dict[str, dict[str, Any]] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {
        "kind": "APIGroupList",
        "groups": [
            {
                "name": "autoscaling",
                "versions": [{"version": "v1"}, {"version": "v2"}],
                "preferredVersion": {"version": "v2"},
            }
        ],
    },
    "/api/v1": {
        "resources": [
            {"name": "pods", "kind": "Pods", "namespaced": True},
            {"name": "pods/log", "kind": "Pods", "namespaced": True},
        ]
    },
    "/apis/autoscaling/v1": {
        "resources": [
            {"name": "scalers", "kind": "Scalers", "namespaced": True},
            {"name": "oldies", "kind": "Oldies", "namespaced": True},
        ]
    },
    "/apis/autoscaling/v2": {"resources": [{"name": "scalers", "kind": "Scalers", "namespaced": True}]},
}


def names(resources: list[ApiResource]) -> list[str]:
    return [f"{resource.api_version} {resource.name}" for resource in resources]


def test_each_resource_is_found_once_in_its_preferred_version() -> None:
    assert names(preferred(discover(aggregated))) == [
        "v1 pods",
        "autoscaling/v1 oldies.autoscaling",
        "autoscaling/v2 scalers.autoscaling",
    ]


def test_an_old_server_gives_the_same_answer() -> None:
    assert names(preferred(discover(CLASSIC.__getitem__))) == names(preferred(discover(aggregated)))


def test_paths_follow_group_scope_and_name() -> None:
    widget = ApiResource("example.com", "v1", "widgets", "Widget", is_namespaced=True)
    node = ApiResource("", "v1", "nodes", "Node", is_namespaced=False)

    assert widget.path() == "/apis/example.com/v1/widgets"
    assert widget.path("shop", "one") == "/apis/example.com/v1/namespaces/shop/widgets/one"
    assert node.path("shop", "one") == "/api/v1/nodes/one"
