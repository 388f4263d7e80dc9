"""Carry a database's definitions over with PostgreSQL's own programs: before the rows, and after them.

The archive holds definitions alone, so that it takes kilobytes however large the database is.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zlib
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from include.connections import DatabaseAccess
from include.databases.postgresql.definitions import FIRST_NORMAL_OID
from include.databases.postgresql.session import Connection, conninfo, environment, rows
from include.engines import find_program, run_engine

# Sessions that make indexes and check constraints side by side.
JOBS = 4
PACKAGE = "postgresql-client"
# Only a superuser may restore these; the target's own are already there.
SUPERUSER_ENTRIES = ("COMMENT - EXTENSION ", "EVENT TRIGGER ", "PROCEDURAL LANGUAGE ")
# Beside a server that sorts in memory, an index is made twice as fast; each job takes this much while it sorts.
SETTINGS = {"maintenance_work_mem": "256MB", "synchronous_commit": "off"}
SCHEMA_ENTRY = re.compile(r"\d+; \d+ \d+ (SCHEMA -|ACL - SCHEMA) ")
ENTRY = re.compile(r"\d+; (\d+) (\d+) ")
# What may be made after the rows, by the catalog and number that an archive's entry names, with a name that holds on both sides.
# A view that groups by a key is made without its query at first: its rule is no sign of its being whole, and making it again
# does no harm. Materialized views and routines that need such a key come after the rows, too.
MADE = f"""select 'pg_class'::regclass::oid, c.oid, c.oid::regclass::text from pg_class c where c.relkind in ('i', 'I', 'm')
    union all select 'pg_proc'::regclass, p.oid, p.oid::regprocedure::text from pg_proc p where p.oid >= {FIRST_NORMAL_OID}
    union all select 'pg_constraint'::regclass, k.oid, format('%s %s %I', k.conrelid::regclass, k.contypid::regtype, k.conname)
        from pg_constraint k
    union all select 'pg_trigger'::regclass, t.oid, format('%s %I', t.tgrelid::regclass, t.tgname)
        from pg_trigger t where not t.tgisinternal
    union all select 'pg_rewrite'::regclass, r.oid, format('%s %I', r.ev_class::regclass, r.rulename) from pg_rewrite r
        where r.rulename <> '_RETURN'
    union all select 'pg_policy'::regclass, p.oid, format('%s %I', p.polrelid::regclass, p.polname) from pg_policy p
    union all select 'pg_statistic_ext'::regclass, s.oid, format('%s %I', s.stxnamespace::regnamespace, s.stxname)
        from pg_statistic_ext s
    union all select 'pg_event_trigger'::regclass, v.oid, quote_ident(v.evtname) from pg_event_trigger v
    union all select 'pg_publication'::regclass, p.oid, quote_ident(p.pubname) from pg_publication p
    union all select 'pg_publication_rel'::regclass, r.oid, format('%I %s', p.pubname, r.prrelid::regclass)
        from pg_publication_rel r join pg_publication p on p.oid = r.prpubid"""
# The catalog and number of something in one database.
Place = tuple[int, int]


@dataclass(frozen=True)
class Archive:
    """Hold the definitions of a source database in a file on this worker."""

    path: Path
    listing: str


@contextmanager
def archived(
    source: DatabaseAccess, target: DatabaseAccess, database: str, snapshot: str
) -> Generator[Archive]:
    """Yield the definitions as of a snapshot, for a target; the file is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=_prefix(target, database)) as folder:
        path = Path(folder) / "schema"
        run_engine(
            [
                find_program("pg_dump", PACKAGE),
                "--format=custom",
                "--schema-only",
                f"--dbname={conninfo(database)}",
                f"--file={path}",
                f"--snapshot={snapshot}",
                "--no-tablespaces",
                # A subscription would begin to replicate as soon as it is restored.
                "--no-subscriptions",
            ],
            environment=environment(source, database),
            secrets=[source.password],
        )
        yield Archive(path, run_engine([find_program("pg_restore", PACKAGE), "--list", str(path)]))


def remove_left_archives(target: DatabaseAccess, database: str) -> None:
    """Remove what tries that were killed have left on this worker.

    Call it with the target's lock: nobody else is copying to this target then. An archive for another target stays.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_prefix(target, database)}*"):
        shutil.rmtree(left, ignore_errors=True)


def restore_before_rows(
    target: DatabaseAccess, database: str, archive: Archive, *, as_superuser: bool
) -> None:
    """Make schemas, types, routines and tables without keys, owners and rights included.

    Schemas get their rights first: the server makes nobody the owner of a table who may not create in its schema.

    :raises EngineError: at the first statement the server refuses.
    """
    schemas, others = schemas_apart(allowed(archive.listing, as_superuser=as_superuser))
    if schemas:
        # Rights are of no section: they count to that of the entry before them, and here there may be none.
        _restore(target, database, archive, schemas, "--schema-only")
    _restore(target, database, archive, others, "--section=pre-data")


def restore_after_rows(
    target: DatabaseAccess, database: str, archive: Archive, made: Collection[Place], *, as_superuser: bool
) -> None:
    """Make indexes, constraints, triggers and the like, several at once, but for what a former try has made.

    :raises EngineError: at the first statement the server refuses.
    """
    contents = without(allowed(archive.listing, as_superuser=as_superuser), made)
    _restore(target, database, archive, contents, "--section=post-data", f"--jobs={JOBS}")


def made_before(source: Connection, target: Connection) -> set[Place]:
    """Return what of the source's indexes, constraints and the like the target has already."""
    there = {(int(catalog), str(name)) for catalog, _, name in rows(target, MADE)}
    return {
        (int(catalog), int(number))
        for catalog, number, name in rows(source, MADE)
        if (int(catalog), str(name)) in there
    }


def allowed(listing: str, *, as_superuser: bool) -> str:
    """Return an archive's table of contents without what the target's administrator may not restore."""
    if as_superuser:
        return listing
    return "".join(
        line
        for line in listing.splitlines(keepends=True)
        if not any(f" {entry}" in line for entry in SUPERUSER_ENTRIES)
    )


def schemas_apart(listing: str) -> tuple[str, str]:
    """Return two tables of contents: of the schemas with their rights, and of all else."""
    lines = listing.splitlines(keepends=True)
    schemas = [line for line in lines if SCHEMA_ENTRY.match(line)]
    return "".join(schemas), "".join(line for line in lines if not SCHEMA_ENTRY.match(line))


def without(listing: str, made: Collection[Place]) -> str:
    """Return a table of contents without the entries of what is made already."""

    def is_made(line: str) -> bool:
        found = ENTRY.match(line)
        return found is not None and (int(found[1]), int(found[2])) in made

    return "".join(line for line in listing.splitlines(keepends=True) if not is_made(line))


def _restore(target: DatabaseAccess, database: str, archive: Archive, contents: str, *options: str) -> None:
    listing = archive.path.with_name("contents")
    listing.write_text(contents, encoding="utf-8")
    run_engine(
        [
            find_program("pg_restore", PACKAGE),
            f"--dbname={conninfo(database)}",
            f"--use-list={listing}",
            "--exit-on-error",
            "--no-tablespaces",
            *options,
            str(archive.path),
        ],
        environment=environment(target, database) | {"PGOPTIONS": _options(SETTINGS)},
        secrets=[target.password],
    )


def _options(settings: Mapping[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _prefix(target: DatabaseAccess, database: str) -> str:
    return f"cce-migration-dump-{zlib.crc32(f'{target.address} {database}'.encode()):08x}-"
