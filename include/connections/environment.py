"""Read connections from AIRFLOW_CONN_<ID> variables, for commands outside Airflow and for tests."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.connections.documents import DocumentConnections
from include.errors import ConnectionDetailsError

if TYPE_CHECKING:
    from include.definition import Definition

PREFIX = "AIRFLOW_CONN_"


class EnvironmentConnections(DocumentConnections):
    """Serve connections from variables in Airflow's JSON form; the URI form is refused with a text."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        super().__init__({})
        self._environment = os.environ if environment is None else environment

    def document(self, connection_id: str) -> Mapping[str, Any]:
        """Return the parsed JSON of AIRFLOW_CONN_<ID>."""
        variable = f"{PREFIX}{connection_id.upper()}"
        text = self._environment.get(variable)
        if not text:
            raise ConnectionDetailsError(
                f"connection {connection_id} is not defined; set {variable} to its JSON form",
                connection_id=connection_id,
            )
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            # The value is never repeated: it holds a password.
            raise ConnectionDetailsError(
                f"connection {connection_id}: {variable} is not a JSON object; "
                'write {"conn_type": …, "host": …, "login": …, "password": …, "extra": {…}}',
                connection_id=connection_id,
            )
        return document

    def check(self, definition: Definition) -> None:
        """Raise one `PreflightError` with every missing or malformed connection of the definition."""
        from include.connections.required import check_connections

        check_connections(self, definition)
