"""Dump a snapshot and restore it with PostgreSQL's own programs, two jobs each."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from include.connections import DatabaseAccess
from include.databases.postgresql.session import environment
from include.engines import find_program, run_engine

JOBS = "2"
PACKAGE = "postgresql-client"
# Only a superuser may restore these; the target's own are already there.
SUPERUSER_ENTRIES = ("COMMENT - EXTENSION ", "EVENT TRIGGER ", "PROCEDURAL LANGUAGE ")


def remove_left_dumps(target: DatabaseAccess, database: str) -> None:
    """Remove what tries that were killed have left on this worker.

    Call it with the target's lock: nobody else is dumping for this target then. A dump of the same source for another target stays.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_prefix(target, database)}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def dumped(source: DatabaseAccess, target: DatabaseAccess, database: str, snapshot: str) -> Generator[Path]:
    """Yield the folder of a dump of the snapshot for a target, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=_prefix(target, database)) as folder:
        path = Path(folder) / "dump"
        run_engine(
            [
                find_program("pg_dump", PACKAGE),
                "--format=directory",
                f"--file={path}",
                f"--jobs={JOBS}",
                f"--snapshot={snapshot}",
                # The lowest level: a dump lives for seconds, and no compression would need the database's size on disk.
                "--compress=1",
                "--no-sync",
                "--no-tablespaces",
                # A subscription would begin to replicate as soon as it is restored.
                "--no-subscriptions",
            ],
            environment=environment(source, database),
            secrets=[source.password],
        )
        yield path


def restore(target: DatabaseAccess, database: str, dump: Path, *, as_superuser: bool) -> None:
    """Restore a dump into an empty database, owners and rights included.

    :raises EngineError: at the first statement the server refuses.
    """
    program = find_program("pg_restore", PACKAGE)
    contents = dump.with_name("contents")
    listing = run_engine([program, "--list", str(dump)])
    contents.write_text(listing if as_superuser else without_superuser_entries(listing), encoding="utf-8")
    run_engine(
        [
            program,
            f"--dbname={database}",
            f"--jobs={JOBS}",
            f"--use-list={contents}",
            "--exit-on-error",
            "--no-tablespaces",
            str(dump),
        ],
        environment=environment(target, database),
        secrets=[target.password],
    )


def without_superuser_entries(listing: str) -> str:
    """Return pg_restore's table of contents without what only a superuser may restore."""
    return "".join(
        line
        for line in listing.splitlines(keepends=True)
        if not any(f" {entry}" in line for entry in SUPERUSER_ENTRIES)
    )


def _prefix(target: DatabaseAccess, database: str) -> str:
    return f"cce-migration-dump-{zlib.crc32(f'{target.address} {database}'.encode()):08x}-"
