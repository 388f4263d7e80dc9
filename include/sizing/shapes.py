"""Know general-purpose node shapes, and what CCE leaves of them for pods.

Flavors differ by region and are asked from the cloud's API; a shape is what they have in common. The rules of the
reserve are CCE's own: "Node Resource Reservation Rules" (v2, containerd) and "Maximum Number of Pods That Can Be Created
on a Node" of its user guide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from include.sizing.model import MIB, Amounts

# 4 vCPUs and 8 GiB are the least that CCE recommends for a node.
VCPUS = (4, 8, 16, 32, 64)
GIB_PER_VCPU = (2, 4, 8)
MAX_PODS = ((4, 20), (8, 40), (16, 60), (32, 80))
MOST_PODS = 110
EVICTION_MIB = 100
# Add-ons run pods on every node: storage driver, problem detector, log collector, monitoring agent.
ADD_ON_PODS = 5


@dataclass(frozen=True, order=True)
class NodeShape:
    """Describe nodes by vCPUs and memory."""

    vcpus: int
    memory_gib: int

    @property
    def name(self) -> str:
        """Return e.g. `8U32G`, as CCE's documents write it."""
        return f"{self.vcpus}U{self.memory_gib}G"

    @property
    def text(self) -> str:
        """Return e.g. `8 vCPU, 32 GiB`."""
        return f"{self.vcpus} vCPU, {self.memory_gib} GiB"

    @property
    def max_pods(self) -> int:
        """Return how many pods CCE lets such a node run unless told otherwise."""
        return next((pods for memory, pods in MAX_PODS if self.memory_gib <= memory), MOST_PODS)

    @property
    def allocatable(self) -> Amounts:
        """Return what such a node has for pods of users."""
        hidden = 256 + 20 * self.memory_gib  # firmware and kernel: such a node shows less than its flavor has
        system, kubernetes = 400 + 25 * self.memory_gib, 500 + 5 * self.max_pods
        memory = self.memory_gib * 1024 - hidden - system - kubernetes - EVICTION_MIB
        # 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of every further one
        more = max(0, self.vcpus - 4)
        reserved = (
            60 + 10 * min(1, self.vcpus - 1) + 5 * min(2, max(0, self.vcpus - 2)) + math.ceil(2.5 * more)
        )
        return Amounts(self.vcpus * 1000 - reserved, memory * MIB, self.max_pods - ADD_ON_PODS)


SHAPES = tuple(NodeShape(vcpus, vcpus * ratio) for vcpus in VCPUS for ratio in GIB_PER_VCPU)


def shapes_for(largest: Amounts, offered: Iterable[NodeShape] | None = None) -> tuple[NodeShape, ...]:
    """Return the shapes on which the largest pod has room.

    Of `offered` shapes there may be none; else it is the smallest doubling of the largest general-purpose one.
    """
    if offered is not None:
        return tuple(shape for shape in offered if shape.allocatable.holds(largest))
    fitting = tuple(shape for shape in SHAPES if shape.allocatable.holds(largest))
    shape = SHAPES[-1]
    while not fitting:
        shape = NodeShape(shape.vcpus * 2, shape.memory_gib * 2)
        fitting = (shape,) if shape.allocatable.holds(largest) else ()
    return fitting
