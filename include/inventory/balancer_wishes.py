"""Read what a LoadBalancer Service asks of its cloud's load balancer, whichever cloud that is.

The names are those of the clouds' documents: AWS (cloud provider and Load Balancer Controller), Azure, Google Cloud, Alibaba
Cloud, Tencent Cloud, Oracle Cloud and OpenStack. MetalLB's annotations choose addresses alone, and wish for nothing.
"""

from __future__ import annotations

from typing import Any, Literal

Wish = Literal[
    "internal",
    "health protocol",
    "health path",
    "health port",
    "health delay",
    "health timeout",
    "health retries",
    "idle seconds",
    "idle minutes",
    "idle milliseconds",
    "sticky",
    "sticky seconds",
    "algorithm",
    "certificate",
    "protocol ports",
    "tls ports",
    "proxy protocol",
    "ranges",
    "address group",
]

BETA = "service.beta.kubernetes.io/"
AWS = f"{BETA}aws-load-balancer-"
AZURE = f"{BETA}azure-load-balancer-"
OPENSTACK = "loadbalancer.openstack.org/"
ELB = "kubernetes.io/elb."
ALIBABA: dict[str, Wish] = {
    "address-type": "internal",
    "health-check-type": "health protocol",
    "health-check-uri": "health path",
    "health-check-connect-port": "health port",
    "health-check-interval": "health delay",
    "health-check-connect-timeout": "health timeout",
    "health-check-timeout": "health timeout",
    "unhealthy-threshold": "health retries",
    "established-timeout": "idle seconds",
    "idle-timeout": "idle seconds",
    "persistence-timeout": "sticky seconds",
    "scheduler": "algorithm",
    "cert-id": "certificate",
    "protocol-port": "protocol ports",
    "proxy-protocol": "proxy protocol",
    "acl-id": "address group",
}
WISHES: dict[str, Wish] = {
    f"{AWS}internal": "internal",
    f"{AWS}scheme": "internal",
    f"{AWS}healthcheck-protocol": "health protocol",
    f"{AWS}healthcheck-path": "health path",
    f"{AWS}healthcheck-port": "health port",
    f"{AWS}healthcheck-interval": "health delay",
    f"{AWS}healthcheck-timeout": "health timeout",
    f"{AWS}healthcheck-unhealthy-threshold": "health retries",
    f"{AWS}connection-idle-timeout": "idle seconds",
    f"{AWS}target-group-attributes": "sticky",
    f"{AWS}ssl-cert": "certificate",
    f"{AWS}ssl-ports": "tls ports",
    f"{AWS}proxy-protocol": "proxy protocol",
    f"{AZURE}internal": "internal",
    f"{AZURE}health-probe-protocol": "health protocol",
    f"{AZURE}health-probe-request-path": "health path",
    f"{AZURE}health-probe-interval": "health delay",
    f"{AZURE}health-probe-num-of-probe": "health retries",
    f"{AZURE}tcp-idle-timeout": "idle minutes",
    f"{BETA}azure-allowed-ip-ranges": "ranges",
    "networking.gke.io/load-balancer-type": "internal",
    "cloud.google.com/load-balancer-type": "internal",
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "internal",
    "service.cloud.tencent.com/specify-protocol": "certificate",
    f"{BETA}oci-load-balancer-internal": "internal",
    f"{BETA}openstack-internal-load-balancer": "internal",
    f"{OPENSTACK}proxy-protocol": "proxy protocol",
    f"{OPENSTACK}timeout-client-data": "idle milliseconds",
    f"{OPENSTACK}health-monitor-delay": "health delay",
    f"{OPENSTACK}health-monitor-timeout": "health timeout",
    f"{OPENSTACK}health-monitor-max-retries": "health retries",
    f"{ELB}cert-id": "certificate",
    f"{ELB}acl-id": "address group",
    **{f"{BETA}alibaba-cloud-loadbalancer-{name}": wish for name, wish in ALIBABA.items()},
    **{f"{BETA}alicloud-loadbalancer-{name}": wish for name, wish in ALIBABA.items()},
}
# Values by which the other clouds say no, or name what is the default: an address of the internet.
OFF = frozenset({"", "false", "off", "internet-facing", "internet", "external"})
RANGES = f"{BETA}load-balancer-source-ranges"


def wishes_of(service: dict[str, Any]) -> dict[Wish, str]:
    """Return what a Service's annotations ask for; a wish that is denied (`internal: "false"`) is none."""
    annotations = service.get("metadata", {}).get("annotations") or {}
    found: dict[Wish, str] = {}
    for name, wish in WISHES.items():
        value = str(annotations.get(name, "")).strip()
        if value.lower() not in OFF:
            found.setdefault(wish, value)
    if "stickiness.enabled=true" not in found.get("sticky", ""):
        found.pop("sticky", None)
    return found


def is_internal(service: dict[str, Any]) -> bool:
    """Say whether a Service asks for a load balancer without a public address."""
    return "internal" in wishes_of(service)


def source_ranges(service: dict[str, Any]) -> list[str]:
    """Return the address ranges that alone may reach a Service; empty for everybody."""
    annotations = service.get("metadata", {}).get("annotations") or {}
    text = wishes_of(service).get("ranges") or str(annotations.get(RANGES) or "")
    listed = (service.get("spec") or {}).get("loadBalancerSourceRanges") or []
    return [*listed] or [one.strip() for one in text.split(",") if one.strip()]
