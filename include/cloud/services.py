"""Refuse what a cloud does not have before anything depends on it."""

from __future__ import annotations

from include.cloud.access import CloudAccess
from include.cloud.providers import PROVIDERS, Service
from include.errors import ConnectionDetailsError


def require_service(access: CloudAccess, service: Service) -> None:
    """Refuse a connection to a cloud without a service.

    :raises ConnectionDetailsError: with the clouds that have it.
    """
    if access.provider.offers(service):
        return
    others = ", ".join(one.title for one in PROVIDERS.values() if one.offers(service))
    raise ConnectionDetailsError(
        f"connection {access.connection_id}: {access.provider.title} has no {service.upper()}, only: {others}; "
        "set copy_with to own",
        connection_id=access.connection_id,
    )
