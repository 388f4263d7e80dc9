"""Judge what two servers have different, as far as a database of the one is to live on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from include.databases.mariadb.definers import MAY_NAME_DEFINERS
from include.databases.mariadb.obstacle_texts import named
from include.databases.mariadb.server_facts import DatabaseFacts, ServerFacts
from include.databases.obstacles import Obstacle

Rule = Callable[[ServerFacts, ServerFacts, DatabaseFacts], Iterator[Obstacle]]
# A copy opens so many sessions on each server at most: streams, notes, a lock, a look at the growth.
SESSIONS_OF_A_COPY = 8
HISTORY_SINCE = (10, 11)


def is_not_older(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Tell of a target that may not know what the source uses."""
    if target.version[:2] < source.version[:2]:
        yield (
            "warning",
            f"goes from version {_dotted(source.version)} to the older {_dotted(target.version)}, which may not know its types, "
            "functions or syntax",
            "choose a target of the same or a later version",
        )


def has_collations(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for every collation that the database uses."""
    # Since 10.10 servers list uca1400 collations without the character set before their names.
    known = target.collations
    missing = sorted(name for name in database.collations if not known & {name, name.partition("_")[2]})
    if missing:
        yield (
            "blocker",
            f"uses collations that the target does not know: {named(missing)}",
            "choose a target of the source's version, or convert the database on the source, e.g. to utf8mb4_unicode_ci",
        )


def has_engines(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for every storage engine that the database uses."""
    missing = sorted(name for name in database.engines if name.lower() not in target.plugins)
    if missing:
        yield (
            "blocker",
            f"has tables of engines that the target does not have: {named(missing)}",
            "make these tables InnoDB on the source first (ALTER TABLE … ENGINE=InnoDB)",
        )


def has_login_plugins(
    source: ServerFacts, target: ServerFacts, database: DatabaseFacts
) -> Iterator[Obstacle]:
    """Ask for every plugin by which the database's accounts log in."""
    missing = sorted(name for name in database.login_plugins if name.lower() not in target.plugins)
    if missing:
        yield (
            "blocker",
            f"has accounts that log in by plugins the target does not have: {named(missing)}",
            "give these accounts a password (mysql_native_password) on the source first",
        )


def reads_names_alike(
    source: ServerFacts, target: ServerFacts, database: DatabaseFacts
) -> Iterator[Obstacle]:
    """Tell of names that the target would fold together, or that queries would no longer find."""
    here, there = (facts.variables.get("lower_case_table_names", "0") for facts in (source, target))
    with_capitals = [name for name in database.tables if name != name.lower()]
    if here == there or not with_capitals:
        return
    folded = [name.lower() for name in database.tables]
    collide = [name for name in with_capitals if folded.count(name.lower()) > 1]
    if collide and there != "0":
        yield (
            "blocker",
            f"has tables whose names differ in capitals only, {named(collide)}, which are one name on the target "
            f"(lower_case_table_names={there})",
            "rename one of them on the source, or make a target with the source's lower_case_table_names",
        )
        return
    yield (
        "warning",
        f"has tables with capitals in their names, {named(with_capitals)}, and lower_case_table_names is {here} on the source "
        f"and {there} on the target: queries may not find them, and the proof compares names as they are",
        "make a target with the source's lower_case_table_names; it cannot be changed later",
    )


def has_modes(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Tell of another sql_mode, under which the same statement may fail or store something else."""
    here, there = (
        set(facts.variables.get("sql_mode", "").upper().split(",")) - {""} for facts in (source, target)
    )
    if here != there:
        yield (
            "warning",
            f"is used with another sql_mode on the source ({_listed(here - there)} only there) than on the target "
            f"({_listed(there - here)} only there): the same statement may be refused or store something else",
            "set the target's sql_mode to the source's",
        )


def runs_events(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for a scheduler where events run on the source."""
    if database.events and source.is_on("event_scheduler") and not target.is_on("event_scheduler"):
        yield (
            "warning",
            f"has events ({named(database.events)}), and the target runs none",
            "set event_scheduler=ON on the target at the cutover",
        )


def may_make_triggers(
    source: ServerFacts, target: ServerFacts, database: DatabaseFacts
) -> Iterator[Obstacle]:
    """Ask that triggers and functions can be made: beside a binary log that takes SUPER or the server's trust."""
    is_trusted = target.is_on("log_bin_trust_function_creators") or "SUPER" in target.rights
    if database.triggers_and_functions and target.is_on("log_bin") and not is_trusted:
        yield (
            "blocker",
            f"has {named(database.triggers_and_functions)}, which the target lets nobody without SUPER make while it writes a "
            "binary log",
            "set log_bin_trust_function_creators=ON in the target's parameters",
        )


def may_name_definers(
    source: ServerFacts, target: ServerFacts, database: DatabaseFacts
) -> Iterator[Obstacle]:
    """Ask for the right to make code that runs as somebody else."""
    if database.definers and not target.rights & MAY_NAME_DEFINERS:
        names = sorted(f"{user}@{host}" for user, host in database.definers)
        yield (
            "blocker",
            f"has views, triggers, routines or events that run as {named(names)}, and the target's user may not make such "
            "(it lacks SET USER)",
            "GRANT SET USER ON *.* to that user, or let them run as it: `definers: target_user` in the definition",
        )


def knows_zones(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for named time zones where the source knows them."""
    if source.has_zones and not target.has_zones:
        yield (
            "warning",
            "comes from a server that knows time zones by name, and the target does not: CONVERT_TZ gives NULL there",
            "let the target's time zone tables be filled, or use offsets such as +02:00",
        )


def has_time_zone(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Tell of another time zone, in which TIMESTAMP columns and NOW() are shown."""
    here, there = _zone(source), _zone(target)
    if here != there:
        yield (
            "warning",
            f"is used in time zone {here} on the source and {there} on the target: TIMESTAMP columns and NOW() show other "
            "times to sessions that set none",
            "set the target's time_zone to the source's",
        )


def takes_packets(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for a packet in which every value of the source fits."""
    here, there = (facts.number("max_allowed_packet") for facts in (source, target))
    if there < here:
        yield (
            "warning",
            f"may hold values of {here / 2**20:.0f} MiB, and the target takes {there / 2**20:.0f} MiB at once",
            "set the target's max_allowed_packet to twice the source's",
        )


def has_connections(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for room for the copy's own sessions."""
    for side, facts in (("source", source), ("target", target)):
        left = int(facts.number("max_connections")) - facts.connected
        if left < SESSIONS_OF_A_COPY:
            yield (
                "blocker",
                f"is on a {side} server with {left} connections left, and a copy takes up to {SESSIONS_OF_A_COPY}",
                f"raise max_connections on the {side}, or end idle sessions there",
            )


def asks_for_no_more(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Tell of code that does what a managed server lets nobody do."""
    if database.privileged_code and "SUPER" not in target.rights:
        yield (
            "warning",
            f"has code that asks for rights over the server or its files, {named(database.privileged_code)}: it fails on the "
            "target at its first use",
            "take SET GLOBAL, sql_log_bin, LOAD_FILE, INTO OUTFILE, KILL and the like out of it",
        )


def takes_history(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Ask for a target that takes former rows with the moments between which they were valid."""
    if database.versioned and target.version < HISTORY_SINCE:
        yield (
            "blocker",
            f"has tables that keep former rows, {named(database.versioned)}, and the target takes none before MariaDB 10.11",
            "choose a target from 10.11 on, or drop the versioning first",
        )


RULES: tuple[Rule, ...] = (
    is_not_older,
    has_collations,
    has_engines,
    has_login_plugins,
    reads_names_alike,
    has_modes,
    runs_events,
    may_make_triggers,
    may_name_definers,
    knows_zones,
    has_time_zone,
    takes_packets,
    has_connections,
    asks_for_no_more,
    takes_history,
)


def server_obstacles(source: ServerFacts, target: ServerFacts, database: DatabaseFacts) -> Iterator[Obstacle]:
    """Yield everything that differs between the servers and matters to this database."""
    for rule in RULES:
        yield from rule(source, target, database)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _listed(modes: set[str]) -> str:
    return ", ".join(sorted(modes)) or "nothing"


def _zone(server: ServerFacts) -> str:
    zone = server.variables.get("time_zone", "SYSTEM")
    return server.variables.get("system_time_zone", zone) if zone == "SYSTEM" else zone
