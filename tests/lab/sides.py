"""What stands on both sides of the lab, so that a test can show that nothing was changed."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from pathlib import Path
from typing import Any

import dns.resolver
import httpx

from include.clusters import Cluster
from include.connections import ClusterAccess, DocumentConnections, Side
from include.definition import Definition
from include.planning.database_client import one_value
from include.planning.storage_client import open_storage
from lab import paths
from lab.connections import read_documents
from lab.estate.part import Estate

KUBECONFIGS: dict[Side, Path] = {"source": paths.SOURCE_KUBECONFIG, "target": paths.TARGET_KUBECONFIG}
# These change by themselves, all the time.
RESTLESS = frozenset({
    "endpoints",
    "endpointslices.discovery.k8s.io",
    "events",
    "events.events.k8s.io",
    "jobs.batch",
    "leases.coordination.k8s.io",
    "nodes",
    "nodes.metrics.k8s.io",
    "pods",
    "pods.metrics.k8s.io",
    # What is used of them.
    "resourcequotas",
})
SETTLE_SECONDS = 90.0
LEAVING = " is being removed"
DATABASES = {
    "postgresql": "select string_agg(datname, ',' order by datname) from pg_database",
    "mariadb": "select group_concat(schema_name order by schema_name) from information_schema.schemata",
}


def lab_documents() -> dict[str, dict[str, Any]]:
    """The lab's Airflow connections by id, ready to be spoilt."""
    return read_documents()


def both_sides(definition: Definition) -> dict[str, Any]:
    """Everything a migration could change: objects, databases, buckets, repositories, the front door's record."""
    connections = DocumentConnections(lab_documents())
    found: dict[str, Any] = {
        "front door": dns.resolver.resolve(definition.front_door.name, "A")[0].to_text(),
        "images": _repositories(connections, definition),
    }
    for side, kubeconfig in KUBECONFIGS.items():
        # there is no target before one is ordered
        if kubeconfig.exists():
            found[f"{side} objects"] = _objects(Cluster(ClusterAccess(side, kubeconfig.read_text())))
    for database in definition.databases:
        access = connections.database(database.target, database.engine)
        is_there = answers(access.host, access.port)
        found[database.name] = one_value(access, DATABASES[database.engine]) if is_there else "no server"
    for connection in ("obs", "source_s3"):
        client = open_storage(connections.object_storage(connection))
        found[connection] = sorted(row["Name"] for row in client.list_buckets()["Buckets"])
    return found


def settled_sides(definition: Definition) -> dict[str, Any]:
    """Everything a migration could change, once nothing goes away any more, and two looks see the same.

    What another test has removed, a namespace for example, takes a while to go.
    """
    ends = time.monotonic() + SETTLE_SECONDS
    last = both_sides(definition)
    while True:
        time.sleep(2)
        now = both_sides(definition)
        restless = [*differences(last, now), *leaving(now)]
        if not restless:
            return now
        assert time.monotonic() < ends, restless
        last = now


def leaving(sides: dict[str, Any]) -> list[str]:
    """Return the objects that are being removed."""
    objects = [found for found in sides.values() if isinstance(found, dict)]
    return [name for found in objects for name, print_ in found.items() if print_.endswith(LEAVING)]


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what one look at both sides has and the other has not, or otherwise."""
    found: list[str] = []
    for place in sorted(before.keys() | after.keys()):
        one, other = before.get(place), after.get(place)
        if isinstance(one, dict) and isinstance(other, dict):
            names = sorted(one.keys() | other.keys())
            found += [f"{place}: {name}" for name in names if one.get(name) != other.get(name)]
        elif one != other:
            found.append(f"{place}: {one} != {other}")
    return found


def source_serves() -> bool:
    """Say whether the source's workloads run and customers get there."""
    try:
        return Estate().is_ready()
    except RuntimeError:
        # which tells the workloads that still wait for pods
        return False


def answers(host: str, port: int) -> bool:
    """Say whether a server is there: the target's are not before they are ordered."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def _objects(cluster: Cluster) -> dict[str, str]:
    kinds = [
        row for row in cluster.discover(refresh=True) if row.name not in RESTLESS and "list" in row.verbs
    ]
    return {
        f"{kind.name} {obj['metadata'].get('namespace', '')}/{obj['metadata']['name']}": _print(obj)
        for kind in kinds
        for obj in cluster.list(kind.path(None))
    }


def _print(obj: dict[str, Any]) -> str:
    kept = {name: value for name, value in obj.items() if name not in {"status", "metadata"}}
    marks = {name: obj["metadata"].get(name) for name in ("labels", "annotations", "uid")}
    digest = hashlib.sha256(json.dumps([kept, marks], sort_keys=True).encode()).hexdigest()
    return digest + (LEAVING if "deletionTimestamp" in obj["metadata"] else "")


def _repositories(connections: DocumentConnections, definition: Definition) -> list[str]:
    access = connections.registry(definition.images.target.connection)
    answer = httpx.get(f"{access.url}/v2/_catalog?n=1000", auth=(access.user, access.password))
    answer.raise_for_status()
    return sorted(answer.json()["repositories"])
