"""Plan the row of the SWR organization, when the images' connection is that of a cloud's project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cloud import Cloud
from include.errors import PreflightError
from include.planning.model import PlanItem
from include.planning.resource_rows import resource_row
from include.provisioning.offers import Quota
from include.provisioning.organization import find_organization, organization_misfits
from include.provisioning.providing import MAKE, TAKE

if TYPE_CHECKING:
    from include.run import MigrationRun

ORGANIZATION = "organization"


def organization_rows(run: MigrationRun) -> list[PlanItem]:
    """Return the organization's row; none when the registry is reached by a login of its own, and may be any.

    :raises PreflightError: when images could not be pushed into it, or it cannot be made.
    """
    target = run.definition.images.target
    if not run.connections.is_cloud(target.connection):
        return []
    cloud = Cloud(run.connections.cloud(target.connection))
    found = find_organization(cloud, target.organization)
    problems = organization_misfits(found) if found else list(organization_quota(cloud).problems(1))
    if problems:
        place = f"SWR organization {target.organization} ({cloud.access.place})"
        raise PreflightError([f"{place}: {one}" for one in problems])
    return [
        resource_row(
            f"{ORGANIZATION}/{target.organization}",
            "organization for the images",
            f"SWR organization {target.organization}: is {'there' if found else 'made'}",
            {
                "resource": ORGANIZATION,
                "provide": TAKE if found else MAKE,
                "connection": target.connection,
                "name": target.organization,
            },
        )
    ]


def organization_quota(cloud: Cloud) -> Quota:
    """Return how many organizations the project may have."""
    answer = cloud.call("swr", "list_quotas")
    row = next((one for one in answer.quotas or [] if one.quota_key == "namespace"), None)
    return (
        Quota("SWR organizations", row.quota_limit, row.used) if row else Quota("SWR organizations", None, 0)
    )
