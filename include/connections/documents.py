"""Read access details from Airflow's JSON form of a connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import yaml

from include.cloud.access import CloudAccess
from include.cloud.clusters import cluster_login
from include.cloud.documents import CONNECTION_TYPE, read_cloud_access
from include.cloud.instances import instance_address
from include.cloud.registry_login import registry_login
from include.connections.access import (
    ClusterAccess,
    DatabaseAccess,
    DatabaseEngine,
    DnsAccess,
    HookAccess,
    ObjectStorageAccess,
    RegistryAccess,
    Side,
    WebhookAccess,
)
from include.errors import ConnectionDetailsError
from include.ledger.secrets_guard import SHORTEST_FOUND_INSIDE, register_secret

if TYPE_CHECKING:
    from include.definition import Database, TargetCluster

# Where Airflow's Kubernetes connections keep the kubeconfig, now and formerly.
KUBECONFIG_FIELDS = ("kube_config", "extra__kubernetes__kube_config")
DEFAULT_PORTS: dict[DatabaseEngine, int] = {"postgresql": 5432, "mariadb": 3306}
CONNECTION_TYPES: dict[DatabaseEngine, frozenset[str]] = {
    "postgresql": frozenset({"postgres", "postgresql"}),
    "mariadb": frozenset({"mysql", "mariadb"}),
}


class DocumentConnections:
    """Serve connections from a mapping of id -> Airflow connection document.

    A document has the keys of Airflow's JSON form: conn_type, host, port, login, password, schema, extra.
    """

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents

    def document(self, connection_id: str) -> Mapping[str, Any]:
        """Return the raw document of a connection."""
        if connection_id not in self._documents:
            raise ConnectionDetailsError(
                f"connection {connection_id} is not defined; "
                f"add it in Airflow or set AIRFLOW_CONN_{connection_id.upper()}",
                connection_id=connection_id,
            )
        return self._documents[connection_id]

    def cluster(self, connection_id: str, name: Side) -> ClusterAccess:
        """Return access to a cluster: extra.kube_config holds the kubeconfig's YAML text (or its mapping)."""
        extra = self._extra(connection_id)
        kubeconfig = next((extra[field] for field in KUBECONFIG_FIELDS if extra.get(field)), None)
        if isinstance(kubeconfig, Mapping):
            kubeconfig = yaml.safe_dump(dict(kubeconfig))
        if not isinstance(kubeconfig, str) or not kubeconfig.strip():
            raise _malformed(
                connection_id, "extra.kube_config is empty", "paste the kubeconfig's YAML text there"
            )
        return ClusterAccess(name=name, kubeconfig=kubeconfig)

    def registry(self, connection_id: str) -> RegistryAccess:
        """Return access to an image registry: host, login, password, extra.scheme (https unless told).

        The connection of a cloud's project serves as well: the login is derived from its access key.
        """
        if self.is_cloud(connection_id):
            return registry_login(self.cloud(connection_id))
        host, scheme = self._field(connection_id, "host"), self._extra(connection_id).get("scheme")
        if "://" in host:
            prefix, _, host = host.partition("://")
            scheme = scheme or prefix
        port = self.document(connection_id).get("port")
        host = host.rstrip("/")
        return RegistryAccess(
            host=f"{host}:{port}" if port and ":" not in host else host,
            user=self._field(connection_id, "login"),
            password=self._field(connection_id, "password"),
            scheme=_choice(connection_id, "extra.scheme", scheme or "https", ("http", "https")),
        )

    def object_storage(self, connection_id: str) -> ObjectStorageAccess:
        """Return access to an S3-compatible service: login, password, extra.endpoint_url, extra.region_name."""
        extra = self._extra(connection_id)
        endpoint = extra.get("endpoint_url")
        if not isinstance(endpoint, str) or not endpoint.startswith(("http://", "https://")):
            raise _malformed(
                connection_id, "extra.endpoint_url is missing", "set it to http(s)://host of the service"
            )
        style = ((extra.get("config_kwargs") or {}).get("s3") or {}).get("addressing_style", "virtual")
        chosen = _choice(connection_id, "extra.config_kwargs.s3.addressing_style", style, ("virtual", "path"))
        return ObjectStorageAccess(
            endpoint_url=endpoint.rstrip("/"),
            region=str(extra.get("region_name") or "us-east-1"),
            access_key=self._field(connection_id, "login"),
            secret_key=self._field(connection_id, "password"),
            addressing_style="path" if chosen == "path" else "virtual",
        )

    def database(self, connection_id: str, engine: DatabaseEngine) -> DatabaseAccess:
        """Return access to a database server; the connection's type must fit the engine."""
        user, password = self.database_login(connection_id, engine)
        return DatabaseAccess(
            engine=engine,
            host=self._field(connection_id, "host"),
            port=self._port(connection_id, DEFAULT_PORTS[engine]),
            user=user,
            password=password,
        )

    def target_database(self, database: Database) -> DatabaseAccess:
        """Return access to the target server of an entry; RDS is asked for the address when the connection has no host."""
        if database.rds is None or self.has_host(database.target):
            return self.database(database.target, database.engine)
        user, password = self.database_login(database.target, database.engine)
        host, port = instance_address(self.cloud(database.rds.connection), database.rds)
        return DatabaseAccess(engine=database.engine, host=host, port=port, user=user, password=password)

    def host_of(self, connection_id: str) -> str:
        """Return the host of a connection, empty when it says none."""
        return str(self.document(connection_id).get("host") or "")

    def has_host(self, connection_id: str) -> bool:
        """Say whether a connection says where its server is."""
        return bool(self.host_of(connection_id))

    def database_login(self, connection_id: str, engine: DatabaseEngine) -> tuple[str, str]:
        """Return login and password; the connection's type must fit the engine."""
        conn_type = str(self.document(connection_id).get("conn_type") or "")
        _choice(connection_id, "conn_type", conn_type, tuple(sorted(CONNECTION_TYPES[engine])))
        password = self._field(connection_id, "password")
        register_secret(password)
        return self._field(connection_id, "login"), password

    def is_cloud(self, connection_id: str) -> bool:
        """Say whether a connection is that of a cloud's project."""
        return self.document(connection_id).get("conn_type") == CONNECTION_TYPE

    def dns(self, connection_id: str) -> DnsAccess:
        """Return access to a DNS server: host, port, login = key name, password = key, extra.zone."""
        extra = self._extra(connection_id)
        zone = extra.get("zone")
        if not isinstance(zone, str) or not zone.endswith("."):
            raise _malformed(connection_id, "extra.zone is missing", "set it to the zone with its final dot")
        return DnsAccess(
            server=self._field(connection_id, "host"),
            port=self._port(connection_id, 53),
            zone=zone,
            key_name=self._field(connection_id, "login"),
            key=self._field(connection_id, "password"),
            algorithm=str(extra.get("algorithm") or "hmac-sha256"),
        )

    def is_hook(self, connection_id: str) -> bool:
        """Say whether a connection is that of a hook."""
        return self.document(connection_id).get("conn_type") == "http"

    def hook(self, connection_id: str) -> HookAccess:
        """Return access to a hook: host = its URL, password = the bearer token, extra.name_servers = address[:port] of each."""
        url = self._field(connection_id, "host")
        if not url.startswith(("http://", "https://")):
            raise _malformed(connection_id, f"host is {url!r}", "set it to the whole URL of the hook")
        servers = self._extra(connection_id).get("name_servers") or []
        if not isinstance(servers, list) or not all(isinstance(one, str) and one for one in servers):
            raise _malformed(
                connection_id, "extra.name_servers is no list of addresses", 'write ["192.0.2.53", …]'
            )
        return HookAccess(
            url=url,
            token=self._field(connection_id, "password"),
            name_servers=tuple(_server(connection_id, one) for one in servers),
        )

    def cloud(self, connection_id: str) -> CloudAccess:
        """Return access to a project of a cloud: login = AK, password = SK, the rest in extra."""
        return read_cloud_access(connection_id, self.document(connection_id))

    def cce_cluster(self, wanted: TargetCluster) -> ClusterAccess:
        """Return access to a cluster of CCE with a login for a day, which the cloud makes."""
        return cluster_login(self.cloud(wanted.connection), wanted)

    def slack(self, connection_id: str) -> WebhookAccess:
        """Return access to a webhook: host is its URL, without the part that is in password where there is one."""
        token = str(self.document(connection_id).get("password") or "").strip("/")
        url = f"{self._url(connection_id).rstrip('/')}/{token}".rstrip("/")
        end = urlsplit(url).path.rpartition("/")[2]
        # A shorter end is a word like any other, and no token.
        return WebhookAccess(url=url, secret=end if len(end) >= SHORTEST_FOUND_INSIDE else "")

    def webhook(self, connection_id: str) -> WebhookAccess:
        """Return access to a webhook: host is its URL, password the key that signs."""
        return WebhookAccess(url=self._url(connection_id), secret=self._field(connection_id, "password"))

    def password(self, connection_id: str) -> str:
        """Return the password of a connection that only holds one."""
        secret = self._field(connection_id, "password")
        register_secret(secret)
        return secret

    def _field(self, connection_id: str, name: str) -> str:
        value = self.document(connection_id).get(name)
        if not isinstance(value, str) or not value:
            raise _malformed(connection_id, f"{name} is empty", "fill it in")
        return value

    def _url(self, connection_id: str) -> str:
        """Return the host as a URL; the scheme may stand in `schema`, as Airflow's own HTTP connections have it."""
        host, port = self._field(connection_id, "host"), self.document(connection_id).get("port")
        if "://" not in host:
            host = f"{self.document(connection_id).get('schema') or 'https'}://{host}"
        if not host.startswith(("http://", "https://")):
            raise _malformed(connection_id, "host is no URL", "set it to https://… of the webhook")
        address = urlsplit(host)
        return urlunsplit(address._replace(netloc=f"{address.netloc}:{port}")) if port else host

    def _port(self, connection_id: str, default: int) -> int:
        value = self.document(connection_id).get("port") or default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise _malformed(connection_id, "port is not a number", "set it to the service's port") from None

    def _extra(self, connection_id: str) -> Mapping[str, Any]:
        extra = self.document(connection_id).get("extra") or {}
        if isinstance(extra, str):
            try:
                extra = json.loads(extra)
            except ValueError:
                raise _malformed(connection_id, "extra is not JSON", "set it to a JSON object") from None
        if not isinstance(extra, Mapping):
            raise _malformed(connection_id, "extra is not a JSON object", "set it to a JSON object")
        return extra


def _server(connection_id: str, text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or ":" in host:
        return text, 53
    if not port.isdecimal():
        raise _malformed(connection_id, f"extra.name_servers has {text!r}", "write address or address:port")
    return host, int(port)


def _choice(connection_id: str, name: str, value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise _malformed(connection_id, f"{name} is {value!r}", f"allowed: {', '.join(allowed)}")
    return str(value)


def _malformed(connection_id: str, what: str, remedy: str) -> ConnectionDetailsError:
    return ConnectionDetailsError(
        f"connection {connection_id}: {what}; {remedy}", connection_id=connection_id
    )
