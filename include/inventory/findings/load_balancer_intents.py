"""What load balancers of another cloud were told to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.services import is_load_balancer
from include.inventory.store import Inventory

RULE = "load_balancer_intent"
SEVERITIES = ("warning",)
WHY = "The ELB does not know what the old annotations asked for: it may be open to everybody, or closed to those who came."
AWS = "service.beta.kubernetes.io/aws-load-balancer-"
AZURE = "service.beta.kubernetes.io/azure-load-balancer-"
ALIBABA = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"
OFF = frozenset({"", "false", "off", "internet-facing", "internet", "external"})
# Annotations, what they ask for, and how CCE is asked for it.
INTENTS = (
    (
        (
            f"{AWS}internal",
            f"{AWS}scheme",
            f"{AZURE}internal",
            f"{ALIBABA}address-type",
            "networking.gke.io/load-balancer-type",
            "cloud.google.com/load-balancer-type",
            "service.beta.kubernetes.io/openstack-internal-load-balancer",
            "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid",
        ),
        "is reachable from inside its network only",
        "name an ELB without public address in target.load_balancer",
    ),
    (
        (f"{AWS}ssl-cert", f"{ALIBABA}cert-id", "service.cloud.tencent.com/specify-protocol"),
        "lets the load balancer end TLS with a certificate of the other cloud",
        "put the certificate into ELB, and kubernetes.io/elb.protocol-port and elb.cert-id on the Service",
    ),
    (
        (f"{AWS}proxy-protocol", f"{ALIBABA}proxy-protocol"),
        "expects the PROXY protocol from the load balancer",
        "turn it on at the backends of the ELB, or off in the application",
    ),
)
RANGES = (f"{AWS}source-ranges", "service.beta.kubernetes.io/load-balancer-source-ranges")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what a LoadBalancer Service asks for that has another name on CCE; annotations of CCE may stand on the source."""
    for service in inventory.objects("Service"):
        if is_load_balancer(service):
            for message, remedy in _intents(service):
                yield Finding(RULE, "warning", label(service), message, remedy)


def _intents(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    spec, annotations = service["spec"], service["metadata"].get("annotations") or {}
    for names, message, remedy in INTENTS:
        if any(str(annotations.get(name, "")).lower() not in OFF for name in names):
            yield message, remedy
    if spec.get("loadBalancerSourceRanges") or any(annotations.get(name) for name in RANGES):
        yield (
            "lets only some addresses in",
            "make an IP address group at ELB, and put kubernetes.io/elb.acl-id, acl-status and acl-type on the Service",
        )
    if spec.get("sessionAffinity") == "ClientIP":
        yield (
            "keeps a client at one pod",
            "put kubernetes.io/elb.session-affinity-mode: SOURCE_IP on the Service",
        )
