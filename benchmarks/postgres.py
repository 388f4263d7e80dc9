"""Measure how a PostgreSQL database gets to another server: ours with its proof, against PostgreSQL's own programs."""

from __future__ import annotations

import time
from collections import defaultdict

from benchmarks.postgres_data import make_data
from benchmarks.postgres_server import postgres
from benchmarks.postgres_tools import TOOLS, drop
from benchmarks.result import Result, beside_peers, size_name


def measure_postgres(runs: int, size: int) -> list[Result]:
    """Let every tool copy a database of `size` bytes `runs` times, each time into a server without it."""
    times: dict[str, list[float]] = defaultdict(list)
    with postgres() as source, postgres() as target:
        make_data(source, size)
        for _ in range(runs):
            for name, tool in TOOLS.items():
                started = time.monotonic()
                tool(source, target)
                times[name].append(time.monotonic() - started)
                print(f"{name}: {times[name][-1]:.1f} s", flush=True)
                drop(target)
    return [beside_peers(f"postgres_copy_loopback_{size_name(size)}", times)]
