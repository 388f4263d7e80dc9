"""Writes `.lab/connections.env`: the Airflow connections to the lab's parts, one `AIRFLOW_CONN_…` line each."""

from __future__ import annotations

import json
import os
import shlex
import threading
from typing import Any

from lab import paths

_lock = threading.Lock()


def add_connections(connections: dict[str, dict[str, Any]]) -> None:
    """Put connections into the file, in the place of those of the same id. Ids become upper case in the names."""
    with _lock, paths.locked("connections"):
        lines = read_connections()
        for name, connection in connections.items():
            lines[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(connection)
        draft = paths.CONNECTIONS_ENV.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={shlex.quote(value)}\n" for name, value in sorted(lines.items()))
        draft.replace(paths.CONNECTIONS_ENV)


def read_connections() -> dict[str, str]:
    """Return the file's variables: name -> the connection as JSON text."""
    if not paths.CONNECTIONS_ENV.exists():
        return {}
    found = {}
    for line in paths.CONNECTIONS_ENV.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name] = shlex.split(value)[0]
    return found


def read_documents() -> dict[str, dict[str, Any]]:
    """Return the connections by their ids, as fresh plain data."""
    prefix = "AIRFLOW_CONN_"
    return {name.removeprefix(prefix).lower(): json.loads(text) for name, text in read_connections().items()}
