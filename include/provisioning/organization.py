"""Be an SWR organization: found by its name, ordered, and ready at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from include.cloud import Cloud
from include.errors import CloudConflictError, CloudForbiddenError, CloudObjectNotFoundError
from include.provisioning.planned import PlannedResource
from include.provisioning.resource import Found

READY = "there"
# SWR's rights of a user in an organization: 7 manage, 3 edit, 1 read.
MAY_PUSH = frozenset({3, 7})
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class OrganizationResource(PlannedResource):
    """Provide the organization that the images go into. SWR keeps no tags of organizations."""

    kind: ClassVar[str] = "SWR organization"
    removal: ClassVar[str] = "the console of SWR (its repositories first)"

    @property
    def longest_seconds(self) -> float:
        """Return how long it may take: SWR makes it at once."""
        return LONGEST_SECONDS

    def find(self) -> Found | None:
        """Return the organization of this name, or None."""
        return find_organization(self.cloud, self.name)

    def misfits(self, found: Found) -> list[str]:
        """Return why images cannot be pushed into it."""
        return organization_misfits(found)

    def order(self) -> str:
        """Make it; SWR gives no id, the name is one."""
        try:
            # A second one is refused, and then found.
            self.cloud.call("swr", "create_namespace", is_idempotent=True, body={"namespace": self.name})
        except CloudConflictError as error:
            if self.find() is not None:
                raise
            raise CloudConflictError(
                f"{self.kind} {self.name} ({self.place}): another account has an organization of this name, which is one name "
                "space in a region; choose another images.target.organization",
                service=error.service,
                operation=error.operation,
                status=error.status,
            ) from error
        return self.name

    def is_ready(self, found: Found) -> bool:
        """Say that it can be used: SWR makes it at once."""
        return found.state == READY


def find_organization(cloud: Cloud, name: str) -> Found | None:
    """Return the organization of a name among those that this project sees, or None."""
    try:
        document = cloud.call("swr", "show_namespace", namespace=name)
    except (CloudObjectNotFoundError, CloudForbiddenError):
        # Of another account's organization SWR says the one or the other; making it tells which.
        return None
    return Found(name, READY, None, document)


def organization_misfits(found: Found) -> list[str]:
    """Return why images cannot be pushed into an organization."""
    if found.facts.auth in MAY_PUSH:
        return []
    return [
        "can be read only by the connection's user; give it the right Edit in the organization, in SWR itself"
    ]
