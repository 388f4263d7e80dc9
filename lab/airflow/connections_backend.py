"""The secrets backend of the lab's Airflow: connections from `.lab/connections.env`, read at each lookup."""

from __future__ import annotations

from airflow.secrets import BaseSecretsBackend

from lab.connections import read_connections


class LabConnections(BaseSecretsBackend):
    """Serve the `AIRFLOW_CONN_…` lines of the lab's file; anything else is left to the environment and the database."""

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """Return a connection as JSON text, or None when the lab has none of this id."""
        return read_connections().get(f"AIRFLOW_CONN_{conn_id.upper()}")

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """Return nothing: the lab has no variables."""
        return None
