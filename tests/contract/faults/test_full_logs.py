"""The disk of the source's log is small for real: what is kept for the migration is given up before the source stops."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from include.connections import DatabaseAccess
from include.databases import follow
from include.errors import PermanentError
from include.planning.database_client import one_value, open_database
from tests.builders.moves import KEY
from tests.contract.cloud.servers import folder_of, user_of_service
from tests.contract.faults import servers
from tests.contract.faults.conftest import Sides, made_move
from tests.contract.faults.disks import SmallDisk, small_disk
from tests.contract.faults.followed import FIRST, Followed

LOG_MEGABYTES = 256
MOST_RETAINED = "40MB"
# Of 2 MB each: more than the disk holds, at a pace that a source of this size has.
BLOCKS = 160
SECONDS_BETWEEN_BLOCKS = 0.2
WRITE = """insert into parcels select %s + number, md5(number::text), repeat(md5(random()::text), 60)
    from generate_series(1, 1000) number"""


@pytest.fixture
def sides(tmp_path_factory: pytest.TempPathFactory) -> Generator[Sides]:
    """`disk` is that of the source's log."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(folder_of(user_of_service("postgres"))) for _ in range(2))
        for folder in (one, other):
            folder.chmod(0o755)
        disk = stack.enter_context(small_disk(one / "log-disk", LOG_MEGABYTES))
        source = stack.enter_context(servers.running(servers.postgresql(one, log_disk=disk)))
        target = stack.enter_context(servers.running(servers.postgresql(other)))
        yield Sides(source, target, disk)


@pytest.fixture
def followed(sides: Sides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Followed:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_TRIES", 0.5)
    move = made_move(
        "postgresql", sides, tmp_path, rows=3_000, mode="follow", follow={"most_retained": MOST_RETAINED}
    )
    return Followed(move, move.copy())


@pytest.mark.parametrize("has_begun", [True, False], ids=["while it follows", "before it follows"])
def test_the_log_is_given_up_before_its_disk_is_full_and_the_source_goes_on(
    followed: Followed, sides: Sides, has_begun: bool
) -> None:
    if not has_begun:
        sides.target.kill()
    with followed.following() as task:
        if has_begun:
            write(followed.source, followed.move.name, FIRST)
            followed.wait_for(FIRST, task)
            sides.target.kill()
        highest = write_blocks(followed.source, followed.move.name, sides.disk)
        with pytest.raises(PermanentError, match=rf"more than follow.most_retained \({MOST_RETAINED}\)"):
            task.result(60)

    assert highest < LOG_MEGABYTES
    assert sides.disk.used() < highest
    assert followed.slots() == 0
    assert one_value(followed.source, "select count(*) from parcels", database=followed.move.name) == (
        1_000 + BLOCKS * 1_000
    )
    assert followed.run.ledger.read(f"following/{KEY}")["state"] == "failed"


def test_a_log_that_nobody_gives_up_stops_the_source(followed: Followed, sides: Sides) -> None:
    with pytest.raises(psycopg.OperationalError):
        write_blocks(followed.source, followed.move.name, sides.disk)

    assert sides.disk.used() >= LOG_MEGABYTES - 16


def write_blocks(access: DatabaseAccess, database: str, disk: SmallDisk) -> int:
    """Write more than the log's disk holds, all of which the server has to promise; return the most that was in use, in MB."""
    highest = 0
    for number in range(1, BLOCKS + 1):
        with open_database(access, database) as cursor:
            cursor.execute(WRITE, (number * 1_000_000,))
        highest = max(highest, disk.used())
        time.sleep(SECONDS_BETWEEN_BLOCKS)
    return highest


def write(access: DatabaseAccess, database: str, number: int) -> None:
    with open_database(access, database) as cursor:
        cursor.execute("insert into orders values (%s, 'written', '')", (number,))
