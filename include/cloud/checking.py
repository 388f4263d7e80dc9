"""Try a connection out before a migration depends on it."""

from __future__ import annotations

from include.cloud.access import CloudAccess
from include.cloud.cloud import Cloud


def check_access(access: CloudAccess) -> str:
    """Make one signed read and return what it proved; a person waits, so nothing is repeated.

    :raises CloudError: with the remedy, when the cloud refuses.
    :raises CloudUnavailableError: when there is no answer.
    """
    clusters = Cloud(access, attempts=1).call("cce", "list_clusters").items or []
    names = ", ".join(sorted(cluster.metadata.name for cluster in clusters)) or "none"
    return (
        f"{access.provider.title} {access.region} accepts the key; "
        f"CCE clusters of project {access.project_id}: {names}"
    )
