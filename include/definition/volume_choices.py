"""Describe what is decided of single volumes: which stay empty or behind, which are read from snapshots, which folders of nodes move."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from include.definition.parts import Name, Part, Text

CLAIM_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
WORKLOAD_NAME = re.compile(
    r"(Deployment|StatefulSet|DaemonSet|CronJob|Job) [a-z0-9](?:[a-z0-9-]*[a-z0-9])?/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
)
QUANTITY = re.compile(r"[1-9][0-9]*(Mi|Gi|Ti)")


def _claim_name(text: str) -> str:
    if not CLAIM_NAME.fullmatch(text):
        raise ValueError(f"{text!r} does not name a claim; write namespace/name, e.g. shop/cache")
    return text


def _workload_name(text: str) -> str:
    if not WORKLOAD_NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} does not name a workload; write kind namespace/name, e.g. Deployment shop/web"
        )
    return text


def _quantity(text: str) -> str:
    if not QUANTITY.fullmatch(text):
        raise ValueError(
            f"{text!r} is not a size of a claim; write a whole number with Mi, Gi or Ti, e.g. 10Gi"
        )
    return text


ClaimName = Annotated[str, AfterValidator(_claim_name)]
WorkloadName = Annotated[str, AfterValidator(_workload_name)]
Quantity = Annotated[str, AfterValidator(_quantity)]


class HostPath(Part):
    """Move a folder of a node, which pods mount by hostPath, into a claim."""

    workload: WorkloadName = Field(
        description="workload that mounts it: kind namespace/name, e.g. `Deployment shop/web`; its pods run on one node"
    )
    volume: Text = Field(description="name of the volume in the workload's pod template")
    claim: Name = Field(description="name of the claim to make on the target, in the workload's namespace")
    storage_class: Text = Field(description="class of the claim on the target, e.g. `csi-disk`")
    node: Text | None = Field(
        default=None,
        description="node of the source that has the folder; left out: where the workload's pods run, or the cluster's only node",
    )
    size: Quantity = Field(description="size of the claim, e.g. `10Gi`")

    @property
    def namespace(self) -> str:
        """Return the namespace of the workload and of the claim."""
        return self.workload.partition(" ")[2].partition("/")[0]

    @property
    def claim_name(self) -> str:
        """Return `namespace/name` of the claim."""
        return f"{self.namespace}/{self.claim}"


class Snapshots(Part):
    """Copy claims, while applications write, from snapshots that their CSI driver makes."""

    claim: ClaimName | None = Field(
        default=None, description="the claim, `namespace/name`; either this or `storage_class`"
    )
    storage_class: Text | None = Field(
        default=None, description="all claims of this class of the source, e.g. `gp3`"
    )
    snapshot_class: Text | None = Field(
        default=None,
        description="VolumeSnapshotClass to make them with; left out: the default class of the claim's CSI driver, or its only one",
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.claim is None) == (self.storage_class is None):
            raise ValueError("name either a claim or a storage_class")
        return self
