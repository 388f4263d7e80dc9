"""Find what exists in the target's migrated namespaces and not in the source's: it is not brought back, and told."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from include.errors import ClusterError
from include.inventory.owners import controller_reference
from include.inventory.scope import COUNTED_ONLY, namespaced_kinds
from include.labels import OWNER, RESTORED

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.clusters.discovery import ApiResource
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

READERS = 8
# Made by the cluster itself, under names of its own.
MADE_BY_CLUSTERS = frozenset({"endpoints", "endpointslices.discovery.k8s.io", "pods"})
MADE_BY = "cce-migration/made-by"
# CCE puts them into each namespace.
OF_CCE = frozenset({"default-secret", "paas.elb"})

Manifest = dict[str, Any]


def find_left_objects(run: MigrationRun) -> list[str]:
    """Return `Kind namespace/name` of each object that people or programs have made on the target since, sorted.

    What the migration made there, and what follows from another object, is not counted.
    """
    kinds = [one for one in namespaced_kinds(run.target.discover(refresh=True)) if _counts(one)]
    wanted = [(kind, namespace) for kind in kinds for namespace in run.definition.source.namespaces]
    with ThreadPoolExecutor(READERS) as pool:
        found = pool.map(lambda one: _only_on_target(run, *one), wanted)
    return sorted(name for names in found for name in names)


def _counts(kind: ApiResource) -> bool:
    return kind.name not in COUNTED_ONLY and kind.name not in MADE_BY_CLUSTERS


def _only_on_target(run: MigrationRun, kind: ApiResource, namespace: str) -> list[str]:
    objects = [obj for obj in _list(run.target, kind, namespace) if _is_made_there(obj)]
    if not objects:
        return []
    known = {str(obj["metadata"]["name"]) for obj in _list(run.source, kind, namespace)}
    names = [str(obj["metadata"]["name"]) for obj in objects]
    return [
        f"{objects[0].get('kind') or kind.name} {namespace}/{name}" for name in names if name not in known
    ]


def _is_made_there(obj: Manifest) -> bool:
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    if metadata["name"] in OF_CCE:
        return False
    return controller_reference(obj) is None and not {OWNER, RESTORED, MADE_BY} & labels.keys()


def _list(cluster: Cluster, kind: ApiResource, namespace: str) -> list[Manifest]:
    try:
        return list(cluster.list(kind.path(namespace)))
    except ClusterError as error:
        # A kind that only the other cluster has, or that is announced and not served.
        if error.status in {404, 405}:
            return []
        raise
