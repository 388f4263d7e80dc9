"""A MariaDB server on the loopback with a folder of its own, which it loses at its end."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from benchmarks.registry_server import free_port
from include.connections import DatabaseAccess

SYSTEM_USER = "mysql"
ADMINISTRATOR = "bench"
PASSWORD = "of the benchmark"
START_SECONDS = 60.0
# Both sides alike, and what a migration's speed hangs on set as a server of two cores has it.
SETTINGS = (
    "--innodb-buffer-pool-size=512M",
    "--innodb-log-file-size=1G",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-flush-method=nosync",
    "--binlog-format=ROW",
    "--character-set-server=utf8mb4",
    "--skip-name-resolve",
)


@dataclass(frozen=True)
class Server:
    """Where it is; its administrator may everything."""

    port: int

    def execute(self, *statements: str, database: str | None = None) -> None:
        """Execute statements as the administrator."""
        with self.session(database) as session, session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def session(self, database: str | None = None) -> pymysql.Connection[Any]:
        """Return a session of the administrator; it ends with its `with`."""
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=ADMINISTRATOR,
            password=PASSWORD,
            database=database,
            autocommit=True,
        )

    def arguments(self) -> list[str]:
        """Return the arguments by which programs reach it; the password goes by `MYSQL_PWD`."""
        return ["--host=127.0.0.1", f"--port={self.port}", f"--user={ADMINISTRATOR}"]

    def access(self) -> DatabaseAccess:
        """Return how the migration's engine reaches it."""
        return DatabaseAccess("mariadb", "127.0.0.1", self.port, ADMINISTRATOR, PASSWORD)

    def document(self) -> dict[str, Any]:
        """Return the Airflow connection to it."""
        return {
            "conn_type": "mysql",
            "host": "127.0.0.1",
            "port": self.port,
            "login": ADMINISTRATOR,
            "password": PASSWORD,
        }


@contextmanager
def mariadb(number: int) -> Generator[Server]:
    """Run this machine's MariaDB; `number` is its server id."""
    folder = Path(tempfile.mkdtemp(prefix="cce-bench-mariadb-"))
    shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    server = Server(free_port())
    try:
        _make(folder)
        process = subprocess.Popen(
            _command(folder, server.port, number), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _make(folder: Path) -> None:
    first = folder / "first.sql"
    first.write_text(
        f"flush privileges;\ncreate user {ADMINISTRATOR}@'%' identified by '{PASSWORD}';\n"
        f"grant all privileges on *.* to {ADMINISTRATOR}@'%' with grant option;\n"
    )
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={folder}/data",
            f"--user={SYSTEM_USER}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            f"--extra-file={first}",
        ],
        check=True,
        capture_output=True,
    )


def _command(folder: Path, port: int, number: int) -> list[str]:
    return [
        "mariadbd",
        "--no-defaults",
        f"--datadir={folder}/data",
        f"--socket={folder}/server.sock",
        f"--pid-file={folder}/server.pid",
        f"--tmpdir={folder}",
        f"--user={SYSTEM_USER}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--server-id={number}",
        f"--log-bin={folder}/data/changes",
        *SETTINGS,
    ]


def _wait(server: Server) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            server.execute("select 1")
        except pymysql.err.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return
