"""Measure how far a followed MariaDB database is behind its source, which takes 1,000 writes a second."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Generator
from contextlib import closing, contextmanager

from benchmarks.lag import SECONDS, SIZE, WRITES_PER_SECOND, lags_under_load, refuse_few
from benchmarks.mariadb_data import DATABASE, make_data
from benchmarks.mariadb_server import Server, mariadb
from benchmarks.mariadb_tools import drop
from benchmarks.result import Result
from include.databases.mariadb.copier import MariadbCopier
from include.databases.mariadb.following import MariadbFollower


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
        return lags_under_load(follower, MariadbCopier(origin, destination, DATABASE), _writes(source))


@contextmanager
def _writes(source: Server) -> Generator[None]:
    """Write at a steady rate from outside of this process, which is the one that is measured."""
    spawned = multiprocessing.get_context("spawn")
    written = spawned.Value("i", 0)
    writer = spawned.Process(target=_write, args=(source, written))
    writer.start()
    try:
        yield
    finally:
        writer.join()
    refuse_few(written.value)


def _write(source: Server, written: multiprocessing.sharedctypes.Synchronized[int]) -> None:
    """Commit single rows until the time is over; a writer that fell behind catches up."""
    with source.session(DATABASE) as session, session.cursor() as cursor:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < SECONDS:
            while written.value < passed * WRITES_PER_SECOND:
                cursor.execute("insert into stamps (words) values (repeat('w', 100))")
                written.value += 1
            time.sleep(0.001)
