"""Each rule of the MariaDB preflight speaks where it has to, and is silent where servers and database are healthy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.databases.mariadb.follow_obstacles import RULES as FOLLOW_RULES
from include.databases.mariadb.follow_obstacles import follow_obstacles
from include.databases.mariadb.obstacle_texts import named
from include.databases.mariadb.server_facts import DatabaseFacts, ServerFacts, version_of
from include.databases.mariadb.server_obstacles import RULES as SERVER_RULES
from include.databases.mariadb.server_obstacles import server_obstacles

VARIABLES = {
    "log_bin": "ON",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "log_bin_compress": "OFF",
    "binlog_expire_logs_seconds": "864000",
    "log_bin_trust_function_creators": "ON",
    "lower_case_table_names": "0",
    "sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
    "event_scheduler": "ON",
    "time_zone": "SYSTEM",
    "system_time_zone": "UTC",
    "max_allowed_packet": "16777216",
    "max_connections": "100",
}
SERVER = ServerFacts(
    version=(10, 11, 6),
    variables=VARIABLES,
    rights=frozenset({"REPLICATION SLAVE", "BINLOG MONITOR", "SET USER"}),
    collations=frozenset({"utf8mb4_general_ci", "uca1400_ai_ci"}),
    plugins=frozenset({"innodb", "mysql_native_password"}),
    has_zones=True,
    connected=3,
)
DATABASE = DatabaseFacts(
    name="stock",
    tables=("items", "Orders"),
    triggers_and_functions=("trigger aside",),
    events=("nightly",),
    collations=frozenset({"utf8mb4_general_ci", "utf8mb4_uca1400_ai_ci"}),
    engines=frozenset({"InnoDB"}),
    login_plugins=frozenset({"mysql_native_password"}),
    definers=frozenset({("app", "%")}),
)


def with_variables(**changed: str) -> dict[str, Any]:
    return {"variables": VARIABLES | changed}


@pytest.mark.parametrize(
    ("source", "target", "database", "severity", "words"),
    [
        ({"version": (11, 4)}, {}, {}, "warning", "from version 11.4 to the older 10.11.6"),
        ({}, {"collations": frozenset({"utf8mb4_general_ci"})}, {}, "blocker", "know: utf8mb4_uca1400_ai_ci"),
        ({}, {}, {"engines": frozenset({"InnoDB", "ROCKSDB"})}, "blocker", "does not have: ROCKSDB"),
        ({}, {}, {"login_plugins": frozenset({"ed25519"})}, "blocker", "does not have: ed25519"),
        ({}, with_variables(lower_case_table_names="1"), {}, "warning", "capitals in their names, Orders"),
        (
            {},
            with_variables(lower_case_table_names="1"),
            {"tables": ("orders", "Orders")},
            "blocker",
            "one name on the target",
        ),
        (
            {},
            with_variables(sql_mode="ANSI,STRICT_TRANS_TABLES"),
            {},
            "warning",
            "NO_ENGINE_SUBSTITUTION only there",
        ),
        (
            {},
            with_variables(event_scheduler="OFF"),
            {},
            "warning",
            "events (nightly), and the target runs none",
        ),
        ({}, with_variables(log_bin_trust_function_creators="OFF"), {}, "blocker", "trigger aside"),
        ({}, {"rights": frozenset({"SELECT"})}, {}, "blocker", "run as app@%"),
        ({}, {"has_zones": False}, {}, "warning", "CONVERT_TZ gives NULL"),
        (
            {},
            with_variables(system_time_zone="CET"),
            {},
            "warning",
            "UTC on the source and CET on the target",
        ),
        (
            {},
            with_variables(max_allowed_packet="1048576"),
            {},
            "warning",
            "16 MiB, and the target takes 1 MiB",
        ),
        ({"connected": 95}, {}, {}, "blocker", "source server with 5 connections left"),
        ({}, {}, {"privileged_code": ("procedure tidy",)}, "warning", "procedure tidy"),
        (
            {"version": (10, 6)},
            {"version": (10, 6)},
            {"versioned": ("kept",)},
            "blocker",
            "none before MariaDB 10.11",
        ),
    ],
)
def test_a_difference_of_the_servers_is_told_once(
    source: dict[str, Any], target: dict[str, Any], database: dict[str, Any], severity: str, words: str
) -> None:
    found = list(
        server_obstacles(replace(SERVER, **source), replace(SERVER, **target), replace(DATABASE, **database))
    )

    assert [(one[0], words in one[1]) for one in found] == [(severity, True)]


def test_every_rule_of_the_servers_is_silent_between_equal_ones() -> None:
    assert len(SERVER_RULES) == 15
    assert list(server_obstacles(SERVER, SERVER, DATABASE)) == []


@pytest.mark.parametrize(
    ("server", "database", "severity", "words"),
    [
        (with_variables(log_bin="OFF"), {}, "blocker", "writes no binary log"),
        (with_variables(binlog_format="MIXED"), {}, "blocker", "binlog_format=MIXED"),
        (with_variables(binlog_row_image="MINIMAL"), {}, "blocker", "binlog_row_image=MINIMAL"),
        (with_variables(log_bin_compress="ON"), {}, "blocker", "compresses its binary log"),
        (with_variables(binlog_expire_logs_seconds="3600"), {}, "warning", "for 1 hours"),
        ({"rights": frozenset({"BINLOG MONITOR"})}, {}, "blocker", "lacks REPLICATION SLAVE"),
        ({"rights": frozenset({"REPLICATION SLAVE"})}, {}, "blocker", "lacks BINLOG MONITOR"),
        ({}, {"versioned": ("kept",)}, "blocker", "kept keep former rows"),
        ({}, {"compressed": ("items.words",)}, "blocker", "items.words are COMPRESSED"),
        ({}, {"keyless": ("log",)}, "warning", "without a primary or unique key, log"),
    ],
)
def test_what_keeps_a_database_from_being_followed_is_told_once(
    server: dict[str, Any], database: dict[str, Any], severity: str, words: str
) -> None:
    found = list(follow_obstacles(replace(SERVER, **server), replace(DATABASE, **database)))

    assert [(one[0], words in one[1]) for one in found] == [(severity, True)]


def test_every_rule_of_following_is_silent_at_a_healthy_server() -> None:
    assert len(FOLLOW_RULES) == 8
    assert list(follow_obstacles(SERVER, DATABASE)) == []
    assert list(follow_obstacles(replace(SERVER, rights=frozenset({"SUPER"})), DATABASE)) == []


@pytest.mark.parametrize(
    ("text", "version"),
    [("10.11.6-MariaDB-0+deb12u1-log", (10, 11, 6)), ("8.0.36", (8, 0, 36)), ("11.4.2-MariaDB", (11, 4, 2))],
)
def test_a_version_is_read_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert version_of(text) == version


def test_only_a_few_names_are_told() -> None:
    assert named(["a", "b"]) == "a, b"
    assert named("abcdefg") == "a, b, c, d, e and 2 more"
