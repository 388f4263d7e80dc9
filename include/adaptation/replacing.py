"""Know what a former run has made on the target and nobody can change into what it has to be now: it is made anew.

The template of a Job, the claims of a StatefulSet, selectors, roles of bindings and closed ConfigMaps are settled once and for all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from include.clusters.cluster import Propagation
from include.errors import ObjectInvalidError
from include.labels import RESTORED

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

WORKERS = 8
GONE_SECONDS = 60.0
# Kind -> what becomes of what it controls. Pods of a StatefulSet are taken over by the next one, and its claims stay whatever it says
# of them. Services are not among them: whoever has their address would lose it.
REPLACED: dict[str, Propagation] = {
    "ClusterRoleBinding": "Background",
    "ConfigMap": "Background",
    "DaemonSet": "Background",
    "Deployment": "Background",
    "EndpointSlice": "Background",
    "Job": "Background",
    "PriorityClass": "Background",
    "RoleBinding": "Background",
    "StatefulSet": "Orphan",
}

Manifest = dict[str, Any]


def may_be_replaced(live: Manifest | None) -> bool:
    """Say whether an object of the target may be removed and made anew: a restore has made it, and nothing is lost with it."""
    labels = ((live or {}).get("metadata") or {}).get("labels") or {}
    return live is not None and RESTORED in labels and live["kind"] in REPLACED


def remove_unchangeable(target: Cluster, wanted: Iterable[Manifest]) -> int:
    """Remove what cannot become what is wanted; return how much that was. Not for a target that serves customers.

    :raises WaitTimeoutError: when something does not go.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(lambda obj: _remove(target, obj), wanted))


def _remove(target: Cluster, wanted: Manifest) -> bool:
    path = target.path_of(wanted)
    live = target.find(path)
    if not may_be_replaced(live) or _can_become(target, wanted):
        return False
    target.delete(path, propagation=REPLACED[wanted["kind"]])
    target.wait_for(path, lambda seen: seen is None, GONE_SECONDS, f"{path} is gone")
    logger.info("%s, target cluster: cannot be changed into what it has to be; it is made anew", path)
    return True


def _can_become(target: Cluster, wanted: Manifest) -> bool:
    try:
        target.apply(wanted, dry_run=True)
    except ObjectInvalidError:
        return False
    return True
