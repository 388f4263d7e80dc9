"""The cloud on loopback, with small real servers behind it, and the cloud's own SDKs before it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.cloud import cloud as product
from lab.cloud import assembly
from lab.cloud.accounts import AccessKey, Account
from lab.cloud.assembly import Backends, cloud
from lab.cloud.backends.database_server import Place
from lab.cloud.backends.fronts import Fronts
from lab.cloud.backends.object_store import ObjectStore
from lab.cloud.calls import Region
from lab.cloud.progress import Clock
from lab.cloud.store import Store

from . import clients, kubernetes_api, servers
from .models import Checked, problems_of_request

KEY, SECRET, DISABLED = (
    "TESTACCESSKEY0000001",
    "a-secret-of-the-tests-0000000000000000001",
    "TESTDISABLEDKEY00001",
)
PROJECT, DOMAIN = "1ab00000000000000000000000000001", "1ab00000000000000000000000000000"
SPARE = "spare-postgres"
SHOP = "00000000-0000-4000-8000-000000000020"


@dataclass(frozen=True)
class Server:
    """A server that runs, and the administration of it."""

    url: str
    folder: Path

    def fault(self, operation: str, kind: str, **more: Any) -> None:
        answer = httpx.post(
            f"{self.url}/_lab/faults", json={"operation": operation, "kind": kind, **more}, trust_env=False
        )
        assert answer.status_code == 200, answer.text

    def put_forward(self, seconds: float) -> None:
        httpx.post(f"{self.url}/_lab/clock", json={"seconds": seconds}, trust_env=False).raise_for_status()


@pytest.fixture(scope="package", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Give the SDKs a home of their own: they write a file there; and no proxy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _requests_are_those_of_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold what the product sends against the SDK's models: the SDK itself sends plain data as it is."""
    request_of = product._request

    def checked(service: Any, operation: str) -> Callable[..., Any]:
        def make(**fields: Any) -> Any:
            request = request_of(service, operation)(**fields)
            found = problems_of_request(request)
            assert not found, found
            return request

        return make

    monkeypatch.setattr(product, "_request", checked)


@pytest.fixture(scope="package")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Generator[Backends]:
    with ExitStack() as stack:
        databases = {
            "target-postgres": servers.stocked_postgresql(),
            SPARE: servers.stocked_postgresql(),
            "target-mariadb": servers.stocked_mariadb(),
        }
        for server in databases.values():
            stack.callback(server.remove)
        for name in ("target-postgres", "target-mariadb"):
            databases[name].make(servers.PASSWORD)
        yield Backends(
            registry=stack.enter_context(servers.image_registry()),
            registry_login=("lab", servers.PASSWORD),
            name_server=stack.enter_context(servers.name_server()),
            database_servers=databases,
            load_balancers="198.18.20.0/24",
            fronts=Fronts(servers.on_loopback),
            existing_balancers={SHOP: ("shop", "198.18.20.32")},
            object_stores={},
            cluster=stack.enter_context(kubernetes_api.serving(tmp_path_factory.mktemp("cluster"))),
        )


@pytest.fixture(scope="package")
def source_postgres() -> Generator[Place]:
    """Give a PostgreSQL server of somebody else."""
    place = Place(servers.HOST, servers.free_port(), "owner", servers.PASSWORD)
    with servers.postgresql(place):
        yield place


@pytest.fixture(scope="package")
def stores(behind: Backends) -> Generator[ObjectStore]:
    """Give an object storage that OMS reaches as that of both clouds."""
    with servers.object_store((KEY, SECRET), "eu-de") as store:
        known: Any = behind.object_stores
        known |= {("AWS", "us-east-1"): store, ("HuaweiCloud", "eu-de"): store}
        yield store
        known.clear()


@pytest.fixture
def start(tmp_path: Path, behind: Backends) -> Generator[Callable[[], Server]]:
    """Return what starts the cloud: a second one on the same state is one that was started again."""
    with ExitStack() as stack:

        def started() -> Server:
            account = Account(
                PROJECT, DOMAIN, "eu-de", {KEY: AccessKey(SECRET), DISABLED: AccessKey(SECRET, enabled=False)}
            )
            store = Store(tmp_path / "state.json")
            region = Region(account, store, Clock(store))
            return Server(stack.enter_context(_served(cloud(region, behind))), tmp_path)

        yield started
    behind.fronts.close_all()
    # what was ordered is the order's of one test alone
    behind.database_servers[SPARE].remove()


class _served:  # ruff: ignore[invalid-class-name]
    def __init__(self, app: Any) -> None:
        self._port = servers.free_port()
        self._server = assembly.server(app, "127.0.0.1", self._port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._port}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def server(start: Callable[[], Server]) -> Server:
    return start()


@pytest.fixture
def connect(server: Server) -> Callable[..., Any]:
    """Return what opens a client of a service; keywords replace parts of its login."""

    def connected(service: str, **changed: Any) -> Any:
        login = {"key": KEY, "secret": SECRET, "project": PROJECT, "timeout": 10} | changed
        credentials = clients.regional(login["key"], login["secret"], login["project"])
        if service == "iam":
            credentials = clients.everywhere(login["key"], login["secret"], DOMAIN)
        return clients.open_client(service, server.url, credentials, login["timeout"])

    return connected


@pytest.fixture
def swr(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("swr"))


@pytest.fixture
def rds(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("rds"))


@pytest.fixture
def dns(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("dns"))


@pytest.fixture
def elb(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("elb"))


@pytest.fixture
def cce(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("cce"))


@pytest.fixture
def iam(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("iam"))


@pytest.fixture
def drs(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("drs"))


@pytest.fixture
def oms(connect: Callable[..., Any]) -> Checked:
    return Checked(connect("oms"))
