"""Read what the preflight judges of a MariaDB server and of one database on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from include.databases.mariadb.session import rows, value

VARIABLES = "show global variables"
RIGHTS = "select privilege_type from information_schema.user_privileges where grantee = %s"
COLLATIONS = "select collation_name from information_schema.collations"
PLUGINS = "select plugin_name from information_schema.plugins where plugin_status = 'ACTIVE'"
NAMED_ZONES = "select convert_tz('2024-07-01 12:00:00', 'UTC', 'Europe/Berlin')"
CONNECTED = (
    "select variable_value from information_schema.global_status where variable_name = 'THREADS_CONNECTED'"
)


@dataclass(frozen=True)
class ServerFacts:
    """Describe a server as its administrator sees it.

    :param variables: by name, as the server shows them.
    :param rights: that the connection's user has over everything.
    :param has_zones: named time zones are known.
    """

    version: tuple[int, ...]
    variables: dict[str, str]
    rights: frozenset[str]
    collations: frozenset[str] = frozenset()
    plugins: frozenset[str] = frozenset()
    has_zones: bool = True
    connected: int = 0

    def is_on(self, variable: str) -> bool:
        """Say whether a switch is on; one that the server does not have is off."""
        return self.variables.get(variable, "OFF").upper() in {"ON", "1", "YES"}

    def number(self, variable: str) -> float:
        """Return a variable as a number, 0 when the server does not have it."""
        return float(self.variables.get(variable) or 0)


@dataclass(frozen=True)
class DatabaseFacts:
    """Describe a database on the source; the lists hold names.

    :param collations: of the database, its columns and its code.
    :param definers: (user, host) of the accounts that code runs as.
    :param privileged_code: code that asks for what only a server's own administrator may.
    """

    name: str
    tables: tuple[str, ...] = ()
    keyless: tuple[str, ...] = ()
    versioned: tuple[str, ...] = ()
    compressed: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    triggers_and_functions: tuple[str, ...] = ()
    privileged_code: tuple[str, ...] = ()
    collations: frozenset[str] = frozenset()
    engines: frozenset[str] = frozenset()
    login_plugins: frozenset[str] = frozenset()
    definers: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def read_server(connection: Any) -> ServerFacts:
    """Return the facts of a server."""
    # The account that the login was matched to may be one for any host.
    user, _, host = str(value(connection, "select current_user()")).rpartition("@")
    names = partial(_names, connection)
    return ServerFacts(
        version=version_of(str(value(connection, "select version()"))),
        variables={str(name): str(text) for name, text in rows(connection, VARIABLES)},
        rights=frozenset(names(RIGHTS, f"'{user}'@'{host}'")),
        collations=frozenset(names(COLLATIONS)),
        plugins=frozenset(name.lower() for name in names(PLUGINS)),
        has_zones=value(connection, NAMED_ZONES) is not None,
        connected=int(value(connection, CONNECTED) or 0),
    )


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers, e.g. (10, 11, 6)."""
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("-")[0])[:3])


def _names(connection: Any, query: str, *values: Any) -> list[str]:
    return [str(row[0]) for row in rows(connection, query, *values)]


Names = Callable[..., list[str]]
TABLES_OF = "select table_name from information_schema.tables where table_schema = %s and table_type = "
KEYLESS = """select t.table_name from information_schema.tables t where t.table_schema = %s and t.table_type = 'BASE TABLE'
    and not exists (select 1 from information_schema.statistics s where s.table_schema = t.table_schema
    and s.table_name = t.table_name group by s.index_name
    having max(s.non_unique) = 0 and sum(s.nullable = 'YES') = 0 and count(s.sub_part) = 0) order by 1"""
COMPRESSED = """select concat(table_name, '.', column_name) from information_schema.columns
    where table_schema = %s and column_type like '%%COMPRESSED%%' order by 1"""
EVENTS = "select event_name from information_schema.events where event_schema = %s and status = 'ENABLED' order by 1"
CODE = """select concat('trigger ', trigger_name) from information_schema.triggers where trigger_schema = %s
    union select concat('function ', routine_name) from information_schema.routines
    where routine_schema = %s and routine_type = 'FUNCTION' order by 1"""
SPACE = "[[:space:]]+"
PRIVILEGED = (
    f"set{SPACE}(@@)?global|sql_log_bin|load_file{SPACE[:-1]}*[(]|into{SPACE}(outfile|dumpfile)|load{SPACE}data{SPACE}infile|"
    f"(^|;|begin|then){SPACE[:-1]}*(kill|shutdown|reset|purge){SPACE}"
)
PRIVILEGED_CODE = """select concat(lower(routine_type), ' ', routine_name) from information_schema.routines
    where routine_schema = %s and routine_definition regexp %s
    union select concat('trigger ', trigger_name) from information_schema.triggers
    where trigger_schema = %s and action_statement regexp %s
    union select concat('event ', event_name) from information_schema.events
    where event_schema = %s and event_definition regexp %s order by 1"""
USED_COLLATIONS = """select default_collation_name from information_schema.schemata where schema_name = %s
    union select collation_name from information_schema.columns where table_schema = %s and collation_name is not null
    union select table_collation from information_schema.tables where table_schema = %s and table_collation is not null
    union select collation_connection from information_schema.routines where routine_schema = %s
    union select collation_connection from information_schema.views where table_schema = %s
    union select collation_connection from information_schema.triggers where trigger_schema = %s"""
USED_ENGINES = """select distinct engine from information_schema.tables
    where table_schema = %s and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') and engine is not null"""
LOGIN_PLUGINS = """select distinct u.plugin from mysql.user u join mysql.db d on d.user = u.user and d.host = u.host
    where %s like d.db and u.plugin <> ''"""


def read_database(connection: Any, name: str, definers: frozenset[tuple[str, str]]) -> DatabaseFacts:
    """Return the facts of a database."""
    names: Names = partial(_names, connection)
    return DatabaseFacts(
        name=name,
        tables=tuple(names(f"{TABLES_OF} 'BASE TABLE'", name)),
        keyless=tuple(names(KEYLESS, name)),
        versioned=tuple(names(f"{TABLES_OF} 'SYSTEM VERSIONED'", name)),
        compressed=tuple(names(COMPRESSED, name)),
        events=tuple(names(EVENTS, name)),
        triggers_and_functions=tuple(names(CODE, name, name)),
        privileged_code=tuple(names(PRIVILEGED_CODE, *[name, PRIVILEGED] * 3)),
        collations=frozenset(names(USED_COLLATIONS, *[name] * 6)),
        engines=frozenset(names(USED_ENGINES, name)),
        login_plugins=frozenset(names(LOGIN_PLUGINS, name)),
        definers=definers,
    )
