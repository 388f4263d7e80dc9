"""Find problems between the fields of the front door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem

WAYS = ("dns", "elb")


def find_front_door_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with how the customers are switched."""
    front_door = document.get("front_door")
    if not isinstance(front_door, Mapping):
        return
    named = [name for name in WAYS if front_door.get(name) is not None]
    if len(named) != 1:
        what = "names dns and elb" if named else "lacks what is switched"
        yield Problem(("front_door",), f"{what}; give exactly one of dns and elb")
    elb = front_door.get("elb")
    if isinstance(elb, Mapping):
        yield from _repeated_listeners(elb)
        yield from _subnet_without_nodes(elb)


def _repeated_listeners(elb: Mapping[str, Any]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    listeners = elb.get("listeners")
    for index, row in enumerate(listeners if isinstance(listeners, list) else []):
        known = row.get("id") if isinstance(row, Mapping) else None
        if not isinstance(known, str):
            continue
        if known in first:
            text = f"{known!r} is that of listeners[{first[known]}], too; remove one"
            yield Problem(("front_door", "elb", "listeners", index, "id"), text)
        first.setdefault(known, index)


def _subnet_without_nodes(elb: Mapping[str, Any]) -> Iterator[Problem]:
    """A member with a subnet is a server of the VPC, which the address of another load balancer is not."""
    if elb.get("subnet") is not None and elb.get("members", "load_balancer") != "nodes":
        text = "stands with members: nodes only; a load balancer becomes a member by its IP alone"
        yield Problem(("front_door", "elb", "subnet"), text)
