"""Judge whether a server's changes can be followed: what its binary log must hold, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from include.connections import DatabaseAccess
from include.databases.mariadb.obstacle_texts import named
from include.databases.mariadb.server_facts import DatabaseFacts, ServerFacts, read_database, read_server
from include.databases.mariadb.session import rows, session
from include.databases.obstacles import Obstacle
from include.errors import PreflightError

# Shorter than a weekend, a migration that pauses loses its place.
HOURS_TO_KEEP = 48
# MariaDB 10.5 gave parts of REPLICATION CLIENT and SUPER names of their own.
MAY_READ_LOG = frozenset({"SUPER", "REPLICATION SLAVE"})
MAY_ASK_POSITION = frozenset({"SUPER", "REPLICATION CLIENT", "BINLOG MONITOR"})
FILTERS = "show master status"

Rule = Callable[[ServerFacts, DatabaseFacts], Iterator[Obstacle]]


def writes_log(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for a binary log."""
    if not server.is_on("log_bin"):
        yield (
            "blocker",
            "cannot be followed: its server writes no binary log",
            "set log_bin and restart that server, or copy by dump",
        )


def logs_rows(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for whole rows in the log."""
    wanted = {"binlog_format": "ROW", "binlog_row_image": "FULL"}
    wrong = [
        f"{name}={server.variables[name]}"
        for name, text in wanted.items()
        if server.variables.get(name, text).upper() != text
    ]
    if wrong:
        yield (
            "blocker",
            f"cannot be followed: its server's log does not hold whole rows ({', '.join(wrong)})",
            "set binlog_format=ROW and binlog_row_image=FULL and let all sessions connect again, or copy by dump",
        )


def logs_plainly(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for events that are not compressed."""
    if server.is_on("log_bin_compress"):
        yield (
            "blocker",
            "cannot be followed: its server compresses its binary log",
            "set log_bin_compress=OFF, or copy by dump",
        )


def keeps_log(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for a log that outlasts the first copy and a pause."""
    seconds = server.number("binlog_expire_logs_seconds") or server.number("expire_logs_days") * 86400
    if 0 < seconds < HOURS_TO_KEEP * 3600:
        yield (
            "warning",
            f"keeps its binary log for {seconds / 3600:.0f} hours: a copy or a pause that takes longer has to begin anew",
            f"set binlog_expire_logs_seconds to {HOURS_TO_KEEP * 3600} or more while the migration runs",
        )


def may_read_log(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for the right to read the log and its position."""
    wanted = {"REPLICATION SLAVE": MAY_READ_LOG, "BINLOG MONITOR": MAY_ASK_POSITION}
    missing = [name for name, any_of in wanted.items() if not server.rights & any_of]
    if missing:
        yield (
            "blocker",
            f"cannot be followed: the connection's user lacks {' and '.join(missing)}",
            f"GRANT {', '.join(missing)} ON *.* to that user, or copy by dump",
        )


def has_no_history(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Refuse tables that keep former rows: written again, these would begin and end at other moments."""
    if database.versioned:
        yield (
            "blocker",
            f"cannot be followed: {named(database.versioned)} keep former rows (SYSTEM VERSIONING)",
            "copy this database by dump, or drop the versioning first",
        )


def has_no_compressed_columns(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Refuse columns that stand compressed in the log."""
    if database.compressed:
        yield (
            "blocker",
            f"cannot be followed: columns {named(database.compressed)} are COMPRESSED",
            "copy this database by dump, or alter these columns first",
        )


def has_keys(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Tell which tables have no key by which a row is found."""
    if database.keyless:
        yield (
            "warning",
            f"has tables without a primary or unique key, {named(database.keyless)}: each changed row is searched in the "
            "whole table while following",
            "give them a primary key, or make sure that they are small or only inserted into",
        )


RULES: tuple[Rule, ...] = (
    writes_log,
    logs_rows,
    logs_plainly,
    keeps_log,
    may_read_log,
    has_no_history,
    has_no_compressed_columns,
    has_keys,
)


def follow_obstacles(server: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Yield everything that speaks against following a database of this server."""
    for rule in RULES:
        yield from rule(server, database)


def find_source_obstacles(source: DatabaseAccess, database: str) -> Iterator[Obstacle]:
    """Yield everything that speaks against following a database, as its server tells it."""
    with session(source) as connection:
        server, facts = read_server(connection), read_database(connection, database, frozenset())
    yield from follow_obstacles(server, facts)


def refuse_unfollowable(origin: DatabaseAccess, destination: DatabaseAccess, database: str) -> None:
    """Check that a database can be followed.

    :raises PreflightError: with everything that has to be changed first.
    """
    place = f"database {database}, origin {origin.address}"
    with session(origin) as connection:
        server = read_server(connection)
        found = list(follow_obstacles(server, read_database(connection, database, frozenset())))
        if server.is_on("log_bin") and server.rights & MAY_ASK_POSITION:
            found += _left_out(rows(connection, FILTERS), database)
    problems = [
        f"{place}: {message}; {remedy}" for severity, message, remedy in found if severity == "blocker"
    ]
    if problems:
        raise PreflightError(problems, "the database cannot be followed")


def _left_out(status: list[tuple[str, ...]], database: str) -> Iterator[Obstacle]:
    """Ask that the log holds this database."""
    chosen, ignored = (set(str(names).split(",")) - {""} for names in status[0][2:4])
    if database in ignored or (chosen and database not in chosen):
        yield (
            "blocker",
            "cannot be followed: its server leaves this database out of the log",
            "change binlog_do_db or binlog_ignore_db and restart that server",
        )
