"""What load balancers of another cloud were told to be, as far as ELB is not told so by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition, LoadBalancer
from include.inventory.balancer_wishes import source_ranges, wishes_of
from include.inventory.model import Finding, label
from include.inventory.services import is_load_balancer
from include.inventory.store import Inventory

RULE = "load_balancer_intent"
SEVERITIES = ("warning",)
WHY = "The ELB does not know what the old annotations asked for: it may be open to everybody, or closed to those who came."
# Of a health check this is the port that the traffic goes to, which is all that ELB asks, too.
USUAL_PORT = "traffic-port"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what a LoadBalancer Service asks for that needs a person; annotations of CCE may stand on the source."""
    for service in inventory.objects("Service"):
        if is_load_balancer(service):
            for message, remedy in _intents(service, definition.target.load_balancer):
                yield Finding(RULE, "warning", label(service), message, remedy)


def _intents(service: dict[str, Any], balancer: LoadBalancer | None) -> Iterator[tuple[str, str]]:
    wishes = wishes_of(service)
    if "internal" in wishes and not (balancer and balancer.internal_id):
        yield (
            "is reachable from inside its network only",
            "name an ELB without public address in target.load_balancer.internal_id",
        )
    certificate = wishes.get("certificate")
    if certificate and not (balancer and certificate in balancer.certificates):
        yield (
            f"lets the load balancer end TLS with the certificate {certificate} of the other cloud",
            "put the certificate into ELB, and its id into target.load_balancer.certificates",
        )
    if "proxy protocol" in wishes:
        yield (
            "expects the PROXY protocol from the load balancer",
            "turn it on at the backends of the ELB, or off in the application",
        )
    if (source_ranges(service) or "address group" in wishes) and not _has_group(service, balancer):
        yield (
            "lets only some addresses in; CCE refuses spec.loadBalancerSourceRanges, so that nobody would come in",
            "make an IP address group at ELB, and put its id into target.load_balancer.address_groups",
        )
    if wishes.get("health port", USUAL_PORT) != USUAL_PORT:
        yield (
            f"has its health checked at port {wishes['health port']}; ELB checks the port that the traffic goes to",
            "put kubernetes.io/elb.health-check-options with a target_service_port on the Service, or do without",
        )


def _has_group(service: dict[str, Any], balancer: LoadBalancer | None) -> bool:
    metadata = service["metadata"]
    return balancer is not None and f"{metadata['namespace']}/{metadata['name']}" in balancer.address_groups
