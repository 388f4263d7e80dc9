"""Serve Airflow connections to the domain, and mask every secret in them before it is used."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import yaml
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from include.connections import ClusterAccess, DocumentConnections, RegistryAccess, WebhookAccess
from include.connections.access import secret_values
from include.connections.documents import KUBECONFIG_FIELDS
from include.errors import ConnectionDetailsError

if TYPE_CHECKING:
    from include.definition import TargetCluster


class AirflowConnections(DocumentConnections):
    """Look connections up wherever Airflow keeps them: secrets backend, AIRFLOW_CONN_ variables, database."""

    def __init__(self) -> None:
        super().__init__({})
        self._known: dict[str, Mapping[str, Any]] = {}

    def document(self, connection_id: str) -> Mapping[str, Any]:
        """Return a connection in Airflow's JSON form.

        :raises ConnectionDetailsError: when there is none of this id.
        """
        if connection_id not in self._known:
            self._known[connection_id] = _document(connection_id)
        return self._known[connection_id]

    def registry(self, connection_id: str) -> RegistryAccess:
        """Return access to an image registry; a derived password stands in no connection, so it is masked here."""
        access = super().registry(connection_id)
        _mask(access.password)
        return access

    def slack(self, connection_id: str) -> WebhookAccess:
        """Return access to a webhook; the end of its address lets in as a password does, so it is masked here."""
        access = super().slack(connection_id)
        if access.secret:
            _mask(access.secret)
        return access

    def cce_cluster(self, wanted: TargetCluster) -> ClusterAccess:
        """Return access to a cluster of CCE; the login that the cloud made stands in no connection, so it is masked here."""
        access = super().cce_cluster(wanted)
        for secret in secret_values(yaml.safe_load(access.kubeconfig)):
            _mask(secret)
        return access


def _document(connection_id: str) -> dict[str, Any]:
    try:
        connection = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException as error:
        raise ConnectionDetailsError(
            f"connection {connection_id} is not defined; add it under Admin > Connections, "
            f"or set AIRFLOW_CONN_{connection_id.upper()} for every Airflow component",
            connection_id=connection_id,
        ) from error
    document = {
        "conn_type": connection.conn_type,
        "host": connection.host,
        "port": connection.port,
        "login": connection.login,
        "password": connection.password,
        "schema": connection.schema,
        "extra": connection.extra_dejson,
    }
    for secret in _secrets_of(document):
        _mask(secret)
    return document


def _mask(secret: str) -> None:
    for form in _forms_of(secret):
        mask_secret(form)


def _secrets_of(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what must not be read: the password, a token, and what a kubeconfig in the extra lets in with."""
    for value in (document["password"], document["extra"].get("security_token")):
        if value:
            yield str(value)
    for field in KUBECONFIG_FIELDS:
        kubeconfig = document["extra"].get(field)
        try:
            parsed = yaml.safe_load(kubeconfig) if isinstance(kubeconfig, str) else kubeconfig
        except yaml.YAMLError:
            continue
        yield from secret_values(parsed)


def _forms_of(secret: str) -> Iterator[str]:
    """Yield a secret as it is and as it travels: in base64, in a URL, and a decoded key line by line."""
    yield secret
    yield base64.b64encode(secret.encode()).decode()
    yield quote(secret, safe="")
    try:
        decoded = base64.b64decode(secret, validate=True).decode()
    except ValueError:
        return
    if decoded.startswith("-----BEGIN"):
        yield from (line for line in decoded.splitlines() if line and not line.startswith("-----"))
