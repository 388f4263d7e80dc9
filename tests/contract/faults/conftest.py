"""A source and a target of each kind, as real servers of the tests' own: filled, killed and cut off as no lab may be."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.toxiproxy import Link, Toxiproxy
from tests.builders.moves import Document, SmallMove, bucket_move, database_move, image_move
from tests.contract.cloud.servers import folder_of, free_port, user_of_service
from tests.contract.faults import servers
from tests.contract.faults.disks import SmallDisk, small_disk
from tests.contract.faults.servers import Service

KINDS = ("postgresql", "mariadb", "bucket", "image")
ENGINES = ("postgresql", "mariadb")
MAKERS = {
    "postgresql": servers.postgresql,
    "mariadb": servers.mariadb,
    "bucket": servers.object_store,
    "image": servers.registry,
}
USERS = {"postgresql": "postgres", "mariadb": "mysql"}
SOURCES = {
    "postgresql": "source_postgres",
    "mariadb": "source_mariadb",
    "bucket": "source_s3",
    "image": "source_registry",
}
TARGETS = {"postgresql": "target_postgres", "mariadb": "target_mariadb", "bucket": "obs", "image": "swr"}
LARGE_MEGABYTES = 500


@dataclass(frozen=True)
class Sides:
    """The two servers of a kind; the target's data are on a disk that can be made small."""

    source: Service
    target: Service
    disk: SmallDisk

    def repair(self) -> None:
        """Give room, and start what does not answer."""
        self.disk.resize(LARGE_MEGABYTES)
        self.source.start()
        self.target.start()

    def leave_room(self, megabytes: int) -> None:
        """Make the target's disk so small that this much is left on it."""
        self.disk.resize(self.disk.used() + megabytes)


@pytest.fixture(scope="package")
def sides_of() -> Generator[Callable[[str], Sides]]:
    """Servers are started when a test first asks for their kind."""
    known: dict[str, Sides] = {}
    with ExitStack() as stack:

        def find(kind: str) -> Sides:
            if kind not in known:
                known[kind] = _started(kind, stack)
            return known[kind]

        yield find


def _started(kind: str, stack: ExitStack) -> Sides:
    user = USERS.get(kind)
    one, other = (stack.enter_context(folder_of(user_of_service(user) if user else None)) for _ in range(2))
    for folder in (one, other):
        folder.chmod(0o755)
    disk = stack.enter_context(small_disk(other / "disk", LARGE_MEGABYTES))
    source = stack.enter_context(servers.running(MAKERS[kind](one)))
    target = stack.enter_context(servers.running(MAKERS[kind](other, disk)))
    return Sides(source, target, disk)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sides(kind: str, sides_of: Callable[[str], Sides]) -> Generator[Sides]:
    found = sides_of(kind)
    found.repair()
    yield found
    found.repair()


@pytest.fixture
def move(kind: str, sides: Sides, tmp_path: Path) -> SmallMove:
    """Something to move between both; the servers and all that is on them go at the end."""
    return made_move(kind, sides, tmp_path)


def made_move(kind: str, sides: Sides, folder: Path, **options: Any) -> SmallMove:
    name = f"small{uuid.uuid4().hex[:8]}"
    names = {"source": SOURCES[kind], "target": TARGETS[kind]}
    documents = {SOURCES[kind]: dict(sides.source.document), TARGETS[kind]: dict(sides.target.document)}
    if kind == "bucket":
        return bucket_move(name, documents, names, folder)
    if kind == "image":
        return image_move(name, documents, names, folder)
    return database_move(kind, name, documents, folder, **options)


@pytest.fixture(scope="package")
def proxy() -> Generator[Toxiproxy]:
    with Toxiproxy(free_port()) as running:
        yield running


def lead_over(proxy: Toxiproxy, move: SmallMove, side: str) -> Link:
    """Lead one side's connection over a line that can be narrow or cut."""
    document: Document = move.connections[move.sides[side]]
    if move.kind == "bucket":
        line = proxy.link(document["extra"]["endpoint_url"].removeprefix("http://"))
        document["extra"] = {**document["extra"], "endpoint_url": f"http://{line.address}"}
    elif move.kind == "image":
        line = proxy.link(document["host"])
        document["host"] = line.address
    else:
        line = proxy.link(f"{document['host']}:{document['port']}")
        document["port"] = line.port
    return line
