"""Copy one PostgreSQL database."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import cast

from include.connections import DatabaseAccess
from include.databases.engine import Copied, Snapshot
from include.databases.fingerprint import Differences, Fingerprint
from include.databases.postgresql import states
from include.databases.postgresql.changes import copy_changes
from include.databases.postgresql.creation import copy_properties, create_database, drop_database
from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.fingerprints import fingerprint, sequences, set_sequences
from include.databases.postgresql.roles import (
    ensure_roles,
    needed_roles,
    passwords_readable,
    read_roles,
    role_marks,
)
from include.databases.postgresql.schema import remove_left_archives
from include.databases.postgresql.session import connect, session, value
from include.databases.postgresql.snapshot import PostgresqlSnapshot, open_snapshot
from include.databases.postgresql.whole_copy import WholeCopy
from include.databases.states import CopyState
from include.errors import TemporaryError
from include.progress import Record

SECONDS_FOR_LOCK = 60
SIZE = "select pg_database_size(datname) from pg_database where datname = %s"
HOLDINGS = f"""select
    (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind not in ('i', 'I', 't') and {USER_SCHEMAS} and {own("pg_class", "c")})
    + (select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where {USER_SCHEMAS} and {own("pg_proc", "p")})
    + (select count(*) from pg_largeobject_metadata)
    + (select count(*) from pg_namespace n
        where {USER_SCHEMAS} and n.nspname <> 'public' and {own("pg_namespace", "n")})"""


class PostgresqlCopier:
    """Copy one database between two PostgreSQL servers; see `DatabaseEngineCopier` for each method's promise."""

    def __init__(
        self, source: DatabaseAccess, target: DatabaseAccess, database: str, record: Record | None = None
    ) -> None:
        self.source = source
        self.target = target
        self.database = database
        self._record = record

    @contextmanager
    def lock(self) -> Generator[None]:
        """Hold an advisory lock in the target's maintenance database; it ends with the session, however that ends."""
        number = zlib.crc32(f"cce-migration {self.database}".encode())
        with session(self.target) as connection:
            deadline = time.monotonic() + SECONDS_FOR_LOCK
            while not value(connection, "select pg_try_advisory_lock(%s)", number):
                if time.monotonic() > deadline:
                    raise TemporaryError(
                        f"database {self.database}, target {self.target.address}: another try is copying into it; "
                        "wait for it, or end its session there"
                    )
                time.sleep(1)
            remove_left_archives(self.target, self.database)
            yield

    def snapshot(self) -> AbstractContextManager[PostgresqlSnapshot]:
        """Open and export a snapshot of the source."""
        return open_snapshot(self.source, self.database, partial(self._role_marks, self.source))

    def source_size(self) -> int:
        """Return the size of the source in bytes."""
        return self._size(self.source)

    def target_size(self) -> int:
        """Return the size of the target in bytes."""
        return self._size(self.target)

    def target_exists(self) -> bool:
        """Say whether the target server has the database."""
        with session(self.target) as connection:
            return (
                value(connection, "select 1 from pg_database where datname = %s", self.database) is not None
            )

    def target_is_empty(self) -> bool:
        """Say whether the target holds no relation, routine, large object or schema but those of extensions."""
        with session(self.target, self.database) as connection:
            return int(value(connection, HOLDINGS)) == 0

    def target_fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the target as it is now."""
        return fingerprint(partial(connect, self.target, self.database), self._role_marks(self.target))

    def copy_all(self, snapshot: Snapshot, mark: Callable[[], None]) -> Copied:
        """Make the target from the source by streams; what a killed copy has brought is kept where it is still right."""
        held = cast("PostgresqlSnapshot", snapshot)
        whole = WholeCopy(self.source, self.target, self.database, held, self._record)
        found = whole.run(partial(self._make_database, mark))
        return Copied(self._finish(found), len(found.tables), self.source_size())

    def copy_changed(self, snapshot: Snapshot, source: Fingerprint, changed: Differences) -> Copied:
        """Copy changed tables in one transaction, with those that reference them."""
        held = cast("PostgresqlSnapshot", snapshot)
        if changed.roles:
            self._ensure_roles()
        with session(self.source, self.database) as now:
            found = source.model_copy(update={"sequences": sequences(now), "roles": self._source_roles()})
        target = connect(self.target, self.database, autocommit=False)
        try:
            with target.transaction():
                tables, size = copy_changes(held.connection, target, found, changed)
        finally:
            target.close()
        return Copied(found, tables, size)

    def read_state(self) -> CopyState | None:
        """Return the state that earlier copies left on the target server."""
        return states.read_state(self.target, self.database)

    def write_state(self, state: CopyState) -> None:
        """Keep the state on the target server."""
        states.write_state(self.target, state)

    def _make_database(self, mark: Callable[[], None]) -> None:
        self._ensure_roles()
        if self.target_exists() and not self.target_is_empty():
            drop_database(self.target, self.database)
        with session(self.source, self.database) as source, session(self.target) as target:
            create_database(source, target, self.database)
            mark()
            copy_properties(source, target, self.database)

    def _ensure_roles(self) -> None:
        with session(self.source, self.database) as source, session(self.target) as target:
            ensure_roles(source, target)

    def _finish(self, found: Fingerprint) -> Fingerprint:
        """Set sequences to values at least as high as the snapshot's rows, and make the planner's statistics."""
        with session(self.source, self.database) as source, session(self.target, self.database) as target:
            present = sequences(source)
            set_sequences(target, present)
            target.execute("analyze")
        return found.model_copy(update={"sequences": present})

    def _source_roles(self) -> dict[str, str]:
        return self._role_marks(self.source)

    def _role_marks(self, access: DatabaseAccess) -> dict[str, str]:
        """Return the marks of the roles the source needs, as the given server has them."""
        with session(self.source, self.database) as source, session(self.target) as target:
            readable = passwords_readable(source) and passwords_readable(target)
            names = [name for name in needed_roles(source) if name != self.target.user]
            chosen = source if access is self.source else target
            return role_marks(read_roles(chosen, names), self.source.password if readable else None)

    def _size(self, access: DatabaseAccess) -> int:
        with session(access) as connection:
            return int(value(connection, SIZE, self.database) or 0)
