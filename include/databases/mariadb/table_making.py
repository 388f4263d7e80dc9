"""Make a database's tables on the target: bare before the rows, indexes and foreign keys afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.fingerprints import SEQUENCES
from include.databases.mariadb.left_sessions import MARK
from include.databases.mariadb.session import connect, quoted, rows, session
from include.databases.mariadb.table_definitions import TableDefinition, take_apart
from include.databases.mariadb.tables import Table
from include.engines import run_side_by_side

# Tables whose indexes are made at once.
JOBS = 4
# A table may be made before another that it names, and rows may break a rule that is younger than they.
SETTINGS = "set foreign_key_checks = 0, unique_checks = 0, check_constraint_checks = 0"
INDEXES = "select distinct index_name from information_schema.statistics where table_schema = %s and table_name = %s"
FOREIGN_KEYS = """select constraint_name from information_schema.referential_constraints
    where constraint_schema = %s and table_name = %s"""
TRIGGERS = "select trigger_name from information_schema.triggers where trigger_schema = %s and event_object_table = %s"


class TableMaker:
    """Make tables of one database as they are on the source."""

    def __init__(self, source: Any, target: DatabaseAccess, database: str, tables: Iterable[Table]) -> None:
        self._target = target
        self._database = database
        self._definitions = {table.name: self._definition(source, table) for table in tables}

    def make(self, target: Any, table: str) -> None:
        """Make a bare table anew; its triggers go with the former one."""
        with target.cursor() as cursor:
            cursor.execute(f"drop table if exists {quoted(table)}")
            # Executed without values: a percent sign stays one.
            cursor.execute(self._definitions[table].bare)

    def drop_triggers(self, target: Any, table: str) -> None:
        """Take off the triggers of a table, which would do again what they did on the source."""
        for (name,) in rows(target, TRIGGERS, self._database, table):
            with target.cursor() as cursor:
                cursor.execute(f"drop trigger if exists {quoted(str(name))}")

    def add_keys(self) -> None:
        """Make what the tables lack of their indexes, several tables at once, then of their foreign keys.

        The source has checked the rows: foreign keys are made without reading them.
        """
        run_side_by_side(self._add_indexes, self._definitions, JOBS, name="indexes")
        with closing(self.target()) as target:
            for table, definition in self._definitions.items():
                there = _names(target, FOREIGN_KEYS, self._database, table)
                _add(target, table, _missing(definition.foreign_keys, there))

    def target(self) -> Any:
        """Return a session in the target's database that checks no keys."""
        connection = connect(self._target, self._database)
        with connection.cursor() as cursor:
            cursor.execute(SETTINGS)
        return connection

    def _definition(self, source: Any, table: Table) -> TableDefinition:
        place = f"{quoted(self._database)}.{quoted(table.name)}"
        statement = str(rows(source, f"show create table {place}")[0][1])
        return take_apart(statement, with_indexes=table.is_versioned or not table.has_transactions)

    def _add_indexes(self, table: str) -> None:
        definition = self._definitions[table]
        if not definition.indexes:
            return
        with closing(self.target()) as target:
            missing = _missing(definition.indexes, _names(target, INDEXES, self._database, table))
            # InnoDB makes one FULLTEXT index at a time.
            _add(target, table, [clause for clause in missing if not clause.startswith("FULLTEXT")])
            for clause in missing:
                if clause.startswith("FULLTEXT"):
                    _add(target, table, [clause])


def make_sequences(source: Any, target: DatabaseAccess, database: str) -> None:
    """Make sequences, which defaults of tables may name; their numbers are set at the end."""
    with session(target, database) as connection, connection.cursor() as cursor:
        for (name,) in rows(source, SEQUENCES, database):
            place = f"{quoted(database)}.{quoted(str(name))}"
            cursor.execute(str(rows(source, f"show create sequence {place}")[0][1]))


def _add(target: Any, table: str, clauses: Sequence[str]) -> None:
    if clauses:
        with target.cursor() as cursor:
            cursor.execute(f"{MARK} alter table {quoted(table)} add {', add '.join(clauses)}")


def _missing(wanted: dict[str, str], there: set[str]) -> list[str]:
    return [clause for name, clause in wanted.items() if name not in there]


def _names(connection: Any, query: str, *values: str) -> set[str]:
    return {str(name) for (name,) in rows(connection, query, *values)}
