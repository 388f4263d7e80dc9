"""Name the node flavors that a cloud offers, as far as sizing has to know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.sizing.shapes import NodeShape

# CCE takes no smaller node.
SMALLEST = NodeShape(2, 4)


@dataclass(frozen=True, order=True)
class NodeFlavor:
    """Describe one flavor.

    :param zones: those where it can be ordered now.
    :param interfaces: sub-interfaces of a node; a pod of a CCE Turbo cluster takes one.
    """

    shape: NodeShape
    name: str
    architecture: str = "amd64"
    zones: tuple[str, ...] = ()
    interfaces: int = 0

    @property
    def is_large_enough(self) -> bool:
        """Say whether CCE takes it for a node, and leaves something of it to pods."""
        has = self.shape.allocatable
        return (
            self.shape.vcpus >= SMALLEST.vcpus
            and self.shape.memory_gib >= SMALLEST.memory_gib
            and has.memory > 0
            and has.pods > 0
        )


def for_turbo(offers: Sequence[NodeFlavor]) -> list[NodeFlavor]:
    """Return the flavors with a sub-interface for every pod that a node of theirs may run."""
    return [one for one in offers if one.interfaces >= one.shape.max_pods]


def flavors_by_shape(offers: Sequence[NodeFlavor], architecture: str) -> dict[NodeShape, NodeFlavor]:
    """Return one flavor a shape, of those that fit an architecture: the one in most zones, the first name among equals."""
    fitting = [one for one in offers if one.architecture == architecture and one.is_large_enough]
    found: dict[NodeShape, NodeFlavor] = {}
    for one in sorted(fitting, key=lambda one: (-len(one.zones), one.name)):
        found.setdefault(one.shape, one)
    return found
