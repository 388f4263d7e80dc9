"""Keep off a Velero that somebody else runs in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import PermanentError
from include.labels import OWNER
from include.velero.names import NAMESPACE

if TYPE_CHECKING:
    from include.clusters import Cluster

CRD_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/backups.velero.io"
DEPLOYMENTS_PATH = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"


def foreign_velero(cluster: Cluster) -> list[str]:
    """Return one line per sign of a Velero that this program did not install."""
    problems = []
    for deployment in cluster.list(DEPLOYMENTS_PATH):
        if not _is_ours(deployment):
            problems.append(
                f"Deployment velero/{deployment['metadata']['name']}, {cluster.name} cluster: was not installed by this "
                "migration; move your own Velero to another cluster or namespace, or remove it (CCE: uninstall the add-on)"
            )
    definition = cluster.find(CRD_PATH)
    if definition is not None and not _is_ours(definition):
        problems.append(
            f"CustomResourceDefinition backups.velero.io, {cluster.name} cluster: belongs to another Velero, whose version "
            "it must fit; remove that Velero and its definitions: kubectl delete crd -l component=velero"
        )
    return problems


def refuse_foreign_velero(cluster: Cluster) -> None:
    """Raise `PermanentError` with every sign of a foreign Velero."""
    problems = foreign_velero(cluster)
    if problems:
        raise PermanentError("; ".join(problems))


def _is_ours(obj: dict[str, Any]) -> bool:
    return OWNER in (obj["metadata"].get("labels") or {})
