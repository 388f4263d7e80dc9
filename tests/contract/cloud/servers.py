"""Real servers on loopback, as small as they get: what is behind the cloud when the lab does not run."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import dns.tsig
import psycopg
import pymysql
import pytest
import yaml

from lab.cloud.backends.database_server import DatabaseServer, Place
from lab.cloud.backends.image_registry import ImageRegistry
from lab.cloud.backends.mariadb import Mariadb
from lab.cloud.backends.name_server import NameServer
from lab.cloud.backends.object_store import ObjectStore
from lab.cloud.backends.postgresql import Postgresql
from lab.services.confinement import as_user
from lab.services.dns import first_zone
from lab.services.mariadb import TargetMariadb
from lab.services.mariadb import version as version_of_mariadb
from lab.services.object_storage import weed
from lab.services.postgres import binaries
from lab.services.registries import htpasswd

HOST = "127.0.0.1"
PASSWORD = "Sesame-open-1"
_SECRET = "dGhlIGtleSBvZiB0aGUgdGVzdHMgYW5kIG9mIG5vYm9keQ=="
_KEY = dns.tsig.Key("test", _SECRET, "hmac-sha256")


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


def on_loopback(address: str) -> str:
    """Return where a load balancer listens while the lab has no network: 127.18.20.5 for 198.18.20.5."""
    return f"127.{address.partition('.')[2]}"


def need(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{program} is not installed: python -m lab install-packages")
    return found


@contextmanager
def folder_of(user: str | None) -> Generator[Path]:
    """Give a new folder of a user of this machine; pytest's own folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="cloud-test-"))
    if user and os.geteuid() == 0:
        known = pwd.getpwnam(user)
        os.chown(folder, known.pw_uid, known.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def user_of_service(name: str) -> str | None:
    return name if os.geteuid() == 0 else None


@contextmanager
def running(command: list[str], log: Path, is_ready: Callable[[], bool]) -> Generator[None]:
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd="/")
    try:
        _wait(process, log, is_ready)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not _try(is_ready):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args} did not come up: {log.read_text()[-800:]}")
        time.sleep(0.1)


def _try(is_ready: Callable[[], bool]) -> bool:
    try:
        return is_ready()
    except Exception:
        return False


@contextmanager
def postgresql(place: Place) -> Generator[None]:
    need("psql")
    made = f"create role {place.user} login createdb createrole replication password '{place.password}'\n"
    with folder_of(user := user_of_service("postgres")) as folder:
        data = folder / "data"
        make = ["--username=rdsAdmin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        _run(as_user(user, [str(binaries() / "initdb"), f"--pgdata={data}", *make]))
        single = ["--single", "-D", str(data), "-c", "fsync=off", "postgres"]
        _run(as_user(user, [str(binaries() / "postgres"), *single]), made)
        (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        options = {
            "listen_addresses": HOST,
            "port": place.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "wal_level": "logical",
            "shared_buffers": "16MB",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = as_user(user, [str(binaries() / "postgres"), "-D", str(data), *settings])

        def is_ready() -> bool:
            login = {"user": place.user, "password": place.password, "dbname": "postgres"}
            with psycopg.connect(host=HOST, port=place.port, connect_timeout=2, **login) as session:
                return session.execute("select 1").fetchone() == (1,)

        with running(command, folder / "log", is_ready):
            yield


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    assert "ERROR:" not in done.stderr, done.stderr


@contextmanager
def mariadb(place: Place) -> Generator[None]:
    program = need("mariadbd")
    with folder_of(user := user_of_service("mysql")) as folder:
        # a server that starts removes the temporary tables it finds: in /tmp those of others, too
        data, first = folder / "data", folder / "first.sql"
        first.write_text(
            "delete from mysql.global_priv where user in ('root', '');\nflush privileges;\n"
            f"create user root@'%' identified by '{place.password}';\n"
            f"grant {TargetMariadb.rights} on *.* to root@'%' with grant option;\n"
        )
        first.chmod(0o644)
        _run(
            as_user(
                user,
                [
                    need("mariadb-install-db"),
                    "--no-defaults",
                    f"--datadir={data}",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    f"--tmpdir={folder}",
                    f"--extra-file={first}",
                ],
            )
        )
        command = [
            program,
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={folder}",
            f"--socket={folder}/server.sock",
            f"--pid-file={folder}/server.pid",
            f"--bind-address={HOST}",
            f"--port={place.port}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--innodb-buffer-pool-size=16M",
            "--innodb-flush-method=nosync",
        ]

        def is_ready() -> bool:
            pymysql.connect(host=HOST, port=place.port, user=place.user, password=place.password).close()
            return True

        with running(as_user(user, command), folder / "log", is_ready):
            yield


class Stocked:
    """A server in stock on loopback, whose administrator is RDS's `root`."""

    address, user = HOST, "root"

    def __init__(
        self,
        session: Callable[[Place], DatabaseServer],
        version: str,
        running: Callable[[Place], AbstractContextManager[None]],
    ) -> None:
        self.engine, self.version, self.port = session(Place(HOST, 0, "", "")).engine, version, free_port()
        self._session, self._running = session, running
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self.place: Place | None = None

    def is_there(self) -> bool:
        return self.place is not None

    def make(self, password: str) -> None:
        with self._lock:
            if self.place is None:
                place = Place(HOST, self.port, self.user, password)
                self._stack.enter_context(self._running(place))
                self.place = place

    def remove(self) -> None:
        with self._lock:
            self.place = None
            self._stack.close()

    def open(self) -> DatabaseServer:
        assert self.place is not None
        return self._session(self.place)


def stocked_postgresql() -> Stocked:
    return Stocked(Postgresql, binaries().parent.name, postgresql)


def stocked_mariadb() -> Stocked:
    need("mariadbd")
    return Stocked(Mariadb, version_of_mariadb(), mariadb)


@contextmanager
def name_server() -> Generator[NameServer]:
    program, port = need("named"), free_port()
    with folder_of(None) as folder:
        (folder / "lab.zone").write_text(first_zone())
        (folder / "named.conf").write_text(f"""
            options {{ directory "{folder}"; listen-on port {port} {{ {HOST}; }}; listen-on-v6 {{ none; }};
              recursion no; pid-file none; lock-file none; session-keyfile none; notify no; dnssec-validation no;
              empty-zones-enable no; minimal-responses yes; }};
            controls {{ }};
            key "test" {{ algorithm hmac-sha256; secret "{_SECRET}"; }};
            zone "lab." {{ type primary; file "lab.zone"; allow-update {{ key "test"; }}; }};
        """)
        server = NameServer(HOST, port, "lab.", _KEY)
        command = [program, "-g", "-4", "-n", "1", "-c", str(folder / "named.conf")]
        with running(command, folder / "log", lambda: bool(server.records("ns.lab.", "A")[1])):
            yield server


@contextmanager
def image_registry() -> Generator[ImageRegistry]:
    program, port = need("docker-registry"), free_port()
    need("htpasswd")
    with folder_of(None) as folder:
        (folder / "logins").write_text(htpasswd("lab", PASSWORD))
        settings = {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(folder)}, "delete": {"enabled": True}},
            "http": {"addr": f"{HOST}:{port}", "secret": "of the tests"},
            "auth": {"htpasswd": {"realm": "tests", "path": str(folder / "logins")}},
        }
        (folder / "registry.yaml").write_text(yaml.safe_dump(settings))
        registry = ImageRegistry("swr.eu-de.lab", f"http://{HOST}:{port}", ("lab", PASSWORD))
        try:
            command = [program, "serve", str(folder / "registry.yaml")]
            with running(command, folder / "log", lambda: registry.repositories() == []):
                yield registry
        finally:
            registry.close()


@contextmanager
def object_store(keys: tuple[str, str], region: str) -> Generator[ObjectStore]:
    """Give a SeaweedFS that knows one key, which may do everything."""
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    credentials = [{"accessKey": keys[0], "secretKey": keys[1]}]
    identities = {"identities": [{"name": "tests", "credentials": credentials, "actions": actions}]}
    names = ("master", "volume", "filer", "s3")
    ports = [f"-{name}.port{suffix}={free_port()}" for name in names for suffix in ("", ".grpc")]
    port = next(int(one.rpartition("=")[2]) for one in ports if one.startswith("-s3.port="))
    with folder_of(None) as folder:
        (folder / "identities.json").write_text(json.dumps(identities))
        command = [
            weed(),
            "-logtostderr",
            "server",
            f"-dir={folder}",
            f"-ip={HOST}",
            f"-ip.bind={HOST}",
            *ports,
            "-master.telemetry=false",
            "-master.peers=none",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=2000",
            "-volume.preStopSeconds=0",
            "-filer",
            "-s3",
            f"-s3.config={folder / 'identities.json'}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]
        store = ObjectStore(f"http://{HOST}:{port}", region, "path")
        client = store.open(*keys)

        def is_ready() -> bool:
            return "Buckets" in client.list_buckets()

        with running(command, folder / "log", is_ready):
            yield store
