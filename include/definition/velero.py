"""Describe where Velero runs, and where it keeps its backups."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from include.definition.parts import BucketName, ConnectionId, Part, Text


class VeleroImages(Part):
    """Name the images Velero runs from, as the source cluster pulls them."""

    server: Text = Field(description="Velero server image; the target uses its copy in SWR")
    plugin: Text = Field(description="object storage plugin image; the target uses its copy in SWR")


class Toleration(Part):
    """Let pods onto nodes with a taint; the fields are Kubernetes' own."""

    key: Text | None = Field(default=None, description="key of the taint; left out: any")
    operator: Literal["Equal", "Exists"] = Field(default="Equal", description="how the value is compared")
    value: str | None = Field(default=None, description="value of the taint, for `Equal`")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        default=None, description="effect of the taint; left out: any"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.operator == "Exists" and self.value is not None:
            raise ValueError("a toleration with operator Exists takes no value; remove the value")
        if self.operator == "Equal" and self.key is None:
            raise ValueError("a toleration without key needs operator Exists; add the key, or the operator")
        return self


class VeleroServer(Part):
    """Say on which nodes of a cluster Velero's server runs, and how much memory it may take."""

    node_selector: dict[Text, str] = Field(
        default_factory=dict, description="labels of the nodes to run on; left out: any node"
    )
    tolerations: list[Toleration] = Field(
        default_factory=list, description="taints of nodes to run on all the same"
    )
    memory_mib: int | None = Field(
        default=None,
        ge=256,
        le=65536,
        description="limit of the server's memory in MiB; left out: 1024, and 128 more for every thousand objects above 5000",
    )


class Velero(Part):
    """Say where Velero keeps the backup of the cluster's objects."""

    connection: ConnectionId = Field(
        description="Airflow connection of the object storage, reachable from both"
    )
    bucket: BucketName = Field(description="bucket for the backup; it must be used by nothing else")
    images: VeleroImages = Field(description="images Velero runs from")
    source: VeleroServer = Field(
        default_factory=VeleroServer, description="Velero's server in the source cluster"
    )
    target: VeleroServer = Field(
        default_factory=VeleroServer, description="Velero's server in the target cluster"
    )
