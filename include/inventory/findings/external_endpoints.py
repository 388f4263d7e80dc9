"""Addresses outside the cluster in ConfigMaps and environment variables."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.endpoints import find_endpoints, is_inside
from include.inventory.model import Finding, label
from include.inventory.moved_addresses import Move, moves_of, rewrite
from include.inventory.owners import own_objects
from include.inventory.pod_specs import containers
from include.inventory.store import Inventory

RULE = "external_endpoint"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each outside address: rewritten when it belongs to an entry of the definition, else kept."""
    moves = moves_of(definition)
    services = {service["metadata"]["name"] for service in inventory.objects("Service")}
    for name, text in _texts(inventory):
        yield from _findings(name, text, moves, services)
    for secret in inventory.objects("Secret"):
        for key, value in sorted((secret.get("data") or {}).items()):
            if value.get("addresses"):
                yield _rewritten(f"{label(secret)} key {key}", ", ".join(value["addresses"]))


def _texts(inventory: Inventory) -> Iterator[tuple[str, str]]:
    for obj in own_objects(inventory):
        if obj["kind"] == "ConfigMap":
            if obj["metadata"]["name"] != "kube-root-ca.crt":
                for key, value in sorted((obj.get("data") or {}).items()):
                    yield f"{label(obj)} key {key}", value
            continue
        for container in containers(obj):
            place = f"{label(obj)} container {container['name']}"
            for variable in container.get("env") or []:
                yield f"{place} env {variable['name']}", variable.get("value") or ""
            for argument in (container.get("command") or []) + (container.get("args") or []):
                yield f"{place} arguments", argument


def _findings(name: str, text: str, moves: tuple[Move, ...], services: set[str]) -> Iterator[Finding]:
    rewritten, owners = rewrite(text, moves)
    if owners:
        yield _rewritten(name, ", ".join(owners))
    targets = {move.target for move in moves}
    for endpoint in find_endpoints(rewritten):
        if is_inside(endpoint, services) or any(
            endpoint in target or target in endpoint for target in targets
        ):
            continue
        yield Finding(
            RULE,
            "warning",
            name,
            f"names {endpoint}, which no entry of the definition moves",
            "make sure that it is reachable from the target, or declare it in databases or buckets",
        )


def _rewritten(name: str, owners: str) -> Finding:
    return Finding(
        RULE, "info", name, f"names the source address of {owners}; it is rewritten", "nothing to do"
    )
