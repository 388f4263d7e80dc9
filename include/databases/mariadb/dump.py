"""Stream a dump from one server into another: mariadb-dump | mariadb, counted on the way."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from typing import IO, cast

from include.connections import DatabaseAccess
from include.databases.mariadb.session import arguments, environment
from include.engines import DISCARD, PIPE, LineLog, Process, close_pipe, find_program, mask, start_engine
from include.errors import EngineError

PACKAGE = "mariadb-client"
BLOCK = 1 << 20
# The first of these comes after the dump's transaction has begun.
BEGUN = (b"-- Table structure", b"-- Temporary table structure", b"-- Sequence structure")
LONGEST_HEADER = 64 * 1024
OPTIONS = (
    "--single-transaction",
    "--quick",
    "--hex-blob",
    "--triggers",
    "--no-tablespaces",
    "--skip-dump-date",
    "--max-allowed-packet=1G",
)


class Dump:
    """Read a running dump."""

    def __init__(self, process: Process, source: DatabaseAccess, name: str) -> None:
        self._process = process
        self._source = source
        self._name = name
        self._log = LineLog("mariadb-dump", [source.password])
        self._reader = self._log.follow(process.stderr)
        self._head = b""

    def wait_begun(self) -> None:
        """Return once the dump reads its snapshot, or has ended."""
        while not any(mark in self._head for mark in BEGUN) and len(self._head) < LONGEST_HEADER:
            block = self._read()
            if not block:
                return
            self._head += block

    def pour_into(self, target: DatabaseAccess) -> int:
        """Feed the dump to the target's client until its end; return the bytes.

        :raises EngineError: when the dump or the client ends badly; the client's words come first.
        """
        command = [
            find_program("mariadb", PACKAGE),
            *arguments(target),
            "--max-allowed-packet=1G",
            # Its last lines are shown to people, and would be rows.
            "--loose-skip-print-query-on-error",
            self._name,
        ]
        with start_engine(command, environment=environment(target), stdin=PIPE, stdout=DISCARD) as client:
            log = LineLog("mariadb", [target.password])
            reader = log.follow(client.stderr)
            # A dump that broke off must not end like a whole one: the client is only told the end of a whole dump.
            size, is_whole = self._pump(client)
            if not is_whole:
                self._check()
            code = client.wait()
            reader.join()
        if code != 0:
            raise EngineError(mask(" ".join(command), [target.password]), log.last_lines, exit_code=code)
        self._check()
        return size

    def _pump(self, client: Process) -> tuple[int, bool]:
        """Return the bytes fed, and whether the client got all of a whole dump."""
        pipe = cast("IO[bytes]", client.stdin)
        size, block = 0, self._head or self._read()
        while block:
            try:
                pipe.write(block)
            except BrokenPipeError:
                # The client has ended, and its exit code says why.
                return size, True
            size += len(block)
            block = self._read()
        is_whole = self._process.wait() == 0
        if is_whole:
            close_pipe(pipe)
        return size, is_whole

    def _read(self) -> bytes:
        # Whatever is there, at once: waiting for a whole block would hold the source's lock for longer.
        return cast("BufferedReader", self._process.stdout).read1(BLOCK)

    def _check(self) -> None:
        code = self._process.wait()
        self._reader.join()
        if code != 0:
            raise EngineError(
                f"mariadb-dump of {self._name} on {self._source.address}",
                self._log.last_lines,
                exit_code=code,
            )


@contextmanager
def started_dump(
    source: DatabaseAccess, database: str, tables: Sequence[str] | None, *, with_history: bool = False
) -> Generator[Dump]:
    """Yield a running dump of a database, or of some of its tables.

    :param with_history: former rows of system-versioned tables, too; programs before 10.11 cannot.
    """
    what = ["--routines", "--events", database] if tables is None else [database, "--tables", *tables]
    options = [*OPTIONS, "--dump-history"] if with_history else OPTIONS
    command = [find_program("mariadb-dump", PACKAGE), *arguments(source), *options, *what]
    with start_engine(command, environment=environment(source)) as process:
        yield Dump(process, source, database)
