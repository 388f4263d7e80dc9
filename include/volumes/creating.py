"""Know why the pod of a mover is not made, and when waiting helps: a quota has room again once other movers end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import shorten
from include.volumes.names import COMPONENT, stands_by
from include.volumes.users import ENDED

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.volumes.manifests import Mover

NOT_CREATED = "FailedCreate"
# As the API server's admission plugin ResourceQuota says it.
EXCEEDED = "exceeded quota"

Manifest = dict[str, Any]


def creation_failures(cluster: Cluster, mover: Mover) -> list[str]:
    """Return why the Job's pod is not made: a quota, a limit, Pod Security or a webhook of the namespace."""
    events = cluster.list(
        f"/api/v1/namespaces/{mover.namespace}/events",
        fieldSelector=f"involvedObject.name={mover.name},reason={NOT_CREATED}",
    )
    messages = dict.fromkeys(str(event.get("message") or "") for event in events)
    return [f"{NOT_CREATED} ({shorten(message)})" for message in messages]


def is_quota(reason: str) -> bool:
    """Say whether a pod is not made because a quota has no room left."""
    return EXCEEDED in reason


def waits_for_others(cluster: Cluster, mover: Mover, pods: list[Manifest]) -> bool:
    """Say whether a mover without a pod has its turn when another mover of its namespace ends.

    Movers that stand by end with their own last pass, so only a last pass waits for them: before it they may hold the room for hours.
    """
    if pods or mover.stands_by or not any(map(is_quota, creation_failures(cluster, mover))):
        return False
    others = cluster.list(f"/api/v1/namespaces/{mover.namespace}/pods", labelSelector=COMPONENT)
    return any(_will_make_room(pod, mover) for pod in others)


def _will_make_room(pod: Manifest, mover: Mover) -> bool:
    name = str((pod["metadata"].get("labels") or {}).get(COMPONENT))
    is_alive = (pod.get("status") or {}).get("phase") not in ENDED
    return is_alive and (not stands_by(name) or mover.settings.get("PASS") == "final")
