"""Find a cluster of CCE by its name, and get into it with a login of its own that is kept nowhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from include.cloud.cloud import Cloud
from include.errors import (
    ConnectionDetailsError,
    PermanentError,
    TargetClusterMissingError,
    TemporaryError,
)

if TYPE_CHECKING:
    from include.cloud.access import CloudAccess
    from include.connections.access import ClusterAccess
    from include.definition import TargetCluster

logger = logging.getLogger(__name__)

AVAILABLE = "Available"
# Phases of a cluster that end by themselves.
PASSING = frozenset({
    "Creating",
    "ScalingUp",
    "ScalingDown",
    "Upgrading",
    "Resizing",
    "RollingBack",
    "Awaking",
})
# Every task gets a login of its own; none of them works longer than a day.
LOGIN_DAYS = 1
# The first that there is: with external access CCE gives a context that verifies the server where its certificate allows.
CONTEXTS = {"internal": ("internal",), "external": ("externalTLSVerify", "external")}


def find_cluster(cloud: Cloud, name: str) -> Any | None:
    """Return CCE's own document of the cluster of a name, or None."""
    clusters = cloud.call("cce", "list_clusters", detail="true").items or []
    return next((one for one in clusters if one.metadata.name == name), None)


def cluster_login(access: CloudAccess, wanted: TargetCluster) -> ClusterAccess:
    """Return access to a cluster of CCE as its administrator, for a day.

    :raises TargetClusterMissingError: when there is no cluster of this name.
    :raises TemporaryError: when its phase will pass, such as Upgrading.
    :raises PermanentError: when it is in another phase than Available.
    :raises ConnectionDetailsError: when it has no address of the kind that the definition asks for.
    """
    # Connections know of clouds, too: one of the two packages has to wait.
    from include.connections.access import ClusterAccess

    cloud = Cloud(access)
    identity = _available(cloud, wanted)
    # A second certificate costs nothing, so an answer that was lost may be asked for again.
    answer = cloud.call(
        "cce",
        "create_kubernetes_cluster_cert",
        is_idempotent=True,
        cluster_id=identity,
        body={"duration": LOGIN_DAYS},
    )
    config = _with_endpoint(answer.to_json_object(), wanted, access.place)
    return ClusterAccess(name="target", kubeconfig=yaml.safe_dump(config))


def _available(cloud: Cloud, wanted: TargetCluster) -> str:
    """Return the id of the cluster."""
    place = f"cluster {wanted.name} ({cloud.access.place})"
    found = find_cluster(cloud, wanted.name)
    if found is None:
        remedy = (
            "the phase resource_planning makes it, once the plan is approved"
            if wanted.create
            else "correct target.cluster.name, or say under target.cluster.create how it is made"
        )
        raise TargetClusterMissingError(f"{place}: does not exist; {remedy}")
    phase = found.status.phase
    if phase in PASSING:
        raise TemporaryError(f"{place}: is {phase}, not {AVAILABLE}; the task retries until it is")
    if phase != AVAILABLE:
        raise PermanentError(f"{place}: is {phase}, not {AVAILABLE}; look at it in the console of CCE")
    return str(found.metadata.uid)


def _with_endpoint(config: Mapping[str, Any], wanted: TargetCluster, place: str) -> dict[str, Any]:
    """Return the kubeconfig with nothing but the context of the endpoint that was chosen."""
    contexts = {row["name"]: row for row in config.get("contexts") or []}
    name = next((one for one in CONTEXTS[wanted.endpoint] if one in contexts), None)
    if name is None:
        raise ConnectionDetailsError(
            f"cluster {wanted.name} ({place}): has no {wanted.endpoint} address (CCE gives {', '.join(contexts) or 'none'}); "
            "bind a public address to it in the console, or set target.cluster.endpoint to the other one",
            connection_id=wanted.connection,
        )
    context = contexts[name]
    cluster = _named(config, "clusters", context["context"]["cluster"])
    if cluster["cluster"].get("insecure-skip-tls-verify"):
        logger.warning(
            "Cluster %s: nobody verifies that its external address is the cluster's own (CCE's kubeconfig says "
            "insecure-skip-tls-verify); use endpoint: internal where the workers reach it",
            wanted.name,
        )
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [context],
        "clusters": [cluster],
        "users": [_named(config, "users", context["context"]["user"])],
    }


def _named(config: Mapping[str, Any], section: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in config[section] if row["name"] == name)
    return found
