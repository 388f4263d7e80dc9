"""Describe the managed engines of the cloud: DRS copies a database, OMS a bucket."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.definition.parts import ConnectionId, Part, Text

HOURS = Field(
    default=24, gt=0, description="hours that the transfer may take; then the task fails and the job is left"
)


class DrsTransfer(Part):
    """Say how DRS reaches both servers. Its jobs are those of the project that has the RDS instance."""

    subnet: Text = Field(
        description="id of the subnet that DRS takes an address from (its network id): one in the VPC of the RDS instance"
    )
    network: Literal["vpc", "vpn", "eip"] = Field(
        default="vpn",
        description="how DRS reaches the source: `vpc` in the same VPC, `vpn` by VPN or Direct Connect, `eip` over the internet",
    )
    node: Literal["micro", "small", "medium", "high", "xlarge", "2xlarge"] = Field(
        default="high", description="size of the node that copies; Open Telekom Cloud has `high` only"
    )
    source_host: Text | None = Field(
        default=None,
        description="address of the source server as DRS reaches it; left out: that of its connection",
    )
    longest_hours: float = HOURS


class OmsTransfer(Part):
    """Say where OMS finds the source bucket: it knows other clouds by their names, and no addresses."""

    connection: ConnectionId = Field(
        description="id of the Airflow connection of type cce, of the project that has the target bucket"
    )
    source_cloud: Literal[
        "AWS",
        "Aliyun",
        "Tencent",
        "HuaweiCloud",
        "QingCloud",
        "KingsoftCloud",
        "Baidu",
        "Qiniu",
        "Google",
        "UCloud",
    ] = Field(description="cloud of the source bucket, as OMS calls it")
    source_region: Text = Field(
        description="region of the source bucket, as its cloud calls it, e.g. eu-central-1"
    )
    longest_hours: float = HOURS
