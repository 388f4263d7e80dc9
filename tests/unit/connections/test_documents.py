"""Connections are read from Airflow's documents, or refused with what belongs in them."""

from __future__ import annotations

from typing import Any

import pytest

from include.connections import DocumentConnections, EnvironmentConnections
from include.connections.required import find_connection_problems
from include.errors import ConnectionDetailsError, PreflightError
from tests.builders.connections import connection_documents, connection_variables, connections
from tests.builders.definitions import definition, definition_with_new_cluster


def changed(connection_id: str, **fields: Any) -> dict[str, dict[str, Any]]:
    return {connection_id: {**connection_documents()[connection_id], **fields}}


def test_access_never_shows_its_secret() -> None:
    known = connections()
    shown = [
        repr(known.cluster("source_cluster", "source")),
        repr(known.registry("source_registry")),
        repr(known.registry("huawei_cloud")),
        repr(known.object_storage("obs")),
        repr(known.database("source_postgres", "postgresql")),
        repr(known.dns("dns")),
    ]

    assert not [text for text in shown if "of-the-tests" in text or "dHNpZy" in text]


def test_fields_are_read_from_where_airflow_keeps_them() -> None:
    known = connections()

    assert known.registry("source_registry").url == "http://registry.source.lab"
    assert known.registry("huawei_cloud").url == "http://swr.eu-de.lab"
    assert known.object_storage("source_s3").addressing_style == "path"
    assert known.object_storage("obs").addressing_style == "virtual"
    assert known.database("target_mariadb", "mariadb").address == "mariadb.rds.lab:3306"
    assert known.dns("dns").zone == "lab."
    assert known.password("volume_repository") == "repository-password-of-the-tests"


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("swr.example", None, ("swr.example", "http")),
        ("https://swr.example/", None, ("swr.example", "http")),
        ("swr.example", 5000, ("swr.example:5000", "http")),
    ],
)
def test_a_registry_host_takes_any_form(host: str, port: int | None, expected: tuple[str, str]) -> None:
    access = connections(**changed("source_registry", host=host, port=port)).registry("source_registry")

    assert (access.host, access.scheme) == expected


def test_extra_may_be_json_text() -> None:
    known = connections(**changed("dns", extra='{"zone": "lab."}'))

    assert known.dns("dns").algorithm == "hmac-sha256"


@pytest.mark.parametrize(
    ("connection_id", "fields", "text"),
    [
        ("obs", {"extra": {}}, "connection obs: extra.endpoint_url is missing; set it to"),
        ("obs", {"extra": "{no json"}, "connection obs: extra is not JSON; set it to a JSON object"),
        ("obs", {"password": ""}, "connection obs: password is empty; fill it in"),
    ],
)
def test_a_malformed_connection_says_what_belongs_there(
    connection_id: str, fields: dict[str, Any], text: str
) -> None:
    with pytest.raises(ConnectionDetailsError) as caught:
        connections(**changed(connection_id, **fields)).object_storage(connection_id)

    assert str(caught.value).startswith(text)
    assert caught.value.connection_id == connection_id


def test_a_database_connection_of_another_engine_is_refused() -> None:
    with pytest.raises(ConnectionDetailsError, match="conn_type is 'mysql'; allowed: postgres, postgresql"):
        connections().database("source_mariadb", "postgresql")


def test_variables_of_a_complete_environment_pass() -> None:
    EnvironmentConnections(connection_variables()).check(definition())


def test_all_missing_and_malformed_connections_are_named_at_once() -> None:
    variables = connection_variables()
    del variables["AIRFLOW_CONN_HUAWEI_CLOUD"]
    variables["AIRFLOW_CONN_DNS"] = "generic://cce-lab:a-password@198.18.0.53"
    variables["AIRFLOW_CONN_OBS"] = '{"conn_type": "aws"}'

    with pytest.raises(PreflightError) as caught:
        EnvironmentConnections(variables).check(definition())

    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [
        "target.cluster.connection",
        "images.target.connection",
        "buckets[0].target.connection",
        "velero.connection",
        "volumes.connection",
        "front_door.dns.connection",
    ]
    assert "set AIRFLOW_CONN_HUAWEI_CLOUD to its JSON form" in caught.value.problems[0]
    assert "a-password" not in str(caught.value)


def test_a_target_that_is_to_be_made_needs_the_clouds_connection_alone() -> None:
    definition = definition_with_new_cluster()
    known = connection_documents()
    del known["target_cluster"]

    assert find_connection_problems(DocumentConnections(known), definition) == []
    del known["huawei_cloud"]
    problems = dict(find_connection_problems(DocumentConnections(known), definition))
    assert "connection huawei_cloud is not defined" in problems["target.cluster.connection"]
