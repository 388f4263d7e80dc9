"""Find problems between the fields of a target cluster that is to be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from include.definition.problems import Problem, YamlPath

CREATE: YamlPath = ("target", "cluster", "create")
CAPACITIES = {"small": 50, "medium": 200, "large": 1000, "xlarge": 2000}


def find_target_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what no single field of `target.cluster.create` can show."""
    create: Any = document
    for part in CREATE:
        create = create.get(part) if isinstance(create, Mapping) else None
    if isinstance(create, Mapping):
        yield from _overlapping(create)
        yield from _pod_network(create)
        yield from _too_many_nodes(create)
        yield from _repeated_zones(create)


def _overlapping(create: Mapping[str, Any]) -> Iterator[Problem]:
    containers, services = _network(create.get("containers")), _network(create.get("services"))
    if containers and services and containers.overlaps(services):
        yield Problem(
            (*CREATE, "services"), f"{services} overlaps containers, {containers}; they must lie apart"
        )


def _pod_network(create: Mapping[str, Any]) -> Iterator[Problem]:
    is_turbo = create.get("category") == "Turbo"
    if is_turbo and "containers" in create:
        text = "is not used by category Turbo, whose pods live in the VPC; write container_subnets"
        yield Problem((*CREATE, "containers"), text)
    if is_turbo and not create.get("container_subnets"):
        yield Problem(
            CREATE, "category Turbo needs container_subnets: IPv4 subnet ids that pods take addresses from"
        )
    if not is_turbo and "container_subnets" in create:
        text = "is only for category Turbo; write containers, or leave both out"
        yield Problem((*CREATE, "container_subnets"), text)


def _too_many_nodes(create: Mapping[str, Any]) -> Iterator[Problem]:
    nodes, flavor = create.get("nodes"), create.get("flavor")
    count = nodes.get("count") if isinstance(nodes, Mapping) else None
    capacity = CAPACITIES.get(str(flavor).rpartition(".")[2])
    if isinstance(count, int) and capacity is not None and count > capacity:
        text = f"{count} nodes are more than the {capacity} that flavor {flavor} manages; name a larger one"
        yield Problem((*CREATE, "nodes", "count"), text)


def _repeated_zones(create: Mapping[str, Any]) -> Iterator[Problem]:
    nodes = create.get("nodes")
    zones = nodes.get("zones") if isinstance(nodes, Mapping) else None
    if not isinstance(zones, list):
        return
    for index, zone in enumerate(zones):
        if zone in zones[:index]:
            yield Problem((*CREATE, "nodes", "zones", index), f"{zone!r} stands there already; remove it")


def _network(value: Any) -> IPv4Network | None:
    """Return a range, or None for what its own field says is none."""
    try:
        return IPv4Network(value) if isinstance(value, str) else None
    except ValueError:
        return None
