"""Addresses outside the cluster in ConfigMaps, environment variables, arguments and ExternalName Services."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.cluster_addresses import METADATA_HOSTS, cluster_addresses
from include.inventory.endpoints import find_endpoints, is_inside
from include.inventory.model import Finding, label
from include.inventory.moved_addresses import Move, moves_of, rewrite
from include.inventory.store import Inventory
from include.inventory.texts import configuration_texts
from include.phases import PhaseId

RULE = "external_endpoint"
SEVERITIES = ("warning", "info")
HANDLED_BY: PhaseId = "adaptation"
WHY = (
    "What the source reaches in its own network may have no route, or a closed firewall, from the VPC of CCE."
)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each outside address: rewritten when it belongs to an entry of the definition, else kept."""
    moves = moves_of(definition)
    services = {service["metadata"]["name"] for service in inventory.objects("Service")}
    # These have rules of their own.
    others = METADATA_HOSTS | cluster_addresses(inventory).keys()
    for name, text in configuration_texts(inventory):
        rewritten, owners = rewrite(text, moves)
        if owners:
            yield _rewritten(name, ", ".join(owners))
        for endpoint in find_endpoints(rewritten):
            if endpoint.partition(":")[0] not in others and not _is_known(endpoint, services, moves):
                yield _kept(name, endpoint)
    yield from _external_names(inventory, moves, services)
    for secret in inventory.objects("Secret"):
        for key, value in sorted((secret.get("data") or {}).items()):
            if value.get("addresses"):
                yield _rewritten(f"{label(secret)} key {key}", ", ".join(value["addresses"]))


def _external_names(inventory: Inventory, moves: tuple[Move, ...], services: set[str]) -> Iterator[Finding]:
    for service in inventory.objects("Service"):
        spec = service.get("spec") or {}
        host = spec.get("externalName") if spec.get("type") == "ExternalName" else None
        if host is None:
            continue
        owners = rewrite(host, moves)[1]
        if owners:
            yield _rewritten(label(service), ", ".join(owners))
        elif not _is_known(host, services, moves):
            yield _kept(label(service), host)


def _is_known(endpoint: str, services: set[str], moves: tuple[Move, ...]) -> bool:
    """Say whether an address stays inside the cluster, or is where something moves to."""
    targets = {move.target for move in moves}
    return is_inside(endpoint, services) or any(
        endpoint in target or target in endpoint for target in targets
    )


def _kept(name: str, endpoint: str) -> Finding:
    return Finding(
        RULE,
        "warning",
        name,
        f"names {endpoint}, which no entry of the definition moves",
        "make sure that it is reachable from the target, or declare it in databases or buckets",
    )


def _rewritten(name: str, owners: str) -> Finding:
    return Finding(
        RULE,
        "info",
        name,
        f"names the source address of {owners}; it is rewritten",
        "nothing to do",
        handled_by=HANDLED_BY,
    )
