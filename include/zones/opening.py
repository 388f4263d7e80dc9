"""Choose who keeps a zone by the type of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cloud.cloud import Cloud
from include.zones.cloud_zone import CloudZone
from include.zones.hook import HookedZone
from include.zones.signed_updates import UpdatedZone

if TYPE_CHECKING:
    from include.connections import Connections
    from include.zones.zone import Zone


def open_zone(connections: Connections, connection_id: str, name: str) -> Zone:
    """Return the zone of a name; nothing is asked yet.

    :raises ConnectionDetailsError: when the connection is missing or malformed.
    """
    if connections.is_cloud(connection_id):
        return CloudZone(Cloud(connections.cloud(connection_id)), name)
    if connections.is_hook(connection_id):
        return HookedZone(connections.hook(connection_id), name, connection_id)
    return UpdatedZone(connections.dns(connection_id), name, connection_id)
