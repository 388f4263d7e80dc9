"""Hold access details as frozen values whose text never shows a secret.

Making one of these registers its secrets with the ledger's guard, so that no document can carry them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

import yaml

from include.ledger.secrets_guard import register_secret

if TYPE_CHECKING:
    from include.cloud.access import CloudAccess
    from include.definition import Database, TargetCluster

Side = Literal["source", "target"]
DatabaseEngine = Literal["postgresql", "mariadb"]
SECRET_KUBECONFIG_FIELDS = frozenset({"token", "password", "client-key-data", "id-token", "refresh-token"})


@dataclass(frozen=True)
class ClusterAccess:
    """Reach one cluster: `kubeconfig` is the YAML text of a kubeconfig."""

    name: Side
    kubeconfig: str = field(repr=False)

    def __post_init__(self) -> None:
        for secret in _kubeconfig_secrets(self.kubeconfig):
            register_secret(secret)


@dataclass(frozen=True)
class RegistryAccess:
    """Reach one image registry: `host` is `name[:port]`, `scheme` http or https."""

    host: str
    user: str
    password: str = field(repr=False)
    scheme: str = "https"

    def __post_init__(self) -> None:
        register_secret(self.password)

    @property
    def url(self) -> str:
        """Return the base address, without credentials."""
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True)
class ObjectStorageAccess:
    """Reach one S3-compatible service."""

    endpoint_url: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    addressing_style: Literal["virtual", "path"] = "virtual"

    def __post_init__(self) -> None:
        register_secret(self.secret_key)


@dataclass(frozen=True)
class DatabaseAccess:
    """Reach one database server as an administrator."""

    engine: DatabaseEngine
    host: str
    port: int
    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        register_secret(self.password)

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class DnsAccess:
    """Send signed updates for one zone: `key` is the TSIG key, base64."""

    server: str
    port: int
    zone: str
    key_name: str
    key: str = field(repr=False)
    algorithm: str = "hmac-sha256"

    def __post_init__(self) -> None:
        register_secret(self.key)


@dataclass(frozen=True)
class HookAccess:
    """Call a hook of the user's own: `token` is its bearer token, `name_servers` (address, port) tell what it has done."""

    url: str
    token: str = field(repr=False)
    name_servers: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        register_secret(self.token)


@dataclass(frozen=True)
class WebhookAccess:
    """Reach one webhook. `secret` signs what is sent; of Slack's it is the end of the URL, which lets everybody in."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        register_secret(self.secret)

    @property
    def host(self) -> str:
        """Return the host, for texts."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


class Connections(Protocol):
    """Turn connection ids of the definition into access details.

    Every method raises `ConnectionDetailsError` when the connection is missing or malformed.
    """

    def cluster(self, connection_id: str, name: Side) -> ClusterAccess:
        """Return access to a cluster, to be called source or target in every text."""

    def registry(self, connection_id: str) -> RegistryAccess:
        """Return access to an image registry; that of a cloud's project by the project's own connection."""

    def object_storage(self, connection_id: str) -> ObjectStorageAccess:
        """Return access to an S3-compatible service."""

    def database(self, connection_id: str, engine: DatabaseEngine) -> DatabaseAccess:
        """Return access to a database server of this engine."""

    def target_database(self, database: Database) -> DatabaseAccess:
        """Return access to the target server of an entry; RDS is asked for the address when the connection has no host."""

    def host_of(self, connection_id: str) -> str:
        """Return the host of a connection, empty when it says none."""

    def has_host(self, connection_id: str) -> bool:
        """Say whether a connection says where its server is."""

    def database_login(self, connection_id: str, engine: DatabaseEngine) -> tuple[str, str]:
        """Return login and password of a database server's connection, whose server may not be there yet."""

    def is_cloud(self, connection_id: str) -> bool:
        """Say whether a connection is that of a cloud's project."""

    def dns(self, connection_id: str) -> DnsAccess:
        """Return access to a DNS server that takes signed updates."""

    def is_hook(self, connection_id: str) -> bool:
        """Say whether a connection is that of a hook."""

    def hook(self, connection_id: str) -> HookAccess:
        """Return access to a hook of the user's own."""

    def cloud(self, connection_id: str) -> CloudAccess:
        """Return access to a project of a cloud."""

    def cce_cluster(self, wanted: TargetCluster) -> ClusterAccess:
        """Return access to a cluster of CCE, called target in every text; the cloud is asked for a new login each time."""

    def slack(self, connection_id: str) -> WebhookAccess:
        """Return access to a webhook that takes Slack's messages."""

    def webhook(self, connection_id: str) -> WebhookAccess:
        """Return access to a webhook, with the key that signs what is sent."""

    def password(self, connection_id: str) -> str:
        """Return the password alone, of a connection that only holds one."""


def _kubeconfig_secrets(text: str) -> Iterator[str]:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        return
    yield from secret_values(document)


def secret_values(node: Any) -> Iterator[str]:
    """Yield every value of a parsed kubeconfig that lets somebody in: tokens, passwords, private keys."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in SECRET_KUBECONFIG_FIELDS and isinstance(value, str):
                yield value
            else:
                yield from secret_values(value)
    elif isinstance(node, list):
        for value in node:
            yield from secret_values(value)
