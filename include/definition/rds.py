"""Describe an RDS instance: taken when there is one of its name, made otherwise."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from include.definition.parts import ConnectionId, Part, Text

INSTANCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{3,63}")
SMALLEST_DISK_GIB, LARGEST_DISK_GIB, DISK_STEP_GIB = 40, 4000, 10


def _instance_name(name: str) -> str:
    if not INSTANCE_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a name RDS takes; allowed: 4 to 64 of letters, digits, '-' and '_', first a letter"
        )
    return name


def _disk(size: int) -> int:
    if size % DISK_STEP_GIB:
        raise ValueError(f"{size} is no size RDS makes; allowed: multiples of {DISK_STEP_GIB}")
    return size


class NewInstance(Part):
    """Say how the instance is made when there is none of its name; what is left out is sized from the source."""

    version: Text | None = Field(
        default=None,
        description='engine version, e.g. "15" or "10.11"; left out: the lowest offered that is not below the source\'s',
    )
    flavor: Text | None = Field(
        default=None,
        description="flavor, e.g. rds.pg.n1.large.2; left out: the smallest offered for the source's size and connections",
    )
    disk_gib: Annotated[int, AfterValidator(_disk)] | None = Field(
        default=None,
        ge=SMALLEST_DISK_GIB,
        le=LARGEST_DISK_GIB,
        description="disk in GiB, a multiple of 10; left out: half as much again as the source's data",
    )
    disk_type: Literal["CLOUDSSD", "ESSD", "ULTRAHIGH", "HIGH", "COMMON"] = Field(
        default="CLOUDSSD", description="type of the disk"
    )
    vpc: Text = Field(description="id of the VPC that the instance lies in: the cluster's")
    subnet: Text = Field(description="id of the subnet that it takes its address from (its network id)")
    security_group: Text = Field(
        description="id of its security group, which lets in the cluster's nodes and pods, and the Airflow workers"
    )
    zones: list[Text] | None = Field(
        default=None,
        min_length=1,
        max_length=2,
        description="availability zone, with a standby two: its own and the standby's; left out: those that offer the flavor",
    )
    high_availability: bool = Field(
        default=False, description="whether there is a standby, which takes over when the instance fails"
    )
    longest_minutes: float = Field(
        default=45, gt=0, description="minutes that the instance may take to become ready"
    )


class RdsInstance(Part):
    """Name an RDS instance. Its login `root` is that of the connection `target`; two databases may share one."""

    connection: ConnectionId = Field(
        description="id of the Airflow connection of type cce, of the cloud's project"
    )
    instance: Annotated[str, AfterValidator(_instance_name)] = Field(
        description="name of the instance: taken when there is one, made otherwise"
    )
    create: NewInstance | None = Field(
        default=None,
        description="how it is made; without it the instance must exist. Of entries that share an instance one says it",
    )
