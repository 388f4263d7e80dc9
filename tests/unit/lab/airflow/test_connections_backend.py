from __future__ import annotations

from lab.airflow.connections_backend import LabConnections
from lab.connections import add_connections


def test_a_connection_is_found_as_soon_as_it_stands_in_the_file() -> None:
    backend = LabConnections()
    assert backend.get_conn_value("obs") is None
    add_connections({"obs": {"login": "ak", "password": "it's"}})
    assert backend.get_conn_value("obs") == '{"login": "ak", "password": "it\'s"}'
