"""A network that breaks, and a login that ends, while something is copied: a clear error, and the next try ends equal."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from include.errors import TemporaryError
from lab import addresses
from lab.toxiproxy import Link, Toxiproxy
from tests import orders

from .small_moves import KINDS, SmallMove, small_move

pytestmark = pytest.mark.lab

# A megabyte: less than any of the things to move, more than any listing or manifest of them.
CUT_AFTER = 1_000_000
HOSTS = {
    "source_postgres": addresses.SOURCE_POSTGRES,
    "target_postgres": addresses.TARGET_POSTGRES,
    "source_mariadb": addresses.SOURCE_MARIADB,
    "target_mariadb": addresses.TARGET_MARIADB,
    "source_s3": addresses.SOURCE_S3,
    "other_s3": addresses.SOURCE_S3,
    "source_registry": addresses.SOURCE_REGISTRY,
    "swr": addresses.SWR,
}


@pytest.fixture(scope="module", autouse=True)
def _target_servers() -> None:
    for engine in orders.CONNECTIONS:
        orders.order_instance(orders.lab_service("rds"), engine)


@pytest.fixture(scope="module")
def proxy() -> Generator[Toxiproxy]:
    with Toxiproxy() as running:
        yield running


@pytest.fixture
def move(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[SmallMove]:
    with small_move(request.param, tmp_path) as made:
        yield made


def lead_over(proxy: Toxiproxy, move: SmallMove, side: str) -> Link:
    """Lead one side's connection over a line that can break."""
    name = move.sides[side]
    document = move.connections[name]
    host = HOSTS[name]
    if move.kind == "bucket":
        line = proxy.link(f"{host}:{addresses.HTTP_PORT}")
        document["extra"] = {**document["extra"], "endpoint_url": f"http://{line.address}"}
    elif move.kind == "image":
        line = proxy.link(f"{host}:{addresses.HTTP_PORT}")
        document["host"] = line.address
    else:
        line = proxy.link(f"{host}:{document['port']}")
        document |= {"host": "127.0.0.1", "port": line.port}
    return line


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("move", KINDS, indirect=True)
def test_a_line_that_breaks_midway_is_retried_and_ends_equal(
    proxy: Toxiproxy, move: SmallMove, side: str
) -> None:
    line = lead_over(proxy, move, side)
    line.cut_after(CUT_AFTER, "downstream" if side == "source" else "upstream")
    with pytest.raises(TemporaryError):
        move.copy()
    line.heal()
    move.copy()
    move.prove()


@pytest.mark.parametrize("move", KINDS, indirect=True)
def test_a_server_that_cannot_be_reached_is_named(proxy: Toxiproxy, move: SmallMove) -> None:
    line = lead_over(proxy, move, "target")
    move.copy()
    line.cut()
    with pytest.raises(TemporaryError, match=r"127\.0\.0\.1"):
        move.copy()
    line.heal()
    move.copy()
    move.prove()
