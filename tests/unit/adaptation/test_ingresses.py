"""What an Ingress asked of each controller, and how the target's is asked for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.adaptation.context import AdaptationContext
from include.adaptation.rules import ingress, ingress_backends
from include.inventory.moved_addresses import moves_of
from tests.builders.definitions import BALANCER, definition
from tests.builders.objects import make

ELB, ALB, APPGW, NGINX = (
    "kubernetes.io/elb.",
    "alb.ingress.kubernetes.io/",
    "appgw.ingress.kubernetes.io/",
    "nginx.ingress.kubernetes.io/",
)
PLAIN = {f"{ELB}class": "union", f"{ELB}id": BALANCER, f"{ELB}port": "80"}
TLS = {**PLAIN, f"{ELB}port": "443"}
REDIRECT = {f"{ELB}ssl-redirect": "true", f"{ELB}listen-ports": json.dumps([{"HTTP": 80}, {"HTTPS": 443}])}
ACCESS = {f"{ELB}acl-id": "group", f"{ELB}acl-status": "on", f"{ELB}acl-type": "white"}
ANSWERS = {
    "internal_id": "inside",
    "certificates": {"arn:1": "c1", "arn:2": "c2"},
    "address_groups": {"shop/closed": "group"},
}
CLASS = "kubernetes.io/ingress.class"


def context(choice: str | None = None, **facts: Any) -> AdaptationContext:
    def change(document: dict[str, Any]) -> None:
        document["target"]["load_balancer"].update(ANSWERS)
        document["target"]["ingress"] = choice

    chosen = definition(change)
    return AdaptationContext(chosen, moves_of(chosen), lambda image: image, (), **facts)


def an_ingress(
    class_name: str | None,
    annotations: dict[str, str] | None = None,
    *paths: dict[str, Any],
    name: str = "web",
    tls: bool = False,
) -> dict[str, Any]:
    spec: dict[str, Any] = {"ingressClassName": class_name} if class_name else {}
    if tls:
        spec["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    spec["rules"] = [{"host": "shop.example.com", "http": {"paths": list(paths or [path()])}}]
    metadata = {"annotations": annotations} if annotations else {}
    return make("networking.k8s.io/v1", "Ingress", name, metadata=metadata, spec=spec)


def path(
    text: str = "/", path_type: str = "Prefix", to: str = "web", port: Any = 80, **more: Any
) -> dict[str, Any]:
    wanted = {"number": port} if isinstance(port, int) else {"name": port}
    return {"path": text, "pathType": path_type, "backend": {"service": {"name": to, "port": wanted}}, **more}


TO_ELB = [
    pytest.param("alb", {f"{ALB}target-type": "ip"}, False, PLAIN, id="ALB: plain"),
    pytest.param("alb", {f"{ALB}scheme": "internal"}, False, PLAIN | {f"{ELB}id": "inside"}, id="ALB: internal"),
    pytest.param("gce-internal", {}, False, PLAIN | {f"{ELB}id": "inside"}, id="Google: internal by its class"),
    pytest.param(
        "alb",
        {f"{ALB}certificate-arn": "arn:1,arn:2", f"{ALB}ssl-redirect": "443"},
        False,
        TLS | REDIRECT | {f"{ELB}tls-certificate-ids": "c1,c2"},
        id="ALB: certificates, and everybody to TLS",
    ),
    pytest.param("alb", {f"{ALB}certificate-arn": "arn:1,arn:other"}, False, PLAIN, id="ALB: an unknown certificate"),
    pytest.param(
        "alb",
        {f"{ALB}load-balancer-attributes": "idle_timeout.timeout_seconds=600,deletion_protection.enabled=true"},
        False,
        PLAIN | {f"{ELB}keepalive_timeout": "600"},
        id="ALB: idle",
    ),
    pytest.param(
        "alb", {f"{ALB}backend-protocol-version": "GRPC"}, False, PLAIN | {f"{ELB}pool-protocol": "grpc"}, id="ALB: gRPC"
    ),
    pytest.param(
        "azure/application-gateway",
        {f"{APPGW}ssl-redirect": "true", f"{APPGW}request-timeout": "900", f"{APPGW}backend-path-prefix": "/app"},
        True,
        TLS | REDIRECT | {f"{ELB}member_timeout": "300", f"{ELB}rewrite-target": "/app"},
        id="Azure: redirect, a long answer, a prefix",
    ),
    pytest.param("gce", {"networking.gke.io/managed-certificates": "shop"}, False, PLAIN, id="Google: a certificate of its own"),
    pytest.param("alb", {"cert-manager.io/cluster-issuer": "ca"}, True, TLS | {"cert-manager.io/cluster-issuer": "ca"}, id="kept"),
    pytest.param("cce", {**TLS, f"{ELB}id": "old", f"{ELB}autocreate": "{}"}, False, {**PLAIN, f"{ELB}port": "443"}, id="CCE"),
]  # fmt: skip
BY_CHOICE = [
    pytest.param("nginx", {}, False, PLAIN, id="plain"),
    pytest.param("nginx", {f"{NGINX}proxy-body-size": "8m"}, True, TLS | REDIRECT, id="TLS, to which nginx sends everybody"),
    pytest.param("nginx", {f"{NGINX}ssl-redirect": "false"}, True, TLS, id="TLS, to which nobody is sent"),
    pytest.param("nginx", {f"{NGINX}backend-protocol": "HTTPS"}, False, PLAIN | {f"{ELB}pool-protocol": "https"}, id="HTTPS"),
    pytest.param(
        None, {CLASS: "nginx", f"{NGINX}proxy-read-timeout": "120s"}, False, PLAIN | {f"{ELB}member_timeout": "120"}, id="older"
    ),
    pytest.param(
        "nginx",
        {f"{NGINX}enable-cors": "true", f"{NGINX}cors-allow-origin": "https://a.example", f"{NGINX}cors-max-age": "60"},
        False,
        PLAIN | {f"{ELB}cors-allow-origin": "https://a.example", f"{ELB}cors-max-age": "60"},
        id="CORS",
    ),
    pytest.param("nginx", {f"{NGINX}cors-max-age": "60"}, False, PLAIN, id="CORS that is off"),
    pytest.param("traefik", {"traefik.ingress.kubernetes.io/router.tls": "true"}, False, PLAIN, id="Traefik"),
]  # fmt: skip
TO_NGINX = [
    pytest.param("alb", {f"{ALB}inbound-cidrs": "192.0.2.0/24"}, {f"{NGINX}whitelist-source-range": "192.0.2.0/24"}, id="ALB"),
    pytest.param("alb", {f"{ALB}backend-protocol-version": "GRPC"}, {f"{NGINX}backend-protocol": "GRPC"}, id="gRPC"),
    pytest.param("azure/application-gateway", {f"{APPGW}ssl-redirect": "true"}, {f"{NGINX}force-ssl-redirect": "true"}, id="TLS"),
    pytest.param("traefik", {}, {}, id="Traefik"),
    pytest.param(None, {}, {}, id="the default class"),
]  # fmt: skip


@pytest.mark.parametrize(("class_name", "annotations", "tls", "expected"), TO_ELB)
def test_what_a_cloud_served_elb_serves(
    class_name: str, annotations: dict[str, str], tls: bool, expected: dict[str, str]
) -> None:
    adapted = ingress.apply(an_ingress(class_name, annotations, tls=tls), context())
    assert adapted == an_ingress("cce", expected, tls=tls)
    assert ingress.apply(adapted, context()) == adapted, "twice changes nothing more"


@pytest.mark.parametrize(("class_name", "annotations", "tls", "expected"), BY_CHOICE)
def test_elb_serves_all_when_it_is_chosen(
    class_name: str | None, annotations: dict[str, str], tls: bool, expected: dict[str, str]
) -> None:
    adapted = ingress.apply(an_ingress(class_name, annotations, tls=tls), context("elb"))
    assert adapted == an_ingress("cce", expected, tls=tls)
    assert ingress.apply(adapted, context("elb")) == adapted


@pytest.mark.parametrize(("class_name", "annotations", "expected"), TO_NGINX)
def test_nginx_serves_what_a_cloud_did_when_it_is_chosen(
    class_name: str | None, annotations: dict[str, str], expected: dict[str, str]
) -> None:
    adapted = ingress.apply(an_ingress(class_name, annotations), context("nginx"))
    assert adapted == an_ingress("nginx", expected)
    assert ingress.apply(adapted, context("nginx")) == adapted


@pytest.mark.parametrize("choice", [None, "nginx"])
@pytest.mark.parametrize("class_name", ["nginx", "nginx-internal", "kong"])
def test_an_ingress_whose_controller_comes_along_stays(class_name: str, choice: str | None) -> None:
    given = an_ingress(class_name, {f"{NGINX}auth-url": "http://sso"})
    assert ingress.apply(given, context(choice)) is given


@pytest.mark.parametrize(
    ("class_name", "annotations", "before", "after"),
    [
        pytest.param("alb", {}, [path("/*", "ImplementationSpecific")], [path("/")], id="ALB: everything"),
        pytest.param(
            "gce", {}, [path("/api/*", "ImplementationSpecific")], [path("/api")], id="Google: below a path"
        ),
        pytest.param("gce", {}, [path("/api", "Exact")], [path("/api", "Exact")], id="already right"),
        pytest.param(
            "alb",
            {f"{ALB}actions.to-tls": '{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS"}}'},
            [path("/*", "ImplementationSpecific", "to-tls", "use-annotation"), path("/a")],
            [path("/a")],
            id="ALB: an action",
        ),
        pytest.param(
            "nginx",
            {f"{NGINX}use-regex": "true"},
            [path("/v[0-9]+/items", "ImplementationSpecific"), path("/a")],
            [
                path(
                    "/v[0-9]+/items",
                    "ImplementationSpecific",
                    property={"ingress.beta.kubernetes.io/url-match-mode": "REGEX"},
                ),
                path("/a"),
            ],
            id="nginx: a pattern",
        ),
    ],
)
def test_paths_are_written_as_cce_reads_them(
    class_name: str, annotations: dict[str, str], before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    adapted = ingress.apply(an_ingress(class_name, annotations, *before), context("elb"))
    assert adapted["spec"]["rules"][0]["http"]["paths"] == after


def test_who_may_come_in_is_an_address_group_of_elb() -> None:
    given = an_ingress("alb", {f"{ALB}inbound-cidrs": "192.0.2.0/24"}, name="closed")
    assert ingress.apply(given, context())["metadata"]["annotations"] == PLAIN | ACCESS


@pytest.mark.parametrize(
    ("spec", "is_opened"),
    [
        pytest.param({}, True, id="no type"),
        pytest.param({"type": "ClusterIP", "clusterIP": "10.0.0.1"}, True, id="a ClusterIP"),
        pytest.param({"clusterIP": "None"}, False, id="returned unchanged: headless"),
        pytest.param({"type": "NodePort"}, False, id="already right"),
        pytest.param({"type": "ExternalName"}, False, id="returned unchanged: another name"),
    ],
)
def test_a_service_behind_an_elb_gets_node_ports(spec: dict[str, Any], is_opened: bool) -> None:
    reached = context(elb_backends=frozenset({("shop", "web")}))
    for name in ("web", "other"):
        service = make("v1", "Service", name, spec=spec)
        adapted = (
            ingress_backends.apply(service, reached) if ingress_backends.applies_to(service) else service
        )
        assert (adapted["spec"].get("type") != spec.get("type")) == (is_opened and name == "web")
