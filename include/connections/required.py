"""Check every connection a definition names, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from include.cloud.services import require_service
from include.errors import ConnectionDetailsError, PreflightError

if TYPE_CHECKING:
    from include.cloud.providers import Service
    from include.connections.access import ClusterAccess, Connections
    from include.definition import Definition

Need = tuple[str, Callable[[], object]]


def check_connections(connections: Connections, definition: Definition) -> None:
    """Raise one `PreflightError` with every missing or malformed connection."""
    problems = [f"{place}: {problem}" for place, problem in find_connection_problems(connections, definition)]
    if problems:
        raise PreflightError(problems)


def find_connection_problems(connections: Connections, definition: Definition) -> list[tuple[str, str]]:
    """Return (path in the definition, problem) of every connection that cannot be used."""
    found: list[tuple[str, str]] = []
    for place, need in _needs(connections, definition):
        try:
            need()
        except ConnectionDetailsError as error:
            found.append((place, str(error)))
    return found


def _needs(connections: Connections, definition: Definition) -> Iterator[Need]:
    source = definition.source.cluster
    yield "source.cluster", lambda: _log_in(connections.cluster(source, "source"))
    yield _target_need(connections, definition)
    if definition.target.balancer_connection:
        yield "target.load_balancer", _later(connections.cloud, definition.target.balancer_connection)
    for host, connection_id in definition.images.sources.items():
        yield f"images.sources.{host}", _later(connections.registry, connection_id)
    yield "images.target.connection", _later(connections.registry, definition.images.target.connection)
    yield from _database_needs(connections, definition)
    for index, bucket in enumerate(definition.buckets):
        yield (
            f"buckets[{index}].source.connection",
            _later(connections.object_storage, bucket.source.connection),
        )
        yield (
            f"buckets[{index}].target.connection",
            _later(connections.object_storage, bucket.target.connection),
        )
        if bucket.oms is not None:
            yield f"buckets[{index}].oms.connection", _service(connections, bucket.oms.connection, "oms")
    yield "velero.connection", _later(connections.object_storage, definition.velero.connection)
    yield "volumes.connection", _later(connections.object_storage, definition.volumes.connection)
    yield "volumes.repository", _later(connections.password, definition.volumes.repository)
    yield from _front_door_needs(connections, definition)
    if definition.evidence.key is not None:
        yield "evidence.key", _later(connections.password, definition.evidence.key)
    receivers = {"slack": connections.slack, "webhook": connections.webhook, "email": connections.host_of}
    for index, one in enumerate(definition.notifications):
        yield f"notifications[{index}].connection", _later(receivers[one.kind], one.connection)


def _target_need(connections: Connections, definition: Definition) -> Need:
    """Return what the target cluster needs: one that CCE is asked for may not be there yet."""
    target = definition.target.cluster
    if isinstance(target, str):
        return "target.cluster", lambda: _log_in(connections.cluster(target, "target"))
    return "target.cluster.connection", _later(connections.cloud, target.connection)


def _front_door_needs(connections: Connections, definition: Definition) -> Iterator[Need]:
    from include.zones import open_zone

    dns, elb = definition.front_door.dns, definition.front_door.elb
    if dns is not None:
        yield "front_door.dns.connection", lambda: open_zone(connections, dns.connection, dns.record)
    if elb is not None:
        yield "front_door.elb.connection", _later(connections.cloud, elb.connection)


def _log_in(access: ClusterAccess) -> None:
    """Read the kubeconfig as the first request would."""
    from include.clusters.kubeconfig import read_login, tls_context

    tls_context(access, read_login(access))


def _database_needs(connections: Connections, definition: Definition) -> Iterator[Need]:
    for index, database in enumerate(definition.databases):
        place = f"databases[{index}]"
        yield f"{place}.source", _later(connections.database, database.source, database.engine)
        if database.rds is None:
            yield f"{place}.target", _later(connections.database, database.target, database.engine)
        else:
            yield f"{place}.target", _later(connections.database_login, database.target, database.engine)
            yield f"{place}.rds.connection", _later(connections.cloud, database.rds.connection)
        if database.drs is not None and database.rds is not None:
            yield f"{place}.drs", _service(connections, database.rds.connection, "drs")


def _service(connections: Connections, connection_id: str, service: Service) -> Callable[[], object]:
    return lambda: require_service(connections.cloud(connection_id), service)


def _later(call: Callable[..., object], *arguments: str) -> Callable[[], object]:
    return lambda: call(*arguments)
