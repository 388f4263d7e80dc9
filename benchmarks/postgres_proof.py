"""Measure how fast the proof reads a PostgreSQL database: its bytes for each second of a processor, the server's and our own."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.postgres_data import DATABASE, make_data
from benchmarks.postgres_server import Server, postgres
from benchmarks.result import Result, size_name
from include.databases.postgresql.copier import PostgresqlCopier

# The server adds up a session's time when it has seen it end.
SECONDS_TO_SETTLE = 1.0
# Fields of the kernel's status: the parent, and the ticks that ended children have used for themselves and in the kernel.
PARENT, OF_CHILDREN = 1, (13, 14)


def measure_proof(runs: int, size: int) -> list[Result]:
    """Return the megabytes of a database of `size` bytes that the proof reads in a second of one processor."""
    with postgres() as server:
        make_data(server, size)
        megabytes = _size(server) / 1e6
        copier = PostgresqlCopier(server.access(), server.access(), DATABASE)
        rates = []
        for _ in range(runs):
            before = _processor_seconds(server)
            copier.target_fingerprint()
            time.sleep(SECONDS_TO_SETTLE)
            rates.append(megabytes / (_processor_seconds(server) - before))
            print(f"proof: {rates[-1]:.0f} MB/s a core", flush=True)
    return [Result(f"postgres_proof_{size_name(size)}", "MB/s a core", rates)]


def _size(server: Server) -> int:
    with server.connect() as session:
        return int(session.execute("select pg_database_size(%s)", (DATABASE,)).fetchall()[0][0])


def _processor_seconds(server: Server) -> float:
    """Return what this process, and the sessions of the server that have ended, have used so far."""
    with server.connect() as session:
        backend = int(session.execute("select pg_backend_pid()").fetchall()[0][0])
        postmaster = int(_status(backend)[PARENT])
    ended = sum(int(_status(postmaster)[field]) for field in OF_CHILDREN) / os.sysconf("SC_CLK_TCK")
    return ended + time.process_time()


def _status(pid: int) -> list[str]:
    """Return what the kernel says of a process after its name (proc(5), /proc/pid/stat)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
