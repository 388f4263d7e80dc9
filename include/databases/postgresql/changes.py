"""Copy single tables again, streamed from the source's snapshot into one transaction of the target."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from include.databases.copy_progress import CopyProgress, PieceCount
from include.databases.fingerprint import Differences, Fingerprint
from include.databases.postgresql.circles import drop_foreign_keys, make_foreign_keys
from include.databases.postgresql.definitions import USER_SCHEMAS
from include.databases.postgresql.fingerprints import set_sequences
from include.databases.postgresql.foreign_keys import parents_first, with_referencing
from include.databases.postgresql.large_objects import copy_large_objects
from include.databases.postgresql.pairs import Pair
from include.databases.postgresql.pieces import Piece, Table
from include.databases.postgresql.session import Connection, rows
from include.databases.postgresql.streams import stream_piece
from include.databases.postgresql.tables import list_tables
from include.progress import Record

logger = logging.getLogger(__name__)

# Of a partitioned table each partition counts, on either side: they hold the rows.
REFERENCES = """select distinct coalesce(a.relid, k.conrelid)::regclass::text, coalesce(b.relid, k.confrelid)::regclass::text
    from pg_constraint k
    left join lateral (select relid from pg_partition_tree(k.conrelid) where isleaf) a on true
    left join lateral (select relid from pg_partition_tree(k.confrelid) where isleaf) b on true
    where k.contype = 'f' and k.conparentid = 0"""
PARTITIONED = """select p.oid::regclass::text, array_agg(t.relid::regclass::text) from pg_class p, pg_partition_tree(p.oid) t
    join pg_class c on c.oid = t.relid where p.relkind = 'p' and t.isleaf group by 1 having bool_and(c.relkind = 'r')"""
# Views that hold rows, in the order in which they were made: each after those it reads.
MATERIALIZED = f"""select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'm' and c.relispopulated and {USER_SCHEMAS} order by c.oid"""
TRIGGERS = (
    "select quote_ident(tgname), tgenabled from pg_trigger where tgrelid = %s::regclass and not tgisinternal"
)
ENABLE = {"O": "enable trigger", "R": "enable replica trigger", "A": "enable always trigger"}


@dataclass
class TableCopier:
    """Copy tables from a source session to a target session that is in a transaction."""

    source: Connection
    target: Connection
    record: Record | None = None
    bytes: int = 0

    def copy(self, names: Sequence[str], whole: Sequence[str] = ()) -> None:
        """Empty the tables and fill them again, in this order, without firing the users' triggers.

        :param whole: partitioned tables whose partitions are all among the tables: what they reference can only be emptied
            together with themselves.
        """
        tables = {table.name: table for table in list_tables(self.source, by_key=False)}
        is_same_version = Pair(self.source, self.target).is_same_version
        self.target.execute(
            _text(f"truncate table {', '.join([*(f'only {name}' for name in names), *whole])}")
        )
        triggers = self._disable_triggers(names)
        with CopyProgress([tables[name] for name in names], self.record) as progress:
            for name in names:
                self._stream(tables[name], progress, is_same_version=is_same_version)
        self._enable_triggers(triggers)

    def _stream(self, table: Table, progress: CopyProgress, *, is_same_version: bool) -> None:
        piece = Piece(table, "", table.size)
        count = PieceCount(progress, piece)

        def moved(rows_moved: int, size: int) -> None:
            self.bytes += size
            count.moved(rows_moved, size)

        is_binary = table.is_binary and is_same_version
        # Other sessions may hold a snapshot of the target in which the table was full: rows are written as usual ones.
        stream_piece(
            self.source,
            self.target,
            piece,
            is_binary=is_binary,
            is_new=False,
            moved=moved,
        )
        count.end(is_last=True)

    def _disable_triggers(self, tables: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
        """Return the users' triggers as they were; a failure undoes it with the transaction."""
        triggers = {table: rows(self.target, TRIGGERS, table) for table in tables}
        for table, found in triggers.items():
            if found:
                self.target.execute(_text(f"alter table {table} disable trigger user"))
        return triggers

    def _enable_triggers(self, triggers: dict[str, list[tuple[Any, ...]]]) -> None:
        for table, found in triggers.items():
            for name, state in found:
                if state in ENABLE:
                    self.target.execute(_text(f"alter table {table} {ENABLE[state]} {name}"))


def copy_changes(
    source: Connection,
    target: Connection,
    wanted: Fingerprint,
    changed: Differences,
    record: Record | None = None,
) -> tuple[int, int]:
    """Make a target equal to the source's snapshot; return the number of tables and of bytes copied.

    Either all of it arrives or nothing: the target session is in one transaction.

    :param record: takes how far the copy is, every second.
    """
    views = [str(name) for (name,) in rows(target, MATERIALIZED)]
    references = [(str(one), str(other)) for one, other in rows(target, REFERENCES)]
    tables = with_referencing(changed.tables, references)
    copier = TableCopier(source, target, record)
    if tables:
        parents = parents_first(tables, references)
        ordered = sorted(tables) if parents is None else parents
        logger.info("Copying %s tables again: %s", len(ordered), ", ".join(ordered[:10]))
        # Tables that reference each other cannot be filled in any order while keys are checked.
        keys = drop_foreign_keys(target, tables) if parents is None else []
        copier.copy(ordered, whole_tables(tables, rows(target, PARTITIONED)))
        make_foreign_keys(target, keys)
    if changed.tables:
        for view in views:
            target.execute(_text(f"refresh materialized view {view}"))
    if changed.large_objects:
        copier.bytes += copy_large_objects(source, target, changed.large_objects)
    set_sequences(target, wanted.sequences)
    return len(tables), copier.bytes


def whole_tables(tables: Iterable[str], partitioned: Iterable[Sequence[Any]]) -> list[str]:
    """Return the partitioned tables of which every partition is among the tables.

    :param partitioned: rows of a partitioned table and all of its partitions.
    """
    chosen = set(tables)
    return sorted(str(name) for name, partitions in partitioned if chosen.issuperset(partitions))


def _text(statement: str) -> sql.SQL:
    # Names come from the server's own quoting (regclass, quote_ident).
    return sql.SQL(statement)
