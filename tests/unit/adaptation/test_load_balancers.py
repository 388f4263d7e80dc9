"""What a LoadBalancer Service asked of each cloud, and how CCE is asked for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.adaptation.context import AdaptationContext
from include.adaptation.rules import load_balancer
from include.inventory.moved_addresses import moves_of
from tests.builders.definitions import BALANCER, definition
from tests.builders.objects import make

BETA, ELB = "service.beta.kubernetes.io/", "kubernetes.io/elb."
AWS, AZURE = f"{BETA}aws-load-balancer-", f"{BETA}azure-load-balancer-"
ALIBABA = f"{BETA}alibaba-cloud-loadbalancer-"
PUBLIC = {f"{ELB}class": "union", f"{ELB}id": BALANCER}
INSIDE = {**PUBLIC, f"{ELB}id": "inside"}
CERTIFICATE, ELB_CERTIFICATE = "arn:aws:acm:eu-central-1:1:certificate/a", "elb-certificate"
ANSWERS = {
    "internal_id": "inside",
    "certificates": {CERTIFICATE: ELB_CERTIFICATE},
    "address_groups": {"shop/closed": "group"},
}


def context(**answers: Any) -> AdaptationContext:
    chosen = definition(lambda document: document["target"]["load_balancer"].update(answers))
    return AdaptationContext(chosen, moves_of(chosen), lambda image: image, ())


def service(annotations: dict[str, str] | None = None, name: str = "web", **spec: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80}, {"name": "https", "port": 443}]
    metadata = {"annotations": annotations} if annotations else {}
    return make(
        "v1", "Service", name, metadata=metadata, spec={"type": "LoadBalancer", "ports": ports, **spec}
    )


def health(**option: str) -> dict[str, str]:
    return {f"{ELB}health-check-flag": "on", f"{ELB}health-check-option": json.dumps(option)}


def affinity(minutes: int) -> dict[str, str]:
    option = json.dumps({"persistence_timeout": str(minutes)})
    return {f"{ELB}session-affinity-mode": "SOURCE_IP", f"{ELB}session-affinity-option": option}


ANNOTATIONS = [
    pytest.param({f"{AWS}type": "nlb", f"{AWS}scheme": "internet-facing"}, PUBLIC, id="AWS: an NLB of the internet"),
    pytest.param({f"{AWS}scheme": "internal"}, INSIDE, id="AWS: an internal NLB"),
    pytest.param({f"{AWS}internal": "true"}, INSIDE, id="AWS: an internal classic one"),
    pytest.param({f"{AWS}internal": "false"}, PUBLIC, id="AWS: one that is not internal"),
    pytest.param(
        {f"{AWS}healthcheck-protocol": "http", f"{AWS}healthcheck-path": "/ready", f"{AWS}healthcheck-interval": "10"},
        PUBLIC | health(protocol="HTTP", delay="10", timeout="10", max_retries="3", path="/ready"),
        id="AWS: a health check of a path",
    ),
    pytest.param(
        {f"{AWS}healthcheck-protocol": "HTTPS", f"{AWS}healthcheck-path": "/", f"{AWS}healthcheck-interval": "300"},
        PUBLIC | health(protocol="TCP", delay="50", timeout="10", max_retries="3"),
        id="AWS: a health check over TLS, more seldom than ELB's seldomest",
    ),
    pytest.param({f"{AWS}connection-idle-timeout": "3600"}, PUBLIC | {f"{ELB}keepalive_timeout": "3600"}, id="AWS: idle"),
    pytest.param({f"{AWS}connection-idle-timeout": "soon"}, PUBLIC | {f"{ELB}keepalive_timeout": "300"}, id="no number"),
    pytest.param(
        {f"{AWS}target-group-attributes": "stickiness.enabled=true,stickiness.type=source_ip"},
        PUBLIC | affinity(60),
        id="AWS: an NLB that keeps clients",
    ),
    pytest.param({f"{AWS}target-group-attributes": "preserve_client_ip.enabled=true"}, PUBLIC, id="AWS: another attribute"),
    pytest.param(
        {f"{AWS}ssl-cert": CERTIFICATE, f"{AWS}ssl-ports": "https"},
        PUBLIC | {f"{ELB}protocol-port": "https:443", f"{ELB}cert-id": ELB_CERTIFICATE},
        id="AWS: TLS at one port",
    ),
    pytest.param(
        {f"{AWS}ssl-cert": CERTIFICATE},
        PUBLIC | {f"{ELB}protocol-port": "https:80,https:443", f"{ELB}cert-id": ELB_CERTIFICATE},
        id="AWS: TLS at every port",
    ),
    pytest.param({f"{AWS}ssl-cert": "arn:other"}, PUBLIC, id="AWS: a certificate that nobody put into ELB"),
    pytest.param({f"{AZURE}internal": "true"}, INSIDE, id="Azure: an internal one"),
    pytest.param({f"{AZURE}tcp-idle-timeout": "30"}, PUBLIC | {f"{ELB}keepalive_timeout": "1800"}, id="Azure: minutes"),
    pytest.param({f"{AZURE}tcp-idle-timeout": "100"}, PUBLIC | {f"{ELB}keepalive_timeout": "4000"}, id="Azure: too many"),
    pytest.param(
        {f"{AZURE}health-probe-protocol": "Http", f"{AZURE}health-probe-request-path": "/z", f"{AZURE}health-probe-num-of-probe": "2"},
        PUBLIC | health(protocol="HTTP", delay="5", timeout="10", max_retries="2", path="/z"),
        id="Azure: a probe",
    ),
    pytest.param({"networking.gke.io/load-balancer-type": "Internal"}, INSIDE, id="Google: an internal one"),
    pytest.param({"cloud.google.com/neg": '{"ingress": true}', "mine": "kept"}, PUBLIC | {"mine": "kept"}, id="Google: NEG"),
    pytest.param(
        {f"{ALIBABA}address-type": "intranet", f"{ALIBABA}scheduler": "wlc", f"{ALIBABA}persistence-timeout": "1800"},
        INSIDE | affinity(30) | {f"{ELB}lb-algorithm": "LEAST_CONNECTIONS"},
        id="Alibaba: internal, least connections, affinity",
    ),
    pytest.param(
        {f"{ALIBABA}cert-id": CERTIFICATE, f"{ALIBABA}protocol-port": "https:443,http:80"},
        PUBLIC | {f"{ELB}protocol-port": "https:443,http:80", f"{ELB}cert-id": ELB_CERTIFICATE},
        id="Alibaba: listeners",
    ),
    pytest.param(
        {"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "subnet-1"}, INSIDE, id="Tencent: an internal one"
    ),
    pytest.param(
        {"loadbalancer.openstack.org/timeout-client-data": "60000"},
        PUBLIC | {f"{ELB}keepalive_timeout": "60"},
        id="OpenStack: milliseconds",
    ),
    pytest.param({"metallb.universe.tf/address-pool": "front"}, PUBLIC, id="MetalLB: a pool"),
    pytest.param(
        {f"{ELB}class": "union", f"{ELB}id": "old", f"{ELB}subnet-id": "s", f"{ELB}acl-id": "a", f"{ELB}lb-algorithm": "SOURCE_IP"},
        PUBLIC | {f"{ELB}lb-algorithm": "SOURCE_IP"},
        id="CCE: things of the source's project go, settings stay",
    ),
    pytest.param({f"{ELB}autocreate": "{}", f"{ELB}class": "performance"}, PUBLIC, id="CCE: one that was made by itself"),
    pytest.param(PUBLIC | {f"{ELB}acl-id": "mine"}, PUBLIC | {f"{ELB}acl-id": "mine"}, id="already right"),
]  # fmt: skip
FIELDS = [
    pytest.param({"loadBalancerClass": "service.k8s.aws/nlb"}, {}, {}, id="another controller's class"),
    pytest.param({"loadBalancerIP": "192.0.2.1"}, {}, {}, id="an address of the source"),
    pytest.param(
        {"allocateLoadBalancerNodePorts": False},
        {"allocateLoadBalancerNodePorts": True},
        {},
        id="no node ports, which ELB needs",
    ),
    pytest.param(
        {"sessionAffinity": "ClientIP"},
        {"sessionAffinity": "ClientIP"},
        affinity(60),
        id="three hours are too long",
    ),
    pytest.param(
        {"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}}},
        {"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}}},
        affinity(10),
        id="ten minutes at one pod",
    ),
    pytest.param({"externalTrafficPolicy": "Local"}, {"externalTrafficPolicy": "Local"}, {}, id="kept"),
]


@pytest.mark.parametrize(("annotations", "expected"), ANNOTATIONS)
def test_a_cloud_is_asked_in_its_annotations_and_elb_in_its_own(
    annotations: dict[str, str], expected: dict[str, str]
) -> None:
    adapted = load_balancer.apply(service(annotations), context(**ANSWERS))
    assert adapted["metadata"]["annotations"] == expected
    assert load_balancer.apply(adapted, context(**ANSWERS)) == adapted, "twice changes nothing more"


@pytest.mark.parametrize(("fields", "kept", "annotations"), FIELDS)
def test_fields_that_cce_does_not_take_go(
    fields: dict[str, Any], kept: dict[str, Any], annotations: dict[str, str]
) -> None:
    assert load_balancer.apply(service(**fields), context()) == service(PUBLIC | annotations, **kept)


def test_an_internal_one_is_bound_to_the_only_elb_there_is() -> None:
    adapted = load_balancer.apply(service({f"{AWS}internal": "true"}), context())
    assert adapted["metadata"]["annotations"] == PUBLIC


@pytest.mark.parametrize(
    ("annotations", "ranges"),
    [
        pytest.param({}, ["192.0.2.0/24"], id="the field"),
        pytest.param({f"{BETA}azure-allowed-ip-ranges": "192.0.2.0/24"}, None, id="Azure's annotation"),
        pytest.param({f"{BETA}load-balancer-source-ranges": "192.0.2.0/24"}, None, id="the older annotation"),
    ],
)
def test_who_may_come_in_is_an_address_group_of_elb_or_nobody(
    annotations: dict[str, str], ranges: list[str] | None
) -> None:
    spec = {"loadBalancerSourceRanges": ranges} if ranges else {}
    grouped = load_balancer.apply(service(annotations, "closed", **spec), context(**ANSWERS))
    without = load_balancer.apply(service(annotations, **spec), context(**ANSWERS))

    access = {f"{ELB}acl-id": "group", f"{ELB}acl-status": "on", f"{ELB}acl-type": "white"}
    assert grouped == service(PUBLIC | access, "closed")
    assert without["spec"]["loadBalancerSourceRanges"] == ["192.0.2.0/24"]
