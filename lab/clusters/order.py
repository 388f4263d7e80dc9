"""What was ordered of the target cluster: kept in a file, from which it is started again as well."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from lab import addresses, paths

Taint = dict[str, str]


@dataclass(frozen=True)
class OrderedNode:
    """A node: the machine it is on, and what was asked for."""

    machine: str
    flavor: str
    millicores: int
    memory_mib: int
    zone: str
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()


@dataclass(frozen=True)
class Order:
    """A cluster: its ranges of addresses, and its nodes."""

    pods: str = addresses.TARGET.pods
    services: str = addresses.TARGET.services
    nodes: tuple[OrderedNode, ...] = ()

    def free_machines(self) -> list[str]:
        """Return the machines without a node."""
        taken = {node.machine for node in self.nodes}
        return [machine.name for machine in addresses.TARGET.machines if machine.name not in taken]

    def with_nodes(self, nodes: tuple[OrderedNode, ...]) -> Order:
        """Return the order with other nodes."""
        return replace(self, nodes=nodes)


def _file() -> Path:
    return paths.DATA / "target-order.json"


def load() -> Order | None:
    """Return the order, or None if nothing was ordered."""
    if not _file().exists():
        return None
    known: dict[str, Any] = json.loads(_file().read_text())
    nodes = tuple(OrderedNode(**{**node, "taints": tuple(node["taints"])}) for node in known["nodes"])
    return Order(known["pods"], known["services"], nodes)


def save(order: Order) -> None:
    """Write the order."""
    draft = _file().with_suffix(".draft")
    draft.write_text(json.dumps(asdict(order), indent=1))
    draft.replace(_file())


def forget() -> None:
    """Remove the order."""
    _file().unlink(missing_ok=True)
