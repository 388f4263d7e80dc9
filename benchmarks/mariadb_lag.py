"""Measure how far a followed MariaDB database is behind its source, which takes 1,000 writes a second."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Generator
from contextlib import closing, contextmanager

import pymysql

from benchmarks.mariadb_data import make_data
from benchmarks.mariadb_server import ADMINISTRATOR, PASSWORD, Server, mariadb
from benchmarks.mariadb_tools import DATABASE, drop
from benchmarks.result import Result
from include.databases.mariadb.copier import MariadbCopier
from include.databases.mariadb.following import MariadbFollower

WRITES_PER_SECOND = 1000
SECONDS = 20
SIZE = 20_000_000


def measure_mariadb_lag(runs: int) -> list[Result]:
    """Return the seconds behind, one figure for each second that is followed under load.

    :raises RuntimeError: when the source took fewer writes than wanted: the figures would be too good.
    """
    lags: list[float] = []
    with mariadb(1) as source, mariadb(2) as target:
        make_data(source, SIZE)
        source.execute(
            "create table stamps (id int auto_increment primary key, words varchar(200))", database=DATABASE
        )
        for _ in range(runs):
            lags += _follow(source, target)
            drop(target)
    return [Result("mariadb_lag_1000_writes", "seconds", lags)]


def _follow(source: Server, target: Server) -> list[float]:
    origin, destination = source.access(), target.access()
    with closing(MariadbFollower(origin, destination, DATABASE)) as follower:
        follower.prepare()
        copier = MariadbCopier(origin, destination, DATABASE)
        with copier.snapshot() as snapshot:
            position = snapshot.position()
            copier.copy_all(snapshot, lambda: None)
        follower.begin(position)
        with _writes(source):
            lags = [_lag_of_a_second(follower) for _ in range(SECONDS)]
        follower.drop()
    return lags


def _lag_of_a_second(follower: MariadbFollower) -> float:
    ends = time.monotonic() + 1
    while (left := ends - time.monotonic()) > 0:
        # A turn ends where the log ended when it began.
        follower.apply(seconds=left)
    seconds = follower.lag().seconds
    print(f"{seconds:.2f} s behind", flush=True)
    return seconds


@contextmanager
def _writes(source: Server) -> Generator[None]:
    """Write at a steady rate from outside of this process, which is the one that is measured."""
    spawned = multiprocessing.get_context("spawn")
    written = spawned.Value("i", 0)
    writer = spawned.Process(target=_write, args=(source.port, written))
    writer.start()
    try:
        yield
    finally:
        writer.join()
    if written.value < 0.9 * WRITES_PER_SECOND * SECONDS:
        raise RuntimeError(f"only {written.value} writes in {SECONDS} s")


def _write(port: int, written: multiprocessing.sharedctypes.Synchronized[int]) -> None:
    """Commit single rows until the time is over; a writer that fell behind catches up."""
    with (
        pymysql.connect(
            host="127.0.0.1",
            port=port,
            user=ADMINISTRATOR,
            password=PASSWORD,
            database=DATABASE,
            autocommit=True,
        ) as session,
        session.cursor() as cursor,
    ):
        began = time.monotonic()
        while (passed := time.monotonic() - began) < SECONDS:
            while written.value < passed * WRITES_PER_SECOND:
                cursor.execute("insert into stamps (words) values (repeat('w', 100))")
                written.value += 1
            time.sleep(0.001)
