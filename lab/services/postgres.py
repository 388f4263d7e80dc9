"""The lab's PostgreSQL servers: Airflow's own, the source's, and the target's, which is like a managed one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg

from lab import addresses, paths
from lab.parts import Program
from lab.secrets import secrets
from lab.services.administrators import password_of, was_made
from lab.services.configuration import give_to, revision, write_configuration
from lab.services.confinement import confined

USER = "postgres"
TARGET_ADMINISTRATOR = "root"
# where Debian has PostgreSQL's data: there the server finds the lab's, in a mount namespace of its own
_PLACE = "/var/lib/postgresql"
_DATA = f"{_PLACE}/data"
_RULES = "host all all 0.0.0.0/0 scram-sha-256\n"


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL on this machine."""
    return newest(Path("/usr/lib/postgresql"))


def newest(folder: Path) -> Path:
    """Return the folder with the programs of the newest version below `folder`.

    Raises:
        RuntimeError: there is none.
    """
    found = list(folder.glob("*/bin/postgres"))
    if not found:
        raise RuntimeError("PostgreSQL is missing: apt-get install --no-install-recommends postgresql")
    return max(found, key=lambda path: float(path.parts[-3])).parent


def settings(address: str, max_connections: int) -> str:
    """Return a server's configuration."""
    return f"""listen_addresses = '{address}'
port = {addresses.POSTGRES_PORT}
unix_socket_directories = ''
max_connections = {max_connections}
shared_buffers = 64MB
maintenance_work_mem = 64MB
max_wal_size = 512MB
min_wal_size = 64MB
wal_level = logical
# the lab's data need not survive a power cut; what was committed does survive the end of the server
fsync = off
full_page_writes = off
# containers give /dev/shm 64 MB only
dynamic_shared_memory_type = mmap
hba_file = '{_DATA}/pg_hba.conf'
log_timezone = UTC
timezone = UTC
# statements and their values may hold passwords: they stay out of the log
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""


# A task that outlives its scheduler holds the socket it inherited open, and with it the locks of the scheduler's
# transaction: the next scheduler would wait for as long as the task runs, seen with the source standing still.
_FOR_A_KILLED_SCHEDULER = """\
idle_in_transaction_session_timeout = 20s
"""


class _Server:
    """A PostgreSQL server of the lab. Ready when its administrator's login is taken and a query answered."""

    depends_on: tuple[str, ...] = ("network",)
    max_connections = 60

    def __init__(self, name: str, host: str, administrator: str, password: str) -> None:
        self.name = name
        self.address = f"{host}:{addresses.POSTGRES_PORT}"
        self._listen = addresses.HOST_NAMES[host]
        self._administrator = administrator
        self._password = password
        self._data = paths.DATA / name

    def owner_of_all(self) -> str:
        """Return the superuser that the server is made with."""
        return USER

    def first_statements(self) -> list[str]:
        """Return what a new server executes, a line each, before anybody can connect."""
        return []

    def prepare(self) -> None:
        """Write the configuration, and make the server's files if they are not there."""
        give_to(paths.data_of(self.name), USER)
        if not (self._data / "data").exists():
            self._make()
        write_configuration(self._data / "data" / "postgresql.conf", self._settings(), USER)
        write_configuration(self._data / "data" / "pg_hba.conf", _RULES, USER)

    def _settings(self) -> str:
        return settings(self._listen, self.max_connections)

    def _make(self) -> None:
        shutil.rmtree(self._data / "draft", ignore_errors=True)
        draft = f"{_PLACE}/draft"
        self._run([
            "initdb",
            f"--pgdata={draft}",
            f"--username={self.owner_of_all()}",
            # the server's own rules replace those of this before it is started
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ])
        statements = "".join(f"{statement}\n" for statement in self.first_statements())
        # in single-user mode nobody can connect, and no password has to stand in an argument
        self._run(["postgres", "--single", "-D", draft, "-c", "fsync=off", "postgres"], statements)
        (self._data / "draft").rename(self._data / "data")

    def _run(self, command: list[str], text: str = "") -> None:
        program, *arguments = command
        line = confined([str(binaries() / program), *arguments], mounts={self._data: _PLACE}, user=USER)
        done = subprocess.run(line, input=text, capture_output=True, text=True, cwd="/")
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise RuntimeError(f"{program} of {self.name} failed: {done.stderr.strip()[-400:]}")

    def programs(self) -> list[Program]:
        """Return the server."""
        command = [str(binaries() / "postgres"), "-D", _DATA]
        line = confined(command, mounts={self._data: _PLACE}, user=USER)
        # INT: end sessions and stop at once, without waiting for them
        return [Program(self.name, line, environment=revision(self._settings(), _RULES), stop_signal="INT")]

    def is_ready(self) -> bool:
        """Say whether the administrator can log in and ask."""
        with self._connect("postgres") as connection:
            return connection.execute("select 1").fetchone() == (1,)

    def _connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=self._listen,
            port=addresses.POSTGRES_PORT,
            user=self._administrator,
            password=self._password,
            dbname=database,
            connect_timeout=2,
            autocommit=True,
        )

    def finish(self) -> None:
        """Do nothing more."""


def _connection_to(host: str, login: str, password: str) -> dict[str, Any]:
    return {
        "conn_type": "postgres",
        "host": host,
        "port": addresses.POSTGRES_PORT,
        "login": login,
        "password": password,
        "schema": "postgres",
    }


class LabPostgres(_Server):
    """The server of Airflow's own data, with its database and user."""

    # each of Airflow's processes keeps several connections, and each running task one or two
    max_connections = 150

    def __init__(self) -> None:
        super().__init__("lab-postgres", addresses.AIRFLOW_HOST, "airflow", secrets()["airflow_db_password"])

    def _settings(self) -> str:
        return super()._settings() + _FOR_A_KILLED_SCHEDULER

    def first_statements(self) -> list[str]:
        """Return the making of Airflow's user and database."""
        return [
            f"create role airflow login password '{self._password}'",
            "create database airflow owner airflow",
        ]

    def is_ready(self) -> bool:
        """Say whether Airflow's user can ask its database."""
        with self._connect("airflow") as connection:
            return connection.execute("select 1").fetchone() == (1,)


class SourcePostgres(_Server):
    """The server that is migrated: its administrator is the superuser, as on most servers that people run."""

    def __init__(self) -> None:
        super().__init__(
            "source-postgres", addresses.SOURCE_POSTGRES_HOST, USER, secrets()["pg_source_password"]
        )

    def first_statements(self) -> list[str]:
        """Return the setting of the superuser's password."""
        return [f"alter role {USER} password '{self._password}'"]

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to the source's server."""
        connection = _connection_to(addresses.SOURCE_POSTGRES_HOST, USER, self._password)
        return {"source_postgres": connection}


class TargetPostgres(_Server):
    """The server migrated to: as on RDS the user's administrator is `root`, and the superuser is nobody's."""

    # not that it needs the cloud: who names it wants an instance, and the cloud is what lists it
    depends_on = ("network", "cloud")

    def __init__(self) -> None:
        name = "target-postgres"
        password = password_of(name, secrets()["pg_target_password"])
        super().__init__(name, addresses.TARGET_POSTGRES_HOST, TARGET_ADMINISTRATOR, password)

    def is_ordered(self) -> bool:
        """Say whether the server was made."""
        return was_made(self.name)

    def owner_of_all(self) -> str:
        """Return RDS's own superuser; it has no password here, so nobody can log in as it."""
        return "rdsAdmin"

    def first_statements(self) -> list[str]:
        """Return the making of `root`."""
        return [
            # RDS for PostgreSQL lets its root replicate, from 11.11, 12.6, 13.2, 14.4, 15.4 and 16.2 on
            f"create role root login createdb createrole replication password '{self._password}'",
            "grant pg_monitor, pg_signal_backend to root",
        ]


def target_connection() -> dict[str, Any]:
    """Return the connection to the target's server, which its user has before the server is there."""
    return _connection_to(
        addresses.TARGET_POSTGRES_HOST, TARGET_ADMINISTRATOR, secrets()["pg_target_password"]
    )
