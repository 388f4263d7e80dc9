"""Copy one MariaDB database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import TYPE_CHECKING, cast

from include.connections import DatabaseAccess
from include.databases.engine import Copied, Snapshot
from include.databases.fingerprint import Differences, Fingerprint
from include.databases.mariadb import states
from include.databases.mariadb.definers import ALL_KEPT, Definers, read_definers
from include.databases.mariadb.fingerprints import (
    DATABASE,
    counters,
    fingerprint,
    set_counters,
)
from include.databases.mariadb.lock import hold_lock
from include.databases.mariadb.session import quoted, rows, session, value
from include.databases.mariadb.snapshot import SESSIONS, MariadbSnapshot, open_snapshot
from include.databases.mariadb.users import (
    Account,
    apply_grants,
    ensure_accounts,
    grant_all,
    needed_accounts,
    patterns_of,
    read_accounts,
)
from include.databases.mariadb.whole_copy import WholeCopy
from include.databases.states import CopyState
from include.progress import Record

if TYPE_CHECKING:
    from include.definition.data import DefinerChoice

SIZE = "select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = %s"
HOLDINGS = """select (select count(*) from information_schema.tables where table_schema = %s)
    + (select count(*) from information_schema.routines where routine_schema = %s)
    + (select count(*) from information_schema.events where event_schema = %s)"""


class MariadbCopier:
    """Copy one database between two MariaDB servers; see `DatabaseEngineCopier` for each method's promise.

    :param record: takes how far a copy is, every second.
    :param definers: whether code whose definer cannot be on the target runs as its user there.
    :param is_turned: it goes back from the migration's target to its source, where code runs as it did.
    """

    def __init__(
        self,
        source: DatabaseAccess,
        target: DatabaseAccess,
        database: str,
        record: Record | None = None,
        *,
        definers: DefinerChoice = "keep",
        is_turned: bool = False,
    ) -> None:
        self.source = source
        self.target = target
        self.database = database
        self._record = record
        self._choice = definers
        self._is_turned = is_turned

    def lock(self) -> AbstractContextManager[None]:
        """Hold a named lock on the target; it ends with the session, however that ends."""
        return hold_lock(self.target, self.database)

    def snapshot(self) -> AbstractContextManager[MariadbSnapshot]:
        """Open sessions of the source that see one moment."""
        definers = self._definers if self._is_turned else lambda: ALL_KEPT
        return open_snapshot(self.source, self.database, self._source_marks, definers)

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
            return fingerprint(
                sessions, self.database, marks, ALL_KEPT if self._is_turned else self._definers()
            )

    def copy_all(self, snapshot: Snapshot, mark: Callable[[], None]) -> Copied:
        """Make the target from the source by streams; what a killed copy has brought is kept where it is still right."""
        accounts = self._ensure_accounts()
        found = self._whole_copy(snapshot).run(partial(self._make_database, accounts, mark))
        return Copied(self._finish(found, accounts), len(found.tables), self.source_size())

    def copy_changed(self, snapshot: Snapshot, source: Fingerprint, changed: Differences) -> Copied:
        """Replace the changed tables, from the snapshot that `source` is of; foreign keys of others to them stay."""
        accounts = self._ensure_accounts()
        if changed.tables:
            self._whole_copy(snapshot).run_changed(changed.tables)
        size = self.source_size() if changed.tables else 0
        return Copied(self._finish(source, accounts), len(changed.tables), size)

    def read_state(self) -> CopyState | None:
        """Return the state that earlier copies left on the target server."""
        return states.read_state(self.target, self.database)

    def write_state(self, state: CopyState) -> None:
        """Keep the state on the target server."""
        states.write_state(self.target, state)

    def _whole_copy(self, snapshot: Snapshot) -> WholeCopy:
        held = cast("MariadbSnapshot", snapshot)
        definers = self._definers()
        wanted = definers.former if self._is_turned else definers.there()
        return WholeCopy(self.source, self.target, self.database, held, wanted, self._record)

    def _definers(self) -> Definers:
        """Return what runs as another on the migration's target than on its source."""
        if self._choice == "keep":
            return ALL_KEPT
        ends = (self.target, self.source) if self._is_turned else (self.source, self.target)
        return read_definers(*ends, self.database)

    def _make_database(self, accounts: dict[str, Account], mark: Callable[[], None]) -> None:
        with session(self.source) as connection:
            charset, collation = rows(connection, DATABASE, self.database)[0]
        name = quoted(self.database)
        with session(self.target) as connection, connection.cursor() as cursor:
            cursor.execute(f"drop database if exists {name}")
            cursor.execute(f"create database {name} character set {charset} collate {collation}")
            grant_all(connection, self.database, accounts)
        mark()

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
