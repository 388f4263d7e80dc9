"""Give a run two database servers that a test has started itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from include.connections import Connections, DatabaseAccess
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run


@dataclass(frozen=True)
class ServedDatabases:
    """Answer as Airflow's connections would for the databases of both sides."""

    source: DatabaseAccess
    target: DatabaseAccess

    def database(self, *_: Any) -> DatabaseAccess:
        return self.source

    def target_database(self, *_: Any) -> DatabaseAccess:
        return self.target


def served_run(folder: Path, source: DatabaseAccess, target: DatabaseAccess, database: str) -> MigrationRun:
    """Return a run whose first database of the servers' engine is this one, named `orders`."""

    def change(document: dict[str, Any]) -> None:
        (row,) = [row for row in document["databases"] if row["engine"] == source.engine]
        row.update(name="orders", database=database)
        document["databases"], document["checks"] = [row], []

    connections = cast(Connections, ServedDatabases(source, target))
    return lab_run(folder, definition=definition(change), connections=connections)
