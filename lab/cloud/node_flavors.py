"""The flavors of nodes: those of the cloud that this machine can give."""

from __future__ import annotations

from dataclasses import dataclass

from lab.clusters.node import machine_size


@dataclass(frozen=True)
class NodeFlavor:
    """A flavor of ECS, under the name that the cloud has for it."""

    name: str
    vcpus: int
    memory_mib: int


_FLAVORS = (
    NodeFlavor("s3.medium.2", 1, 2048),
    NodeFlavor("s3.medium.4", 1, 4096),
    NodeFlavor("s3.large.2", 2, 4096),
    NodeFlavor("s3.large.4", 2, 8192),
    NodeFlavor("s3.xlarge.2", 4, 8192),
    NodeFlavor("s3.xlarge.4", 4, 16384),
    NodeFlavor("s3.2xlarge.2", 8, 16384),
    NodeFlavor("s3.2xlarge.4", 8, 32768),
)


def offered_flavors() -> list[NodeFlavor]:
    """Return the flavors that are not larger than this machine, smallest first."""
    millicores, memory_mib = machine_size()
    return [one for one in _FLAVORS if one.vcpus * 1000 <= millicores and one.memory_mib <= memory_mib]


def offered_flavor(name: str) -> NodeFlavor | None:
    """Return an offered flavor, or None if it is none."""
    return next((one for one in offered_flavors() if one.name == name), None)
