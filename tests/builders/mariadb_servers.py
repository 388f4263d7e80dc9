"""MariaDB servers of a test's own, on the loopback: they start in seconds and are gone afterwards.

They log changes by row, as the managed servers do, and take their administrator's rights from the test.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from include.connections import DatabaseAccess

PROGRAM = shutil.which("mariadbd", path=os.environ.get("PATH", "") + ":/usr/sbin")
USER = "mysql"
ADMINISTRATOR = "superuser"
PASSWORD = "of-a-test-only"
SECONDS_TO_START = 60
# What the administrator of a managed server is given: neither SUPER nor any right over the server itself.
MANAGED_RIGHTS = (
    "select, insert, update, delete, create, drop, reload, process, references, index, alter, show databases, "
    "create temporary tables, lock tables, execute, replication slave, binlog monitor, slave monitor, create view, "
    "show view, create routine, alter routine, create user, event, trigger, delete history, set user"
)


@dataclass(frozen=True)
class Server:
    """A running server."""

    access: DatabaseAccess
    folder: Path
    superuser: DatabaseAccess

    def execute(self, *statements: str, database: str | None = None) -> None:
        """Execute statements as the server's own administrator, who may everything."""
        with self.session(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, query: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.session(database) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    @contextmanager
    def session(self, database: str | None = None) -> Generator[Any]:
        """Yield a session in autocommit mode."""
        login = self.superuser
        connection = pymysql.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
        )
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def running_server(
    folder: Path, number: int, rights: str = MANAGED_RIGHTS, settings: Sequence[str] = ()
) -> Generator[Server]:
    """Yield a server with an empty data directory; `number` is its server id."""
    data = folder / f"mariadb-{number}"
    data.mkdir(parents=True)
    for parent in (data, *data.parents):
        if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o011)
    shutil.chown(data, USER)
    _install(data)
    port = _free_port()
    process = subprocess.Popen(
        _command(data, port, number, settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        server = Server(_access(port, "admin"), data, _access(port, ADMINISTRATOR))
        _wait(server, process)
        server.execute(
            f"create user admin@'%' identified by '{PASSWORD}'",
            f"grant {rights} on *.* to admin@'%' with grant option",
        )
        yield server
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(data, ignore_errors=True)


def _install(data: Path) -> None:
    first = data / "first.sql"
    first.write_text(
        "flush privileges;\n"
        f"create user if not exists {ADMINISTRATOR}@'%' identified by '{PASSWORD}';\n"
        f"grant all privileges on *.* to {ADMINISTRATOR}@'%' with grant option;\n"
    )
    done = subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}/data",
            f"--user={USER}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            f"--extra-file={first}",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-400:]


def _command(data: Path, port: int, number: int, settings: Sequence[str]) -> list[str]:
    assert PROGRAM, "mariadbd is missing: apt-get install --no-install-recommends mariadb-server"
    return [
        PROGRAM,
        "--no-defaults",
        f"--datadir={data}/data",
        f"--socket={data}/server.sock",
        f"--pid-file={data}/server.pid",
        f"--tmpdir={data}",
        f"--user={USER}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        "--skip-name-resolve",
        f"--log-bin={data}/data/changes",
        "--binlog-format=ROW",
        f"--server-id={number}",
        "--log-bin-trust-function-creators=1",
        "--character-set-server=utf8mb4",
        "--innodb-buffer-pool-size=64M",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-flush-method=nosync",
        *settings,
    ]


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert process.poll() is None, f"mariadbd ended with {process.returncode}"
        with suppress(pymysql.err.OperationalError):
            server.execute("select 1")
            return
        time.sleep(0.1)
    raise AssertionError("mariadbd does not answer")


def _access(port: int, user: str) -> DatabaseAccess:
    return DatabaseAccess(engine="mariadb", host="127.0.0.1", port=port, user=user, password=PASSWORD)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
