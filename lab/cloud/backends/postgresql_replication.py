"""PostgreSQL behind DRS: whole databases, with pg_dump into psql."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import Any

import psycopg
from psycopg import sql

from lab.cloud.backends.replication import ALARM, FAILED, Check, End
from lab.services.postgres import binaries

_MAINTENANCE = "postgres"
_SECONDS_BETWEEN_LOOKS = 0.2
# added to sequences when a job is ended in good order (DRS user guide, drs_04_0107)
_MARGIN = 10_000
_SEQUENCES = """select format('select setval(%L, coalesce(last_value, 0) + {margin}) from %I.%I',
    format('%I.%I', schemaname, sequencename), schemaname, sequencename) from pg_sequences where increment_by > 0"""
_SIZE = "select coalesce(sum(pg_database_size(datname)), 0) from pg_database where datname = any(%s)"
_RIGHTS = "select rolsuper or (rolcreatedb and rolcreaterole) from pg_roles where rolname = current_user"


class PostgresqlReplication:
    """Copy databases of PostgreSQL."""

    def login_problem(self, end: End) -> str:
        """Return why a login fails."""
        try:
            with _session(end):
                return ""
        except psycopg.OperationalError as error:
            return str(error).strip()

    def check(self, source: End, target: End, databases: list[str]) -> list[Check]:
        """Look at both servers: logins, versions, rights, and whether the target has the databases already."""
        problems = {"src": self.login_problem(source), "dst": self.login_problem(target)}
        found = [_connection(side, problem) for side, problem in problems.items()]
        if any(problems.values()):
            return found
        with _session(source) as ours, _session(target) as theirs:
            return [
                *found,
                _versions(ours, theirs),
                _passwords(ours),
                _rights(theirs),
                _conflicts(theirs, databases),
            ]

    def copy(self, source: End, target: End, database: str, stopped: threading.Event) -> None:
        """Copy a database with its owner, rights and settings; an owner that the target lacks is left out."""
        dump = [
            str(binaries() / "pg_dump"),
            "--create",
            "--no-tablespaces",
            "--no-publications",
            "--no-subscriptions",
            f"--dbname={database}",
        ]
        load = [str(binaries() / "psql"), "--no-psqlrc", "--quiet", "--dbname=postgres"]
        with TemporaryFile() as said:
            reading = subprocess.Popen(dump, env=_environment(source), stdout=subprocess.PIPE, stderr=said)
            writing = subprocess.Popen(
                load, env=_environment(target), stdin=reading.stdout, stdout=subprocess.DEVNULL, stderr=said
            )
            if reading.stdout:
                # the one that reads it has it: pg_dump must notice when that one ends
                reading.stdout.close()
            _wait([reading, writing], stopped)
            said.seek(0)
            problems = _problems(said.read().decode(errors="replace"))
        if reading.returncode or writing.returncode or problems:
            raise RuntimeError(problems or f"pg_dump {reading.returncode}, psql {writing.returncode}")

    def share(self, source: End, target: End, databases: list[str]) -> float:
        """Compare the sizes of both sides."""
        sizes = []
        for end in (source, target):
            with _session(end) as session:
                row = session.execute(_SIZE, [databases]).fetchone()
                sizes.append(int(row[0]) if row else 0)
        return min(1.0, sizes[1] / max(sizes[0], 1))

    def forget(self, target: End, database: str) -> None:
        """Drop a database."""
        with _session(target) as session:
            session.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )

    def raise_sequences(self, target: End, database: str) -> None:
        """Set every sequence ahead by the margin."""
        with _session(target, database) as session:
            for (statement,) in session.execute(_SEQUENCES.replace("{margin}", str(_MARGIN))).fetchall():
                session.execute(statement)


@contextmanager
def _session(end: End, database: str = _MAINTENANCE) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(
        host=end.address,
        port=end.port,
        user=end.user,
        password=end.password,
        dbname=database,
        connect_timeout=3,
        autocommit=True,
    ) as session:
        yield session


def _environment(end: End) -> dict[str, str]:
    login = {"PGHOST": end.address, "PGPORT": str(end.port), "PGUSER": end.user, "PGPASSWORD": end.password}
    return os.environ | login


def _wait(processes: list[subprocess.Popen[bytes]], stopped: threading.Event) -> None:
    while any(process.poll() is None for process in processes):
        if stopped.wait(_SECONDS_BETWEEN_LOOKS):
            for process in processes:
                with suppress(ProcessLookupError):
                    process.kill()
                process.wait()


def _problems(said: str) -> str:
    """Return the errors but for those about owners and grantees that the target has not: DRS leaves these out."""
    errors = [line for line in said.splitlines() if "error:" in line.lower()]
    return "\n".join(line for line in errors if not ("role " in line and "does not exist" in line))


def _connection(side: str, problem: str) -> Check:
    item = f"{side}DbConnection"
    return Check(item, "network", FAILED, "CONNECTION_FAILED", problem) if problem else Check(item, "network")


def _versions(source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> Check:
    ours, theirs = source.info.server_version // 10_000, target.info.server_version // 10_000
    if theirs >= ours:
        return Check("dbVersionMeetRequirement", "db_version")
    message = f"The version of the destination, {theirs}, is lower than that of the source, {ours}."
    return Check("dbVersionMeetRequirement", "db_version", FAILED, "DST_VERSION_LOWER", message)


def _passwords(source: psycopg.Connection[Any]) -> Check:
    row = source.execute("select has_table_privilege('pg_catalog.pg_authid', 'select')").fetchone()
    if row and row[0]:
        return Check("srcDbPrivilegesIsEnough", "db_user_privilege")
    message = "The source user cannot read pg_catalog.pg_authid: passwords of users are not synchronized."
    return Check("srcDbPrivilegesIsEnough", "db_user_privilege", ALARM, "SRC_PRIVILEGE_LACKS", message)


def _rights(target: psycopg.Connection[Any]) -> Check:
    row = target.execute(_RIGHTS).fetchone()
    if row and row[0]:
        return Check("dstDbPrivilegesIsEnough", "db_user_privilege")
    message = "The destination user needs CREATEDB and CREATEROLE."
    return Check("dstDbPrivilegesIsEnough", "db_user_privilege", FAILED, "DST_PRIVILEGE_LACKS", message)


def _conflicts(target: psycopg.Connection[Any], databases: list[str]) -> Check:
    """The item's name is not confirmed; that a database of the same name is refused is (drs_04_0107)."""
    rows = target.execute("select datname from pg_database where datname = any(%s)", [databases]).fetchall()
    if not rows:
        return Check("srcDbAlreadyExistedInDstDb", "db_object_conflict_check")
    names = ", ".join(str(row[0]) for row in rows)
    message = f"The destination has a database of the same name: {names}."
    return Check(
        "srcDbAlreadyExistedInDstDb", "db_object_conflict_check", FAILED, "DST_DB_ALREADY_EXISTED", message
    )
