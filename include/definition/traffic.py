"""Describe the front door and the switch of the traffic."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.definition.cutover_times import Freeze, Window
from include.definition.parts import ConnectionId, DnsRecord, HttpUrl, Part, ServiceName, UrlPath
from include.definition.volume_choices import WorkloadName


class Dns(Part):
    """Name the DNS record that is switched at the cutover."""

    connection: ConnectionId = Field(
        description="Airflow connection of who keeps the zone: `generic` a DNS server, `cce` the cloud's DNS, `http` a hook"
    )
    record: DnsRecord = Field(description="fully qualified name of the A record, with its final dot")
    ttl_seconds: int = Field(
        ge=1, le=86400, description="TTL of the record in seconds; clients may stay on the source this long"
    )


class ProbeRequest(Part):
    """Name one path the client probe requests."""

    path: UrlPath = Field(description="path below the probe's URL")


class Probe(Part):
    """Describe the client that measures the downtime, the lost and the doubled writes."""

    url: HttpUrl = Field(description="address the probe requests, the one customers use")
    requests_per_second: float = Field(
        default=20, gt=0, le=1000, description="requests per second, reads and writes"
    )
    write: ProbeRequest = Field(description="path that takes a POST of {client, sequence, …} and answers 201")
    read: ProbeRequest = Field(description="path that answers 200 while the application is up")
    written: ProbeRequest = Field(
        description="path that tells which sequences of `{client}` arrived: {sequences: {number: count}}"
    )


class FrontDoor(Part):
    """Say how customers reach the application."""

    dns: Dns = Field(description="record to switch")
    service: ServiceName = Field(description="LoadBalancer Service behind the record, as namespace/name")
    probe: Probe = Field(description="client that watches the front door during the cutover")


class Cutover(Part):
    """Say when the cutover may begin, what it may start ahead, and how the target is watched after the switch."""

    windows: list[Window] = Field(
        default_factory=list, description="hours in which it may begin; none: at any time"
    )
    freezes: list[Freeze] = Field(
        default_factory=list, description="days on which it may not begin, windows or not"
    )
    start_early: list[WorkloadName] = Field(
        default_factory=list,
        description="workloads, each `kind namespace/name`, that the target starts before the source is stopped: they mount no "
        "claim, and write nothing by themselves",
    )

    fence_databases: Literal["if_possible", "required", "never"] = Field(
        default="if_possible",
        description="whether the source's databases refuse every writer but the migration from the stop of the source on: "
        "`if_possible` tells what could not be fenced and goes on, `required` ends the cutover then, `never` leaves them as they are",
    )
    redirect_source: bool = Field(
        default=False,
        description="after the switch the source's Service of the front door leads on to the target's load balancer, for customers "
        "whose DNS answer is old; the source's nodes must reach it",
    )
    watch_seconds: float = Field(default=60, gt=0, description="seconds to watch before the source is let go")
    most_failed_share: float = Field(
        default=0.05, ge=0, le=1, description="share of failed probe requests above which traffic goes back"
    )
    slowest_p95_ms: float | None = Field(
        default=None,
        gt=0,
        description="milliseconds within which 95 of 100 answered probe requests have their answer, else traffic goes back; none: "
        "however long they take",
    )
