from __future__ import annotations

from typing import Any

import pytest

from include.inventory.traefik_matches import ANY_HOST, UNREADABLE, read_match
from tests.builders.objects import make
from tests.unit.inventory.findings.rows import Row
from tests.unit.inventory.findings.services import route


@pytest.mark.parametrize(
    ("match", "message", "remedy"),
    [
        pytest.param(
            "Host(`a.lab`, `b.lab`) && PathPrefix(`/api`)",
            "leads a.lab /api to api:80, b.lab /api to api:80",
            "an Ingress cannot say Middleware strip",
            id="two hosts and a path",
        ),
        pytest.param("Host(`a.lab`)", "leads a.lab / to api:80", "", id="a host alone"),
        pytest.param(
            "Path(`/x`) && Headers(`X-Team`, `shop`)",
            "leads any host /x exactly to api:80",
            "an Ingress cannot say Headers, Middleware strip",
            id="a header",
        ),
    ],
)
def test_a_route_is_told_as_an_ingress_would_have_it(match: str, message: str, remedy: str) -> None:
    (found,) = Row("traefik_routes", "", [route(match)], []).findings()

    assert found.message == message
    assert found.remedy.endswith(remedy)


@pytest.mark.parametrize(
    ("rule", "places", "unsaid"),
    [
        ("Host(`a`) && PathPrefix(`/x`) || Host(`b`)", ["a /x", "b /"], set()),
        ("(Host(`a`) || Host(`b`)) && (PathPrefix(`/x`) || Path(`/y`))", [
            "a /x", "a /y exactly", "b /x", "b /y exactly",
        ], set()),
        ('Host("a") && !PathPrefix("/x")', ["a /"], {"not PathPrefix"}),
        ("!(Host(`a`) && Method(`GET`))", [f"{ANY_HOST} /"], {"not Host", "not Method"}),
        ("HostRegexp(`{sub:[a-z]+}.lab`)", [f"{ANY_HOST} /"], {"HostRegexp"}),
        ("Host(`a`) && PathPrefix(`/{id:[0-9]+}`)", ["a /"], {"PathPrefix"}),
        ("Host(`a`) && ClientIP(`10.0.0.0/8`) && Query(`x`, `1`)", ["a /"], {"ClientIP", "Query"}),
        ("Host(`a`) && Header(`X-A`, `Path(b)`)", ["a /"], {"Header"}),
        ("PathPrefix(`/x`)", [f"{ANY_HOST} /x"], set()),
        ("Host(`a`", [], {UNREADABLE}),
        ("(Host(`a`)", [], {UNREADABLE}),
        ("Host(`a`) Host(`b`)", [], {UNREADABLE}),
        ("Host(`a`) &&", [], {UNREADABLE}),
        ("", [], {UNREADABLE}),
    ],
)  # fmt: skip
def test_a_rule_is_read_with_each_host_beside_the_paths_it_is_joined_with(
    rule: str, places: list[str], unsaid: set[str]
) -> None:
    found = read_match(rule)
    assert (list(found.places), set(found.unsaid)) == (places, unsaid)


def middleware(name: str, **spec: Any) -> dict[str, Any]:
    return make("traefik.io/v1alpha1", "Middleware", name, spec=spec)


MIDDLEWARES = [
    middleware("all", chain={"middlewares": [{"name": "strip"}, {"name": "login"}, {"name": "all"}]}),
    middleware("strip", stripPrefix={"prefixes": ["/api"]}),
    middleware("login", forwardAuth={"address": "http://auth"}),
    middleware("cors", headers={"accessControlAllowOriginList": ["*"]}),
    middleware("frames", headers={"frameDeny": True}),
]
NGINX, ELB = "nginx.ingress.kubernetes.io/", "kubernetes.io/elb."


@pytest.mark.parametrize(
    ("choice", "names", "beginning", "equals", "unsaid"),
    [
        (None, ["strip"], "install Traefik on the target", [f"strip becomes {NGINX}rewrite-target"], []),
        ("nginx", ["strip", "login"], "write an Ingress of class nginx", [
            f"login becomes {NGINX}auth-url", f"strip becomes {NGINX}rewrite-target",
        ], []),
        ("elb", ["strip", "login"], "write an Ingress of class cce", [
            f"strip becomes {ELB}rewrite-target",
        ], ["Middleware login"]),
        ("elb", ["all"], "write an Ingress of class cce", [f"strip becomes {ELB}rewrite-target"], ["Middleware login"]),
        ("elb", ["cors", "frames"], "write an Ingress of class cce", [
            f"cors becomes {ELB}cors-allow-origin",
        ], ["Middleware frames"]),
        ("nginx", ["plugin@file"], "write an Ingress of class nginx", [], ["Middleware plugin@file"]),
    ],
)  # fmt: skip
def test_each_middleware_is_named_with_its_equal_or_as_one_without(
    choice: str | None, names: list[str], beginning: str, equals: list[str], unsaid: list[str]
) -> None:
    one = route("Host(`a.lab`)")
    one["spec"]["routes"][0]["middlewares"] = [{"name": name} for name in names]

    def chosen(document: dict[str, Any]) -> None:
        document["target"]["ingress"] = choice

    (found,) = Row("traefik_routes", "", [one, *MIDDLEWARES], [], chosen).findings()
    first, *others = found.remedy.split("; ")
    expected = [f"its Middleware {', '.join(equals)}"] if equals else []
    expected += [f"an Ingress cannot say {', '.join(unsaid)}"] if unsaid else []
    assert first.startswith(beginning)
    assert others == expected


def test_weights_priorities_resolvers_and_options_are_told() -> None:
    one = route("Host(`a.lab`)")
    services = [{"name": "a", "port": 80, "weight": 1}, {"name": "split", "kind": "TraefikService"}]
    one["spec"]["routes"][0] |= {"services": services, "priority": 7, "middlewares": []}
    one["spec"]["tls"] = {"certResolver": "le", "options": {"name": "strict"}}
    (found,) = Row("traefik_routes", "", [one], []).findings()
    assert found.remedy.endswith(
        "an Ingress cannot say TraefikService split, a priority, options of TLS, several Services for one path, "
        "the certificates of a resolver"
    )


def test_a_route_of_tcp_is_led_by_no_ingress() -> None:
    spec = {"routes": [{"match": "HostSNI(`*`)", "services": [{"name": "db", "port": 5432}]}]}
    (found,) = Row(
        "traefik_routes", "", [make("traefik.io/v1alpha1", "IngressRouteTCP", "db", spec=spec)], []
    ).findings()
    assert found.message == "leads HostSNI(`*`) to db:5432"
    assert "LoadBalancer Service" in found.remedy
