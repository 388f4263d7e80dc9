"""Wait for a thing that was ordered, with a line at least every ten seconds."""

from __future__ import annotations

import logging
import time

from include.errors import NeverReadyError, ResourceFailedError
from include.progress import readable_seconds
from include.provisioning.resource import Found, Resource

logger = logging.getLogger(__name__)
POLL_SECONDS = 4.0
# With the time between two looks it makes a line at least every ten seconds.
SECONDS_BETWEEN_LINES = 5.0


def await_ready(resource: Resource, found: Found | None) -> Found:
    """Return the thing once it is ready.

    :param found: what was seen of it already; None right after the order.
    :raises ProvisioningError: of the class that says why it will not be ready.
    """
    started = time.monotonic()
    last_line = started - SECONDS_BETWEEN_LINES
    while True:
        if found is not None and resource.is_ready(found):
            return found
        moment = time.monotonic()
        state = found.state or "no state" if found else "not listed yet"
        if moment - started >= resource.longest_seconds:
            raise NeverReadyError(
                f"{label(resource)}: is not ready after {readable_seconds(moment - started)}, last seen: {state}; look at it in "
                f"the console, then clear this task to wait on, or delete it with {resource.removal}",
                resource=resource.key,
            )
        if moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            logger.info(
                "Waiting for %s %s: %s, %s",
                resource.kind,
                resource.name,
                state,
                readable_seconds(moment - started),
            )
        time.sleep(POLL_SECONDS)
        found = _seen_again(resource, found)


def _seen_again(resource: Resource, before: Found | None) -> Found | None:
    found = resource.find()
    if found is None and before is not None:
        raise ResourceFailedError(
            f"{label(resource)}: was {before.state or 'there'}, and is gone; look who deleted it, then clear this task to order "
            "it again",
            resource=resource.key,
        )
    return found


def label(resource: Resource) -> str:
    """Return how texts call a thing: what it is, its name and its place."""
    return f"{resource.kind} {resource.name} ({resource.place})"
