"""Puts the cloud together: its services, each with the real thing behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import uvicorn
from starlette.applications import Starlette

from lab.cloud.application import application
from lab.cloud.backends.database_stock import StockedServer
from lab.cloud.backends.fronts import Fronts
from lab.cloud.backends.object_store import ObjectStore
from lab.cloud.backends.postgresql_replication import PostgresqlReplication
from lab.cloud.calls import Operation, Region
from lab.cloud.cce import Cce
from lab.cloud.cce_backend import ClusterBackend
from lab.cloud.cce_offers import CceOffers
from lab.cloud.dns import Dns, Server
from lab.cloud.drs import Drs
from lab.cloud.ecs import Ecs
from lab.cloud.elb import Elb
from lab.cloud.iam import Iam
from lab.cloud.oms import Oms
from lab.cloud.rds import Rds
from lab.cloud.rds_instances import Instances
from lab.cloud.swr import Registry, Swr
from lab.cloud.vpc import Vpc


class _Service(Protocol):
    def operations(self) -> list[Operation]: ...


@dataclass(frozen=True)
class Backends:
    """What is behind the services.

    `database_servers` are those that instances may have, by their names; `load_balancers` is the range of addresses, at which
    `fronts` listen, and `existing_balancers` has the name and the address of each load balancer that is there, by its id;
    `object_stores` are those that OMS reaches, by their cloud and region.
    """

    registry: Registry
    registry_login: tuple[str, str] = field(repr=False)
    name_server: Server
    database_servers: Mapping[str, StockedServer]
    load_balancers: str
    fronts: Fronts
    cluster: ClusterBackend
    existing_balancers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    object_stores: Mapping[tuple[str, str], ObjectStore] = field(default_factory=dict)


def operations(region: Region, behind: Backends) -> list[Operation]:
    """Return every operation of every service."""
    instances = Instances(region, behind.database_servers)
    services: list[_Service] = [
        Cce(region, behind.cluster),
        CceOffers(),
        Ecs(region, behind.cluster),
        Vpc(region),
        Swr(region, behind.registry, behind.registry_login),
        Rds(region, instances),
        Drs(region, instances, {"postgresql": PostgresqlReplication()}),
        Oms(region, behind.object_stores),
        Dns(region, behind.name_server),
        Elb(region, behind.load_balancers, behind.existing_balancers, behind.fronts),
        Iam(region),
    ]
    return [operation for service in services for operation in service.operations()]


def cloud(region: Region, behind: Backends) -> Starlette:
    """Return the cloud as an application."""
    return application(region, operations(region, behind))


def server(app: Starlette, host: str, port: int) -> uvicorn.Server:
    """Return a server of the cloud. Who calls is who is connected, whatever a header says."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, proxy_headers=False, server_header=False, ws="none"
    )
    return uvicorn.Server(config)
