"""What a migration must not leave behind, however it ended."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from include.connections import DocumentConnections
from include.cutover.pulling_pods import PULLS
from include.definition import Definition
from include.planning.database_client import one_value
from include.planning.storage_client import open_storage
from include.volumes.standby_keys import USERNAME
from lab.clusters.api import ClusterApi
from tests.builders.definitions import definition as lab_definition

from .killing import engines
from .sides import DATABASES, KUBECONFIGS, lab_documents
from .writers import MOVER_LABEL

MOVER_KINDS = (
    "/api/v1/pods",
    "/api/v1/persistentvolumeclaims",
    "/api/v1/secrets",
    "/apis/batch/v1/jobs",
    "/apis/networking.k8s.io/v1/networkpolicies",
)
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshots"
ENGINES = ("pg_dump", "pg_restore", "mariadb-dump", "mariadb")
FOLDERS = ("cce-migration-dump-*",)
KNOWN_DATABASES = {
    "postgresql": {"cce_migration", "postgres", "shop", "template0", "template1"},
    "mariadb": {"cce_migration", "information_schema", "mysql", "performance_schema", "stock", "sys"},
}


def leftovers() -> list[str]:
    """Return what is left of movers, their keys and snapshots, pulls, engines, temporary files, databases and unfinished uploads."""
    connections, definition = DocumentConnections(lab_documents()), lab_definition()
    return [
        *_movers(),
        *_snapshots(),
        *(f"process {pid} of {name}" for name in ENGINES for pid in engines(name)),
        *(f"folder {path}" for name in FOLDERS for path in Path(tempfile.gettempdir()).glob(name)),
        *_databases(connections, definition),
        *_uploads(connections, definition),
        *_pulls(),
        *_keys(connections, definition),
    ]


def _movers() -> Iterator[str]:
    for side, kubeconfig in KUBECONFIGS.items():
        with ClusterApi(kubeconfig) as api:
            for path in MOVER_KINDS:
                for item in api.items(f"{path}?labelSelector={MOVER_LABEL}"):
                    metadata = item["metadata"]
                    yield f"{path.rpartition('/')[2]} {metadata['namespace']}/{metadata['name']}, {side}"


def _snapshots() -> Iterator[str]:
    with ClusterApi(KUBECONFIGS["source"]) as api:
        for item in api.items(SNAPSHOTS):
            yield f"snapshot {item['metadata']['namespace']}/{item['metadata']['name']}"


def _databases(connections: DocumentConnections, definition: Definition) -> Iterator[str]:
    for database in definition.databases:
        access = connections.database(database.target, database.engine)
        names = set(str(one_value(access, DATABASES[database.engine])).split(","))
        for name in sorted(names - KNOWN_DATABASES[database.engine]):
            yield f"database {name} on {access.address}"


def _uploads(connections: DocumentConnections, definition: Definition) -> Iterator[str]:
    for bucket in definition.buckets:
        client = open_storage(connections.object_storage(bucket.target.connection))
        for row in client.list_multipart_uploads(Bucket=bucket.target.bucket).get("Uploads") or []:
            yield f"unfinished upload {bucket.target.bucket}/{row['Key']}"


def _pulls() -> Iterator[str]:
    with ClusterApi(KUBECONFIGS["target"]) as api:
        for pod in api.items(f"/api/v1/pods?labelSelector={PULLS}"):
            yield f"pod {pod['metadata']['namespace']}/{pod['metadata']['name']} that pulls images"


def _keys(connections: DocumentConnections, definition: Definition) -> Iterator[str]:
    volumes = definition.volumes
    client = open_storage(connections.object_storage(volumes.connection))
    folder = f"restic/{definition.name}/keys/"
    for row in client.list_objects_v2(Bucket=volumes.bucket, Prefix=folder).get("Contents") or []:
        key = json.loads(client.get_object(Bucket=volumes.bucket, Key=row["Key"])["Body"].read())
        if key["username"] == USERNAME:
            yield f"key {row['Key']} of movers that stood by"
