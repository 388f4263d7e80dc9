"""See whether anybody works with a database of the source: who is logged in, and whether rows are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import PermanentError
from include.planning.database_client import one_value, open_database

if TYPE_CHECKING:
    from include.connections import DatabaseAccess

# Of other people's sessions a login without rights sees neither kind nor address; that they are there has to count.
PG_SESSIONS = """select concat(usename, ' from ' || client_addr, ' (' || nullif(application_name, '') || ')')
from pg_stat_activity where datname = %s and coalesce(backend_type, 'client backend') = 'client backend' and usename is not null
and pid <> pg_backend_pid()"""
PG_COUNTERS = """select current_setting('track_counts')::bool,
(select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables),
(select count(*) from pg_class where relkind in ('r', 'p', 'm', 'S') and oid >= 16384),
(select coalesce(sum(relfilenode::bigint), 0) from pg_class where relkind in ('r', 'm') and oid >= 16384),
(select coalesce(sum(last_value), 0) from pg_sequences)"""
MARIADB_SESSIONS = """select concat(user, ' from ', host) from information_schema.processlist
where db = %s and id <> connection_id()"""
MARIADB_RIGHT = "select count(*) from information_schema.user_privileges where privilege_type = 'PROCESS'"
MARIADB_WRITTEN = """select table_name from information_schema.tables
where table_schema = %s and (update_time >= %s or create_time >= %s) order by table_name"""


class DatabaseWatch:
    """Watch one database from its making on; `look` any number of times, then ask `written`."""

    def __init__(self, access: DatabaseAccess, database: str) -> None:
        self.access = access
        self.database = database
        self.sessions: set[str] = set()
        self.look()
        self._start = self._counters() if access.engine == "postgresql" else self._server_time()

    def look(self) -> None:
        """Note who is logged in at this moment."""
        query = PG_SESSIONS if self.access.engine == "postgresql" else MARIADB_SESSIONS
        with open_database(self.access) as cursor:
            cursor.execute(query, (self.database,))
            self.sessions |= {str(row[0]) for row in cursor.fetchall()}

    def written(self) -> str:
        """Return what was written since the watch began, in words; nothing when it was nothing."""
        if self.access.engine == "mariadb":
            return self._written_tables()
        now = self._counters()
        if not now[0]:
            return "nobody knows: the server counts no rows (track_counts is off)"
        names = ("rows", "tables", "table files", "sequences")
        return ", ".join(
            name for name, one, other in zip(names, self._start[1:], now[1:], strict=True) if one != other
        )

    def _counters(self) -> tuple[Any, ...]:
        with open_database(self.access, self.database) as cursor:
            cursor.execute(PG_COUNTERS)
            return tuple(cursor.fetchone())

    def _server_time(self) -> tuple[Any, ...]:
        if not one_value(self.access, MARIADB_RIGHT):
            raise PermanentError(
                f"database {self.database}, {self.access.address}: the connection's user sees no sessions but its own; grant it "
                "PROCESS"
            )
        with open_database(self.access) as cursor:
            cursor.execute("select now()")
            return tuple(cursor.fetchone())

    def _written_tables(self) -> str:
        # Whole seconds: what is written in the one in which the watch began counts.
        with open_database(self.access) as cursor:
            cursor.execute(MARIADB_WRITTEN, (self.database, *self._start, *self._start))
            tables = [str(row[0]) for row in cursor.fetchall()]
        return f"tables {', '.join(tables)}" if tables else ""
