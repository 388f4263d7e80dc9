"""Describe the front door and the switch of the traffic."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.definition.cutover_times import Freeze, Window
from include.definition.parts import ConnectionId, DnsRecord, HttpUrl, Part, ServiceName, Text, UrlPath
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


class ElbListener(Part):
    """Name one listener of the load balancer that customers use."""

    id: Text = Field(description="id of the listener")
    service_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="port of the Service that customers of this listener reach; left out: the one of the same number",
    )


class Elb(Part):
    """Name the ELB that customers keep using: its listeners move from the source's members to the target's."""

    connection: ConnectionId = Field(description="Airflow connection of the cloud that has the load balancer")
    listeners: list[ElbListener] = Field(
        min_length=1, description="listeners to move, all of one dedicated load balancer"
    )
    members: Literal["load_balancer", "nodes"] = Field(
        default="load_balancer",
        description="what becomes the members on the target: `load_balancer` the address of the Service's own load balancer, "
        "`nodes` every ready node with the Service's node port",
    )
    subnet: Text | None = Field(
        default=None,
        description="IPv4 subnet id of the target's nodes where they are in the load balancer's own VPC; left out: members by IP",
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

    dns: Dns | None = Field(default=None, description="record to switch; one of `dns` and `elb` is needed")
    elb: Elb | None = Field(
        default=None,
        description="load balancer that stays, whose listeners are switched in the place of a record",
    )
    service: ServiceName = Field(description="LoadBalancer Service that customers reach, as namespace/name")
    probe: Probe = Field(description="client that watches the front door during the cutover")

    @property
    def title(self) -> str:
        """Return how texts call what is switched."""
        return f"DNS record {self.dns.record}" if self.dns else f"ELB {self.name}"

    @property
    def name(self) -> str:
        """Return the record, or the listeners."""
        if self.dns:
            return self.dns.record
        ids = [one.id for one in self.elb.listeners] if self.elb else []
        return f"listener{'s' if len(ids) > 1 else ''} {', '.join(ids)}"

    @property
    def ttl_seconds(self) -> int:
        """Return how long clients may hold the old answer: none does where the address stays."""
        return self.dns.ttl_seconds if self.dns else 0


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
    pull_ahead: bool = Field(
        default=True,
        description="whether the target's nodes pull the images of its workloads before the source is stopped; an image that a node "
        "does not get ends the cutover there. Each node that may run a workload gets its images: set it to false where their disks "
        "have no room for all",
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
