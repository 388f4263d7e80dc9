"""Copy one MariaDB database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from include.connections import DatabaseAccess
from include.databases.engine import Copied, Snapshot
from include.databases.fingerprint import Differences, Fingerprint
from include.databases.mariadb import states
from include.databases.mariadb.dump import Dump, started_dump
from include.databases.mariadb.fingerprints import (
    DATABASE,
    counters,
    fingerprint,
    set_counters,
    table_marks,
    versioned_tables,
)
from include.databases.mariadb.session import quoted, rows, session, value
from include.databases.mariadb.snapshot import (
    SESSIONS,
    MariadbSnapshot,
    common_snapshot,
    open_snapshot,
    snapshot_of_one_moment,
)
from include.databases.mariadb.users import (
    Account,
    apply_grants,
    ensure_accounts,
    grant_all,
    needed_accounts,
    patterns_of,
    read_accounts,
)
from include.databases.states import CopyState
from include.errors import TemporaryError

Taken = TypeVar("Taken")
SECONDS_FOR_LOCK = 60
SIZE = "select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = %s"
HOLDINGS = """select (select count(*) from information_schema.tables where table_schema = %s)
    + (select count(*) from information_schema.routines where routine_schema = %s)
    + (select count(*) from information_schema.events where event_schema = %s)"""


class MariadbCopier:
    """Copy one database between two MariaDB servers; see `DatabaseEngineCopier` for each method's promise.

    :param is_followed: the source's changes are followed from the copy's moment: everything is of one moment then, for
        which writers wait some tenths of a second.
    """

    tells_progress = False

    def __init__(
        self, source: DatabaseAccess, target: DatabaseAccess, database: str, *, is_followed: bool = False
    ) -> None:
        self.source = source
        self.target = target
        self.database = database
        self._is_followed = is_followed

    @contextmanager
    def lock(self) -> Generator[None]:
        """Hold a named lock on the target; it ends with the session, however that ends."""
        with session(self.target) as connection:
            # Lock names have at most 64 characters, like names of databases.
            if not value(
                connection,
                "select get_lock(left(concat('cce ', %s), 64), %s)",
                self.database,
                SECONDS_FOR_LOCK,
            ):
                raise TemporaryError(
                    f"database {self.database}, target {self.target.address}: another try is copying into it; "
                    "wait for it, or end its session there"
                )
            yield

    def snapshot(self) -> AbstractContextManager[MariadbSnapshot]:
        """Open snapshots of the source, one a session; they begin one after the other unless it is followed."""
        chosen = snapshot_of_one_moment if self._is_followed else open_snapshot
        return chosen(self.source, self.database, self._source_marks)

    def source_size(self) -> int:
        """Return the size of the source in bytes, as its statistics say."""
        return self._size(self.source)

    def target_size(self) -> int:
        """Return the size of the target in bytes, as its statistics say."""
        return self._size(self.target)

    def target_exists(self) -> bool:
        """Say whether the target server has the database."""
        with session(self.target) as connection:
            return bool(rows(connection, DATABASE, self.database))

    def target_is_empty(self) -> bool:
        """Say whether the target holds no table, view, routine or event."""
        with session(self.target) as connection:
            return int(value(connection, HOLDINGS, *([self.database] * 3))) == 0

    def target_fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the target as it is now."""
        with ExitStack() as stack:
            sessions = [stack.enter_context(session(self.target, self.database)) for _ in range(SESSIONS)]
            marks = _marks(self._target_accounts(), self.source.password)
            return fingerprint(sessions, self.database, marks)

    def copy_all(self, snapshot: Snapshot, mark: Callable[[], None]) -> Copied:
        """Make the target anew from a whole dump; the fingerprint is taken of the same moment while it is loaded."""
        accounts = self._ensure_accounts()
        self._make_database(accounts)
        mark()
        (found, position), size = self._pour(None, lambda common: (common.fingerprint(), common.log_position))
        return Copied(self._finish(found, accounts), len(found.tables), size, position)

    def copy_changed(self, snapshot: Snapshot, source: Fingerprint, changed: Differences) -> Copied:
        """Replace the changed tables; foreign keys of others that reference them stay, triggers come after the rows."""
        if self._is_followed and changed.tables:
            # A dump has a moment of its own, from which the tables that are left alone could not be followed.
            return self.copy_all(snapshot, lambda: None)
        accounts = self._ensure_accounts()
        tables = [table for table in changed.tables if table in source.tables]
        size = 0
        if tables:
            marks, size = self._pour(
                tables, lambda common: table_marks(common.sessions, self.database, tables)
            )
            source = source.model_copy(update={"tables": {**source.tables, **marks}})
        return Copied(self._finish(source, accounts), len(tables), size)

    def read_state(self) -> CopyState | None:
        """Return the state that earlier copies left on the target server."""
        return states.read_state(self.target, self.database)

    def write_state(self, state: CopyState) -> None:
        """Keep the state on the target server."""
        states.write_state(self.target, state)

    def _pour(
        self, tables: Sequence[str] | None, take: Callable[[MariadbSnapshot], Taken]
    ) -> tuple[Taken, int]:
        with session(self.source) as connection:
            with_history = bool(versioned_tables(connection, self.database))
        with ExitStack() as stack:

            def start() -> Dump:
                dump = stack.enter_context(
                    started_dump(self.source, self.database, tables, with_history=with_history)
                )
                dump.wait_begun()
                return dump

            common, dump = stack.enter_context(
                common_snapshot(self.source, self.database, self._source_marks, start)
            )
            with ThreadPoolExecutor(1) as pool:
                taken = pool.submit(take, common)
                size = dump.pour_into(self.target)
                return taken.result(), size

    def _make_database(self, accounts: dict[str, Account]) -> None:
        with session(self.source) as connection:
            charset, collation = rows(connection, DATABASE, self.database)[0]
        name = quoted(self.database)
        with session(self.target) as connection, connection.cursor() as cursor:
            cursor.execute(f"drop database if exists {name}")
            cursor.execute(f"create database {name} character set {charset} collate {collation}")
            grant_all(connection, self.database, accounts)

    def _ensure_accounts(self) -> dict[str, Account]:
        wanted = self._source_accounts()
        with session(self.target) as connection:
            ensure_accounts(connection, wanted, self._target_accounts())
        return wanted

    def _finish(self, found: Fingerprint, accounts: dict[str, Account]) -> Fingerprint:
        """Give rights, and set counters to values at least as high as the snapshot's rows."""
        with session(self.source) as source, session(self.target, self.database) as target:
            apply_grants(target, accounts, self._target_accounts())
            present = counters(source, self.database)
            set_counters(target, self.database, present)
        marks = _marks(accounts, self.source.password)
        return found.model_copy(update={"sequences": present, "roles": marks})

    def _source_marks(self) -> dict[str, str]:
        return _marks(self._source_accounts(), self.source.password)

    def _source_accounts(self) -> dict[str, Account]:
        return self._accounts(self.source)

    def _target_accounts(self) -> dict[str, Account]:
        """Return the accounts the source needs, as the target has them."""
        return self._accounts(self.target)

    def _accounts(self, access: DatabaseAccess) -> dict[str, Account]:
        with session(self.source) as source:
            needed = needed_accounts(source, self.database, self.source.user)
            names = [name for name in needed if name[0] != self.target.user]
            patterns = patterns_of(source, self.database)
        with session(access) as connection:
            return read_accounts(connection, self.database, names, patterns)

    def _size(self, access: DatabaseAccess) -> int:
        with session(access) as connection:
            return int(value(connection, SIZE, self.database) or 0)


def _marks(accounts: dict[str, Account], key: str) -> dict[str, str]:
    return {name: account.mark(key) for name, account in sorted(accounts.items())}
