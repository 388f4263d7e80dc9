"""Say how the migration reaches its clusters, registries, object storage, databases and DNS."""

from __future__ import annotations

from include.connections.access import (
    ClusterAccess,
    Connections,
    DatabaseAccess,
    DatabaseEngine,
    DnsAccess,
    HookAccess,
    ObjectStorageAccess,
    RegistryAccess,
    Side,
    WebhookAccess,
)
from include.connections.documents import DocumentConnections
from include.connections.environment import EnvironmentConnections

__all__ = [
    "ClusterAccess",
    "Connections",
    "DatabaseAccess",
    "DatabaseEngine",
    "DnsAccess",
    "DocumentConnections",
    "EnvironmentConnections",
    "HookAccess",
    "ObjectStorageAccess",
    "RegistryAccess",
    "Side",
    "WebhookAccess",
]
