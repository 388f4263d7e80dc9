"""What CCE needs behind it: a cluster that can be made, given nodes, asked, and removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Taint = dict[str, str]
# what the cloud remembers of CCE, by kind
CLUSTERS, NODE_POOLS = "clusters", "node-pools"


@dataclass(frozen=True)
class NodeWish:
    """What is asked for in a node."""

    flavor: str
    zone: str
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()


class ClusterBackend(Protocol):
    """The cluster behind CCE. What `order` and `order_nodes` note down, `start` brings up, also after a restart."""

    @property
    def server(self) -> str:
        """Return the address of its API server."""

    def document(self) -> dict[str, Any]:
        """Return its administrator's kubeconfig."""

    def is_available(self) -> bool:
        """Say whether its API server is ready."""

    def version(self) -> str:
        """Return the version of Kubernetes that clusters have, as CCE writes it."""

    def nodes(self) -> list[dict[str, Any]]:
        """Return the nodes as Kubernetes has them."""

    def deployments(self) -> list[dict[str, Any]]:
        """Return the deployments that make the cluster work."""

    def may_use(self, pods: str, services: str) -> bool:
        """Say whether a cluster can have these ranges of addresses."""

    def order(self, pods: str, services: str) -> None:
        """Note down that a cluster is wanted."""

    def has_flavor(self, name: str) -> bool:
        """Say whether nodes of a flavor are offered."""

    def free_nodes(self) -> int:
        """Return how many nodes more there can be."""

    def order_nodes(self, wishes: list[NodeWish]) -> list[str]:
        """Note down that nodes are wanted; return their names."""

    def start(self) -> None:
        """Bring up what was ordered, and return when it is ready."""

    def remove_nodes(self, names: list[str]) -> None:
        """End nodes for good."""

    def remove(self) -> None:
        """End the cluster for good, with all that is in it."""
