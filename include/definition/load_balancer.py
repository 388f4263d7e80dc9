"""Describe the load balancer of the target cloud that Services are bound to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from include.definition.parts import ConnectionId, Part, ServiceName, Text

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class NewLoadBalancer(Part):
    """Say how the ELB is made when there is none of its name."""

    vpc: Text = Field(description="id of the VPC that it lies in: the cluster's")
    subnet: Text = Field(
        description="IPv4 subnet id (not the network id) that its private address is taken from"
    )
    zones: list[Text] = Field(
        min_length=1, description="availability zones that it is spread over, e.g. eu-de-01"
    )
    public: bool = Field(default=False, description="whether it gets a public address")
    bandwidth_mbit: int = Field(
        default=10, ge=1, le=2000, description="bandwidth of the public address in Mbit/s, billed by traffic"
    )


class LoadBalancer(Part):
    """Name the ELB that LoadBalancer Services are bound to: one that exists by its id, or one by its name."""

    elb_class: Literal["union", "performance"] = Field(
        alias="class", description="`union` is the shared ELB, `performance` the dedicated one"
    )
    id: Text | None = Field(
        default=None, description="id of an existing ELB; it becomes the annotation kubernetes.io/elb.id"
    )
    name: Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=255)] | None = Field(
        default=None,
        description="instead of id: name of the ELB, which is taken when there is one, made otherwise",
    )
    connection: ConnectionId | None = Field(
        default=None,
        description="with name: id of the Airflow connection of type cce; left out: that of target.cluster",
    )
    create: NewLoadBalancer | None = Field(
        default=None, description="with name: how it is made; without it the ELB must exist"
    )
    internal_id: Text | None = Field(
        default=None,
        description="id of an existing ELB without public address, of the same class: for Services that ask for an internal one",
    )
    certificates: dict[Text, Text] = Field(
        default_factory=dict,
        description="certificate of the source's cloud, as its annotation names it (e.g. an ARN) -> id of the certificate at ELB",
    )
    address_groups: dict[ServiceName, Text] = Field(
        default_factory=dict,
        description="Service that only some addresses may reach, as namespace/name -> id of the IP address group at ELB",
    )

    @property
    def label(self) -> str:
        """Return the id or the name, whichever the definition gives."""
        return str(self.id or self.name)
