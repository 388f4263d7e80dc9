"""The lab's MariaDB servers: the source's and the target's."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pymysql

from lab import addresses, paths
from lab.parts import Program
from lab.secrets import secrets
from lab.services.administrators import password_of, was_made
from lab.services.configuration import give_to, revision, write_configuration
from lab.services.confinement import confined

USER = "mysql"
ADMINISTRATOR = "root"
# where Debian has MariaDB's data: there the server finds the lab's, in a mount namespace of its own
_PLACE = "/var/lib/mysql"
_DATA = f"{_PLACE}/data"
_CONFIGURATION = f"{_PLACE}/server.cnf"


def version() -> str:
    """Return the first two numbers of the version on this machine.

    Raises:
        RuntimeError: there is none.
    """
    try:
        shown = subprocess.run(["mariadbd", "--version"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise RuntimeError(
            "MariaDB is missing: apt-get install --no-install-recommends mariadb-server"
        ) from None
    found = re.search(r"Ver (\d+\.\d+)", shown)
    if found is None:
        raise RuntimeError(f"mariadbd does not tell its version: {shown[:200]}")
    return found[1]


def settings(address: str, number: int) -> str:
    """Return a server's configuration; `number` is its server id.

    Its log of changes can be followed. Without SUPER, nobody may make triggers or functions beside such a log unless the
    server trusts them, which on RDS is a parameter of the instance.
    """
    return f"""[mariadbd]
datadir = {_DATA}
socket = {_PLACE}/server.sock
pid-file = {_PLACE}/server.pid
# a server that starts removes the temporary tables it finds: in /tmp those of the other server, too
tmpdir = {_PLACE}/tmp
bind-address = {address}
port = {addresses.MARIADB_PORT}
skip-name-resolve
server-id = {number}
log-bin = {_DATA}/changes
binlog-format = ROW
max-binlog-size = 64M
binlog-expire-logs-seconds = 172800
log-bin-trust-function-creators = on
performance-schema = off
max-connections = 60
character-set-server = utf8mb4
innodb-buffer-pool-size = 64M
innodb-log-file-size = 32M
# the lab's data need not survive a power cut; what was committed does survive the end of the server
innodb-flush-log-at-trx-commit = 2
innodb-flush-method = nosync
"""


class _Server:
    """A MariaDB server of the lab. Ready when its administrator's login is taken and a query answered."""

    depends_on: tuple[str, ...] = ("network",)
    rights = "all privileges"
    # Two servers of one number would take each other's changes for their own.
    number = 1

    def __init__(self, name: str, host: str, password: str) -> None:
        self.name = name
        self.address = f"{host}:{addresses.MARIADB_PORT}"
        self._listen = addresses.HOST_NAMES[host]
        self._password = password
        self._data = paths.DATA / name

    def prepare(self) -> None:
        """Write the configuration, and make the server's files if they are not there."""
        give_to(paths.data_of(self.name), USER)
        (self._data / "tmp").mkdir(exist_ok=True)
        give_to(self._data / "tmp", USER)
        write_configuration(self._data / "server.cnf", settings(self._listen, self.number), USER)
        if not (self._data / "data").exists():
            self._make()

    def _make(self) -> None:
        shutil.rmtree(self._data / "draft", ignore_errors=True)
        first = self._data / "first.sql"
        write_configuration(first, "".join(f"{line};\n" for line in self.first_statements()), USER)
        command = [
            "mariadb-install-db",
            f"--defaults-file={_CONFIGURATION}",
            f"--datadir={_PLACE}/draft",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            f"--extra-file={_PLACE}/first.sql",
        ]
        line = confined(command, mounts={self._data: _PLACE}, user=USER)
        done = subprocess.run(line, capture_output=True, text=True, cwd="/")
        first.unlink()
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise RuntimeError(f"mariadb-install-db of {self.name} failed: {done.stderr.strip()[-400:]}")
        (self._data / "draft").rename(self._data / "data")

    def first_statements(self) -> list[str]:
        """Return what a new server executes before anybody can connect: its only account is the administrator."""
        return [
            "delete from mysql.global_priv where user in ('root', '')",
            "delete from mysql.proxies_priv",
            "flush privileges",
            f"create user {ADMINISTRATOR}@'%' identified by '{self._password}'",
            f"grant {self.rights} on *.* to {ADMINISTRATOR}@'%' with grant option",
        ]

    def programs(self) -> list[Program]:
        """Return the server."""
        line = confined(
            ["mariadbd", f"--defaults-file={_CONFIGURATION}"], mounts={self._data: _PLACE}, user=USER
        )
        return [Program(self.name, line, environment=revision(settings(self._listen, self.number)))]

    def is_ready(self) -> bool:
        """Say whether the administrator can log in and ask."""
        connection = pymysql.connect(
            host=self._listen,
            port=addresses.MARIADB_PORT,
            user=ADMINISTRATOR,
            password=self._password,
            connect_timeout=2,
            read_timeout=2,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("select 1")
            return cursor.fetchone() == (1,)

    def finish(self) -> None:
        """Do nothing more."""


def _connection_to(host: str, password: str) -> dict[str, Any]:
    return {
        "conn_type": "mysql",
        "host": host,
        "port": addresses.MARIADB_PORT,
        "login": ADMINISTRATOR,
        "password": password,
    }


class SourceMariadb(_Server):
    """The server that is migrated."""

    def __init__(self) -> None:
        super().__init__(
            "source-mariadb", addresses.SOURCE_MARIADB_HOST, secrets()["mariadb_source_password"]
        )

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to the source's server."""
        return {"source_mariadb": _connection_to(addresses.SOURCE_MARIADB_HOST, self._password)}


class TargetMariadb(_Server):
    """The server migrated to: as on RDS, `root` has neither SUPER nor any right to administer the machine.

    https://support.huaweicloud.com/eu/productdesc-rds/en-us_topic_0000001404163520.html names SUPER and the ADMIN
    rights as missing. Whether RDS gives SET USER, which views and triggers of other definers need, it does not say.
    """

    number = 2
    rights = (
        "select, insert, update, delete, create, drop, reload, process, references, index, alter, show databases, "
        "create temporary tables, lock tables, execute, replication slave, binlog monitor, slave monitor, create view, "
        "show view, create routine, alter routine, create user, event, trigger, delete history, set user"
    )

    # not that it needs the cloud: who names it wants an instance, and the cloud is what lists it
    depends_on = ("network", "cloud")

    def __init__(self) -> None:
        name = "target-mariadb"
        password = password_of(name, secrets()["mariadb_target_password"])
        super().__init__(name, addresses.TARGET_MARIADB_HOST, password)

    def is_ordered(self) -> bool:
        """Say whether the server was made."""
        return was_made(self.name)


def target_connection() -> dict[str, Any]:
    """Return the connection to the target's server, which its user has before the server is there."""
    return _connection_to(addresses.TARGET_MARIADB_HOST, secrets()["mariadb_target_password"])
