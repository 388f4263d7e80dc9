"""Shape what the source uses at the moment of the inventory; what nobody told is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from include.inventory.model import Severity

Place = tuple[str, str]
Document = dict[str, Any]


@dataclass(frozen=True)
class Load:
    """Hold what a node or a pod uses: whole millicores, and memory in bytes."""

    millicores: int = 0
    memory: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(self.millicores + other.millicores, self.memory + other.memory)


@dataclass(frozen=True)
class Fill:
    """Tell how full a volume is; `files` is None when the kubelet does not count them."""

    used_bytes: int
    files: int | None = None


@dataclass(frozen=True)
class Unread:
    """Say of what the usage stays unknown although the source could tell it, and what would help."""

    severity: Severity
    object: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Usage:
    """Hold what nodes (by name), pods and claims (by namespace and name) use."""

    nodes: Mapping[str, Load] = field(default_factory=dict)
    pods: Mapping[Place, Load] = field(default_factory=dict)
    volumes: Mapping[Place, Fill] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()

    def as_document(self) -> Document:
        """Return plain JSON; pods and volumes are named `namespace/name`."""
        return {
            "nodes": {name: asdict(load) for name, load in sorted(self.nodes.items())},
            "pods": {"/".join(place): asdict(load) for place, load in sorted(self.pods.items())},
            "volumes": {"/".join(place): asdict(fill) for place, fill in sorted(self.volumes.items())},
            "unread": [asdict(one) for one in self.unread],
        }


def read_usage(document: Document) -> Usage:
    """Return what `as_document` wrote."""
    return Usage(
        nodes={name: Load(**load) for name, load in document["nodes"].items()},
        pods={_place(name): Load(**load) for name, load in document["pods"].items()},
        volumes={_place(name): Fill(**fill) for name, fill in document["volumes"].items()},
        unread=tuple(Unread(**one) for one in document["unread"]),
    )


def _place(name: str) -> Place:
    namespace, _, rest = name.partition("/")
    return namespace, rest
