"""Two small PostgreSQL servers on loopback: a source whose administrator is the superuser, and a target like a managed one."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from include.connections import DatabaseAccess
from lab.services.confinement import as_user
from lab.services.postgres import binaries
from tests.contract.cloud.servers import HOST, PASSWORD, folder_of, free_port, need, running, user_of_service

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "shared_buffers": "32MB",
    "wal_level": "logical",
    "max_prepared_transactions": "2",
    "dynamic_shared_memory_type": "mmap",
}
TARGET_ADMINISTRATOR = f"create role root login createdb createrole password '{PASSWORD}'"


@contextmanager
def server(owner: str, first: str, administrator: str, **settings: str) -> Generator[DatabaseAccess]:
    """Give the access of a server's administrator.

    :param owner: the superuser that the server is made with.
    :param first: a statement that is executed before anybody can connect.
    """
    need("psql")
    user, port = user_of_service("postgres"), free_port()
    with folder_of(user) as folder:
        data = folder / "data"
        _make(user, data, owner, first)
        access = DatabaseAccess("postgresql", HOST, port, administrator, PASSWORD)
        options = SETTINGS | {"port": str(port)} | settings
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = as_user(user, [str(binaries() / "postgres"), "-D", str(data), *words])
        with running(command, folder / "log", lambda: _answers(access)):
            yield access


def _make(user: str | None, data: Path, owner: str, first: str) -> None:
    make = [f"--username={owner}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    _run(as_user(user, [str(binaries() / "initdb"), f"--pgdata={data}", *make]))
    single = ["--single", "-D", str(data), "-c", "fsync=off", "postgres"]
    _run(as_user(user, [str(binaries() / "postgres"), *single]), f"{first}\n")
    (data / "pg_hba.conf").write_text(
        f"host all all {HOST}/32 scram-sha-256\nhost replication all {HOST}/32 scram-sha-256\n"
    )


def _answers(access: DatabaseAccess) -> bool:
    login = {"user": access.user, "password": access.password, "dbname": "postgres"}
    with psycopg.connect(host=access.host, port=access.port, connect_timeout=2, **login) as session:
        return session.execute("select 1").fetchone() == (1,)


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    assert "ERROR:" not in done.stderr, done.stderr
