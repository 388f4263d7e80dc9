"""Carry views, routines, triggers and events over with MariaDB's own programs: mariadb-dump | mariadb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from typing import IO, cast

from include.connections import DatabaseAccess
from include.databases.mariadb.definers import exchanged
from include.databases.mariadb.session import arguments, environment, rows, session
from include.databases.mariadb.talking import accompanied
from include.engines import DISCARD, PIPE, LineLog, Process, close_pipe, find_program, mask, start_engine
from include.errors import EngineError

PACKAGE = "mariadb-client"
OPTIONS = (
    "--no-data",
    # Without it the dump would lock the source's tables.
    "--single-transaction",
    "--no-tablespaces",
    "--skip-dump-date",
    "--max-allowed-packet=1G",
)
CODE = ("--no-create-info", "--add-drop-trigger", "--triggers")
VIEWS = "select table_name from information_schema.views where table_schema = %s"


def copy_code(
    source: DatabaseAccess, target: DatabaseAccess, database: str, definers: Mapping[str, str]
) -> None:
    """Make routines, triggers and events, then views; what is there already is made anew.

    :param definers: `kind name` -> as whom it is to run, where that is another than on the source.
    """
    _copy(source, target, database, [*CODE, "--routines", "--events", database], definers)
    with session(source) as connection:
        views = [str(name) for (name,) in rows(connection, VIEWS, database)]
    if views:
        _copy(source, target, database, ["--skip-triggers", database, "--tables", *views], definers)


def copy_triggers(
    source: DatabaseAccess,
    target: DatabaseAccess,
    database: str,
    tables: Sequence[str],
    definers: Mapping[str, str],
) -> None:
    """Make the triggers of some tables; what is there already is made anew."""
    _copy(source, target, database, [*CODE, database, "--tables", *tables], definers)


def _copy(
    source: DatabaseAccess,
    target: DatabaseAccess,
    database: str,
    what: Sequence[str],
    definers: Mapping[str, str],
) -> None:
    command = [find_program("mariadb-dump", PACKAGE), *arguments(source), *OPTIONS, *what]
    with (
        start_engine(command, environment=environment(source)) as process,
        accompanied(process, source),
    ):
        Dump(process, source, database, definers).pour_into(target)


class Dump:
    """Read a running dump."""

    def __init__(
        self, process: Process, source: DatabaseAccess, name: str, definers: Mapping[str, str]
    ) -> None:
        self._process = process
        self._definers = definers
        self._source = source
        self._name = name
        self._log = LineLog("mariadb-dump", [source.password])
        self._reader = self._log.follow(process.stderr)

    def pour_into(self, target: DatabaseAccess) -> None:
        """Feed the dump to the target's client until its end.

        :raises EngineError: when the dump or the client ends badly; the client's words come first.
        """
        command = [
            find_program("mariadb", PACKAGE),
            *arguments(target),
            "--max-allowed-packet=1G",
            # Without it the bodies of routines lose theirs.
            "--comments",
            # Its last lines are shown to people, and would be rows.
            "--loose-skip-print-query-on-error",
            self._name,
        ]
        with (
            start_engine(command, environment=environment(target), stdin=PIPE, stdout=DISCARD) as client,
            accompanied(client, target),
        ):
            log = LineLog("mariadb", [target.password])
            reader = log.follow(client.stderr)
            # A dump that broke off must not end like a whole one: the client is only told the end of a whole dump.
            if not self._pump(client):
                self._check()
            code = client.wait()
            reader.join()
            if code != 0:
                raise EngineError(mask(" ".join(command), [target.password]), log.last_lines, exit_code=code)
        self._check()

    def _pump(self, client: Process) -> bool:
        """Say whether the client got all of a whole dump."""
        pipe = cast("IO[bytes]", client.stdin)
        for line in self._lines():
            try:
                pipe.write(line)
            except BrokenPipeError:
                # The client has ended, and its exit code says why.
                return True
        is_whole = self._process.wait() == 0
        if is_whole:
            close_pipe(pipe)
        return is_whole

    def _lines(self) -> Iterator[bytes]:
        return exchanged(cast("BufferedReader", self._process.stdout), self._definers)

    def _check(self) -> None:
        code = self._process.wait()
        self._reader.join()
        if code != 0:
            raise EngineError(
                f"mariadb-dump of {self._name} on {self._source.address}",
                self._log.last_lines,
                exit_code=code,
            )
