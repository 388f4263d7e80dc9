"""Name what the migration installs and makes in the namespace `velero`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.connections.access import Side
from include.labels import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.definition import Definition
    from include.run import MigrationRun

NAMESPACE = "velero"
NAMESPACE_PATH = f"/api/v1/namespaces/{NAMESPACE}"
DEPLOYMENT_PATH = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/velero"
API_VERSION = "velero.io/v1"
API = f"/apis/{API_VERSION}/namespaces/{NAMESPACE}"
LONGEST_NAME = 63


def owned(definition: Definition) -> dict[str, str]:
    """Return the label of everything this migration installs."""
    return {OWNER: definition.name}


def location_name(definition: Definition) -> str:
    """Return the name of the migration's BackupStorageLocation: two migrations share a Velero, not a location."""
    return f"cce-{definition.name}"[:LONGEST_NAME].rstrip("-")


def credentials_name(definition: Definition) -> str:
    """Return the name of the Secret with the storage location's credentials."""
    return f"cce-credentials-{definition.name}"[:LONGEST_NAME].rstrip("-")


def cluster_of(run: MigrationRun, side: Side) -> Cluster:
    """Return the cluster of a side."""
    return run.source if side == "source" else run.target


def object_path(plural: str, name: str) -> str:
    """Return the API path of one of Velero's objects."""
    return f"{API}/{plural}/{name}"
