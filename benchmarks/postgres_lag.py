"""Measure how far a followed PostgreSQL database is behind its source, which takes 1,000 writes a second."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.lag import SECONDS, SIZE, WRITES_PER_SECOND, lags_under_load, refuse_few
from benchmarks.postgres_data import DATABASE, make_data
from benchmarks.postgres_server import Server, postgres
from benchmarks.postgres_tools import drop
from benchmarks.result import Result
from include.databases.postgresql.copier import PostgresqlCopier
from include.databases.postgresql.following import PostgresqlFollower
from lab.services.postgres import binaries

# Each transaction is one write, as pgbench counts them.
SCRIPTS = (
    r"\set id random(1, 60000)" + "\nupdate accounts set balance = balance + 1 where id = :id;\n",
    r"\set bid random(1, 1000)"
    + "\ninsert into history_0 (id, bid, balance) values (nextval('history_ids'), :bid, 1);\n",
)


def measure_lag(runs: int) -> list[Result]:
    """Return the seconds behind, one figure for each second that is followed under load.

    :raises RuntimeError: when the source took fewer writes than wanted: the figures would be too good.
    """
    lags: list[float] = []
    with postgres() as source, postgres() as target:
        make_data(source, SIZE)
        with source.connect(DATABASE) as session:
            session.execute("create sequence history_ids start 1000000")
        for _ in range(runs):
            lags += _follow(source, target)
            drop(target)
    return [Result("postgres_lag_1000_writes", "seconds", lags)]


def _follow(source: Server, target: Server) -> list[float]:
    origin, destination = source.access(), target.access()
    with closing(PostgresqlFollower(origin, destination, DATABASE)) as follower:
        return lags_under_load(follower, PostgresqlCopier(origin, destination, DATABASE), _writes(source))


@contextmanager
def _writes(source: Server) -> Generator[None]:
    """Write at a steady rate from outside of this process, which is the one that is measured."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [f"--rate={WRITES_PER_SECOND}", f"--time={SECONDS}", "--client=4", "--no-vacuum"]
        for number, script in enumerate(SCRIPTS):
            path = Path(folder) / f"{number}.sql"
            path.write_text(script)
            arguments.append(f"--file={path}")
        with subprocess.Popen(
            [str(binaries() / "pgbench"), *arguments],
            env=source.environment(DATABASE),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as writer:
            try:
                yield
            finally:
                # it ends by itself when its time is over
                said, _ = writer.communicate()
    refuse_few(_count(said), said)


def _count(said: str) -> int:
    """Return pgbench's own count."""
    line = next((line for line in said.splitlines() if "actually processed" in line), "")
    return int(line.rpartition(":")[2].partition("/")[0] or 0)
