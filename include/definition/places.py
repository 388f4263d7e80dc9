"""Describe the source cluster and the target cluster."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pydantic import Field

from include.definition.load_balancer import LoadBalancer
from include.definition.parts import ConnectionId, Namespace, Part, Text
from include.definition.target_cluster import ClusterPlace, TargetCluster

# A disk attaches to one node.
DISK_CLASSES = ("csi-disk", "csi-local")
SHARED_MODES = frozenset({"ReadWriteMany", "ReadOnlyMany"})


class Source(Part):
    """Name the cluster to migrate from, and what of it."""

    cluster: ConnectionId = Field(description="id of the Airflow connection that holds the kubeconfig")
    namespaces: list[Namespace] = Field(
        min_length=1, description="namespaces to migrate, with everything in them"
    )


class Target(Part):
    """Name the CCE cluster to migrate to, and what differs there."""

    cluster: ClusterPlace = Field(
        description="id of the Airflow connection that holds the kubeconfig, or a mapping: a cluster of CCE by its name"
    )
    region: Text = Field(description="region of the target cloud, e.g. eu-de")
    storage_classes: dict[Text, Text] = Field(
        default_factory=dict,
        description="StorageClass of the source -> StorageClass of the target; one not named here is a blocker",
    )
    shared_storage_class: Text | None = Field(
        default=None,
        description="StorageClass of the target for claims that several nodes mount at once (ReadWriteMany, ReadOnlyMany) and "
        "whose class becomes one of disks, e.g. one of SFS Turbo; left out: such a claim is a blocker",
    )
    smallest_volume_gib: int = Field(
        default=10,
        ge=1,
        description="smallest disk the target cloud makes, in GiB; smaller claims are raised",
    )
    load_balancer: LoadBalancer | None = Field(
        default=None, description="ELB for LoadBalancer Services; needed when the source has one"
    )
    ingress: Literal["elb", "nginx"] | None = Field(
        default=None,
        description="what serves Ingresses: `elb` all of them by target.load_balancer, `nginx` those of a cloud, of Traefik "
        "and without class by the NGINX Ingress Controller add-on; left out: those of a cloud become ELB's, others stay",
    )
    keep_node_ports: bool = Field(
        default=False,
        description="whether Services keep node ports that nobody is known to have asked for; one that is taken is refused",
    )

    def class_of(self, storage_class: str | None, access_modes: Collection[str]) -> str | None:
        """Return the StorageClass that a claim gets on the target; None when its class is not mapped."""
        mapped = self.storage_classes.get(storage_class or "")
        is_shared = mapped is not None and mapped.startswith(DISK_CLASSES) and SHARED_MODES & {*access_modes}
        return self.shared_storage_class or mapped if is_shared else mapped

    @property
    def cce_cluster(self) -> TargetCluster | None:
        """Return the cluster that CCE is asked for, or None when a connection holds its kubeconfig."""
        return self.cluster if isinstance(self.cluster, TargetCluster) else None

    @property
    def balancer_connection(self) -> str | None:
        """Return the connection of the cloud that has the load balancer, when that is given by its name."""
        if self.load_balancer is None or self.load_balancer.name is None:
            return None
        cluster = self.cce_cluster
        return self.load_balancer.connection or (cluster.connection if cluster else None)
