"""Find what was defined anew in the source's databases since their copy: tables, columns, indexes, rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.databases.jobs import FOLDER, PHASE, CopyRecord
from include.engines import run_side_by_side
from include.ledger import safe_key
from include.planning.drift import Change
from include.planning.foreign_errors import explained
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.connections import DatabaseAccess
    from include.definition import Database
    from include.run import MigrationRun

THREADS = 4
MOST_DETAILS = 10


def database_changes(run: MigrationRun) -> list[Change]:
    """Return a change for each database of a run whose definitions are others than at its copy; uncopied ones have none.

    :raises TemporaryError: when a source does not answer.
    """
    databases = {one.name: one for one in run.definition.databases}
    copied = [
        (databases[row.details["name"]], f"{FOLDER}/{safe_key(row.key)}")
        for row in load_plan(run.ledger).items(PHASE, "database")
        if row.details["name"] in databases and run.ledger.exists(f"{FOLDER}/{safe_key(row.key)}")
    ]
    found = run_side_by_side(lambda one: _change(run, *one), copied, THREADS, name="definitions")
    return [change for change in found if change is not None]


def _change(run: MigrationRun, database: Database, document: str) -> Change | None:
    before = CopyRecord.model_validate(run.ledger.read(document)).fingerprint.definitions
    access = run.connections.database(database.source, database.engine)
    with explained(
        f"database {database.name}, source {access.address}", "check that it is up", access.password
    ):
        present = _definitions(access, database.database)
    details = [
        f"{'new' if name not in before else 'gone' if name not in present else 'changed'}: {name}"
        for name in sorted(before.keys() | present.keys())
        if before.get(name) != present.get(name)
    ]
    if not details:
        return None
    more = [f"and {len(details) - MOST_DETAILS} more"] if len(details) > MOST_DETAILS else []
    return Change(
        object=f"database {database.name}", what="changed", details=(*details[:MOST_DETAILS], *more)
    )


def _definitions(access: DatabaseAccess, database: str) -> dict[str, str]:
    if access.engine == "mariadb":
        from include.databases.mariadb import fingerprints
        from include.databases.mariadb.session import session

        with session(access, database) as connection:
            return dict(fingerprints.definitions(connection, database))
    from include.databases.postgresql.definitions import definitions
    from include.databases.postgresql.session import session as open_session

    with open_session(access, database) as connection:
        return definitions(connection)
