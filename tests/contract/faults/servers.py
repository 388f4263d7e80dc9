"""Real servers of the tests' own that can be killed and started again, and whose disk can be full."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from include.connections import DocumentConnections
from include.planning.database_client import open_database
from include.planning.storage_client import open_storage
from lab.services.confinement import as_user
from lab.services.object_storage import weed
from lab.services.postgres import binaries
from lab.services.registries import htpasswd
from tests.contract.cloud.servers import HOST, PASSWORD, free_port, need, user_of_service
from tests.contract.faults.disks import SmallDisk
from tests.contract.registry_client import open_client

SECONDS_TO_START = 60
Document = dict[str, Any]
Ready = Callable[[], object]


@dataclass
class Service:
    """A server's process, and the connection that leads to it."""

    command: Sequence[str]
    log: Path
    document: Document
    is_ready: Ready
    set_password: Callable[[str], object] = lambda password: None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again and again while what a killed one left keeps it from starting."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            assert time.monotonic() < deadline, f"does not start: {self.log.read_text()[-800:]}"
            if self.process is None or self.process.poll() is not None:
                self.process = self._run()
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def change_login(self, password: str) -> None:
        """Let the login have another password from now on."""
        self.set_password(password)
        self.document["password"] = password

    def _run(self) -> subprocess.Popen[bytes]:
        with self.log.open("a") as output:
            return subprocess.Popen(self.command, stdout=output, stderr=subprocess.STDOUT, cwd="/")

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            return False
        with suppress(Exception):
            self.is_ready()
            return True
        return False


@contextmanager
def running(service: Service) -> Generator[Service]:
    """Keep a server running for as long as the block lasts, whatever is done to it."""
    try:
        service.start()
        yield service
    finally:
        service.kill()


def on_disk(disk: SmallDisk | None, command: Sequence[str]) -> list[str]:
    """Return the command line of a program that keeps its data on a disk, or on the machine's own."""
    return disk.command(command) if disk else list(command)


def postgresql(folder: Path, disk: SmallDisk | None = None, log_disk: SmallDisk | None = None) -> Service:
    """Return a server whose tables are on the disk and whose log is beside it, or on a small disk of its own."""
    need("psql")
    user, port = user_of_service("postgres"), free_port()
    data = (disk.folder if disk else folder) / "data"
    (folder / "password").write_text(PASSWORD)
    make = [
        str(binaries() / "initdb"),
        f"--pgdata={data}",
        f"--waldir={(log_disk.folder if log_disk else folder) / 'wal'}",
        "--username=root",
        f"--pwfile={folder / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    mounted = disk or log_disk
    _run(on_disk(mounted, as_user(user, make)))
    options = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "16MB",
        "wal_level": "logical",
        "autovacuum": "off",
        "dynamic_shared_memory_type": "mmap",
        # As whoever has a small disk for the log sets it: what no slot holds goes soon.
        **({"max_wal_size": "32MB", "min_wal_size": "32MB"} if log_disk else {}),
    }
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    command = as_user(user, [str(binaries() / "postgres"), "-D", str(data), *words])
    return _database(folder, on_disk(mounted, command), "postgres", "postgresql", port)


def mariadb(folder: Path, disk: SmallDisk | None = None, number: int = 1) -> Service:
    """Return a server that logs changes by row, and keeps everything on the disk; `number` is its server id."""
    need("mariadbd")
    user, port = user_of_service("mysql"), free_port()
    data, first = (disk.folder if disk else folder) / "data", folder / "first.sql"
    first.write_text(
        "delete from mysql.global_priv where user in ('root', '');\nflush privileges;\n"
        f"grant all privileges on *.* to root@'%' identified by '{PASSWORD}' with grant option;\n"
    )
    first.chmod(0o644)
    common = ["--no-defaults", f"--datadir={data}", f"--tmpdir={folder}"]
    small = ["--innodb-log-file-size=4M", "--innodb-data-file-path=ibdata1:4M:autoextend"]
    make = [need("mariadb-install-db"), *common, "--auth-root-authentication-method=normal", *small]
    _run(on_disk(disk, as_user(user, [*make, "--skip-test-db", f"--extra-file={first}"])))
    command = [
        need("mariadbd"),
        *common,
        *small,
        f"--socket={folder}/server.sock",
        f"--pid-file={folder}/server.pid",
        f"--bind-address={HOST}",
        f"--port={port}",
        "--skip-name-resolve",
        f"--log-bin={folder}/changes",
        "--binlog-format=ROW",
        f"--server-id={number}",
        "--character-set-server=utf8mb4",
        "--innodb-buffer-pool-size=16M",
        "--innodb-flush-method=nosync",
    ]
    return _database(folder, on_disk(disk, as_user(user, command)), "mysql", "mariadb", port)


def _database(folder: Path, command: list[str], conn_type: str, engine: Any, port: int) -> Service:
    document = {"conn_type": conn_type, "host": HOST, "port": port, "login": "root", "password": PASSWORD}

    def is_ready() -> None:
        with open_database(DocumentConnections({"one": document}).database("one", engine)) as cursor:
            cursor.execute("select 1")

    return Service(command, folder / "log", document, is_ready)


def registry(
    folder: Path, disk: SmallDisk | None = None, *, auth: Document | None = None, store: Path | None = None
) -> Service:
    """Return an image registry with one login.

    :param auth: another way to log in.
    :param store: where another registry keeps its images.
    """
    need("htpasswd")
    port = free_port()

    def set_password(password: str) -> None:
        """Write the file, which the registry reads again when it has changed."""
        (folder / "logins").write_text(htpasswd("tests", password))

    set_password(PASSWORD)
    settings = {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(disk.folder if disk else store or folder)}},
        "http": {"addr": f"{HOST}:{port}", "secret": "of the tests"},
        "auth": auth or {"htpasswd": {"realm": "tests", "path": str(folder / "logins")}},
    }
    (folder / "registry.yaml").write_text(yaml.safe_dump(settings))
    document = {
        "conn_type": "docker",
        "host": f"{HOST}:{port}",
        "login": "tests",
        "password": PASSWORD,
        "extra": {"scheme": "http"},
    }

    def is_ready() -> None:
        with open_client(document) as client:
            assert client.get("/v2/").status_code == (401 if auth else 200)

    command = [need("docker-registry"), "serve", str(folder / "registry.yaml")]
    return Service(on_disk(disk, command), folder / "log", document, is_ready, set_password)


def object_store(folder: Path, disk: SmallDisk | None = None) -> Service:
    """Return a SeaweedFS with one key, which may do everything."""
    write_identities(folder, PASSWORD)
    ports = {
        f"{name}.port{end}": free_port()
        for name in ("master", "volume", "filer", "s3")
        for end in ("", ".grpc")
    }
    command = [
        weed(),
        "-logtostderr",
        "server",
        f"-dir={disk.folder if disk else folder}",
        f"-ip={HOST}",
        f"-ip.bind={HOST}",
        *(f"-{name}={port}" for name, port in ports.items()),
        "-master.telemetry=false",
        "-master.peers=none",
        "-master.resumeState=false",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=2000",
        "-volume.preStopSeconds=0",
        "-filer",
        "-s3",
        f"-s3.config={folder / 'identities.json'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    document = {
        "conn_type": "aws",
        "login": "tests",
        "password": PASSWORD,
        "extra": {
            "endpoint_url": f"http://{HOST}:{ports['s3.port']}",
            "region_name": "us-east-1",
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        },
    }

    def is_ready() -> None:
        open_storage(DocumentConnections({"one": document}).object_storage("one")).list_buckets()

    service = Service(on_disk(disk, command), folder / "log", document, is_ready)

    def set_password(password: str) -> None:
        """Start it again, which is when it reads its file."""
        service.kill()
        write_identities(folder, password)
        service.document["password"] = password
        service.start()

    service.set_password = set_password
    return service


def write_identities(folder: Path, password: str) -> None:
    """Let one access key do everything."""
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    credentials = [{"accessKey": "tests", "secretKey": password}]
    identities = {"identities": [{"name": "tests", "credentials": credentials, "actions": actions}]}
    (folder / "identities.json").write_text(json.dumps(identities))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr[-800:]
