"""A PostgreSQL server on the loopback with a folder of its own, which it loses at its end."""

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

import psycopg

from benchmarks.registry_server import free_port
from include.connections import DatabaseAccess
from lab.services.postgres import binaries

SYSTEM_USER = "postgres"
PASSWORD = "of the benchmark"
START_SECONDS = 30.0
# Both sides alike, and what a migration's speed hangs on set as a server of two cores has it.
SETTINGS = """
fsync = off
full_page_writes = off
shared_buffers = 512MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
wal_level = logical
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
"""


@dataclass(frozen=True)
class Server:
    """Where it is. The administrator is called `postgres`."""

    port: int

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Return a session of the administrator."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=SYSTEM_USER,
            password=PASSWORD,
            dbname=database,
            autocommit=True,
        )

    def environment(self, database: str) -> dict[str, str]:
        """Return the variables by which PostgreSQL's own programs reach a database."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": SYSTEM_USER,
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": database,
        }

    def access(self) -> DatabaseAccess:
        """Return how the migration's engine reaches it."""
        return DatabaseAccess("postgresql", "127.0.0.1", self.port, SYSTEM_USER, PASSWORD)

    def document(self) -> dict[str, Any]:
        """Return the Airflow connection to it."""
        return {
            "conn_type": "postgres",
            "host": "127.0.0.1",
            "port": self.port,
            "login": SYSTEM_USER,
            "password": PASSWORD,
        }


@contextmanager
def postgres() -> Generator[Server]:
    """Run the newest PostgreSQL of this machine."""
    folder = Path(tempfile.mkdtemp(prefix="cce-bench-postgres-"))
    shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    server = Server(free_port())
    try:
        _make(folder)
        process = _as_postgres([
            "postgres",
            "-D",
            str(folder / "data"),
            "-p",
            str(server.port),
            "-h",
            "127.0.0.1",
        ])
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _make(folder: Path) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    shutil.chown(password, SYSTEM_USER, SYSTEM_USER)
    made = _as_postgres([
        "initdb",
        f"--pgdata={folder / 'data'}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ])
    if made.wait() != 0:
        raise RuntimeError("initdb failed")
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS)


def _as_postgres(command: list[str]) -> subprocess.Popen[bytes]:
    program, *arguments = command
    line = ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups"]
    return subprocess.Popen(
        [*line, str(binaries() / program), *arguments],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait(server: Server) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return
