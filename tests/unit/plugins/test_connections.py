"""Airflow connections on their way into the domain."""

from __future__ import annotations

import base64
import json

import pytest
from airflow.sdk._shared.secrets_masker import secrets_masker

from cce_migration.hooks.connections import AirflowConnections
from include.errors import ConnectionDetailsError

from .conftest import PASSWORD


@pytest.mark.usefixtures("source_connection")
def test_a_connection_is_served_in_the_domains_words() -> None:
    access = AirflowConnections().database("source_postgres", "postgresql")
    assert (access.address, access.user, access.password) == ("pg.source.lab:5432", "postgres", PASSWORD)


@pytest.mark.usefixtures("source_connection")
@pytest.mark.parametrize("form", [PASSWORD, base64.b64encode(PASSWORD.encode()).decode()])
def test_a_password_is_masked_before_it_is_used_in_every_form(form: str) -> None:
    AirflowConnections().database("source_postgres", "postgresql")
    assert form not in secrets_masker.redact(f"login with {form} failed")


@pytest.mark.parametrize("field", ["kube_config", "extra__kubernetes__kube_config"])
def test_the_private_key_of_a_kubeconfig_is_masked_line_by_line(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    line = "MHcCAQEEIBhWbGkgbm90IGEgcmVhbCBrZXkgYXQgYWxsLCBub25l"
    key = f"-----BEGIN EC PRIVATE KEY-----\n{line}\n-----END EC PRIVATE KEY-----\n"
    coded = base64.b64encode(key.encode()).decode()
    kubeconfig = f'{{"users": [{{"name": "a", "user": {{"client-key-data": "{coded}"}}}}]}}'
    connection = {"conn_type": "kubernetes", "extra": {field: kubeconfig}}
    monkeypatch.setenv("AIRFLOW_CONN_SOURCE_CLUSTER", json.dumps(connection))
    AirflowConnections().cluster("source_cluster", "source")
    assert secrets_masker.redact(line) == "***"
    assert secrets_masker.redact(coded) == "***"


def test_a_missing_connection_says_where_to_add_it() -> None:
    with pytest.raises(ConnectionDetailsError, match="AIRFLOW_CONN_NOWHERE"):
        AirflowConnections().registry("nowhere")
