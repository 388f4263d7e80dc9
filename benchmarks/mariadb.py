"""Measure how a MariaDB database gets to another server: ours with its proof, against mariadb-dump and mydumper."""

from __future__ import annotations

import time
from collections import defaultdict

from benchmarks.mariadb_data import make_data
from benchmarks.mariadb_server import mariadb
from benchmarks.mariadb_tools import TOOLS, drop
from benchmarks.result import Result, beside_peers, size_name


def measure_mariadb(runs: int, size: int) -> list[Result]:
    """Let every tool copy a database of `size` bytes `runs` times, each time into a server without it."""
    times: dict[str, list[float]] = defaultdict(list)
    with mariadb(1) as source, mariadb(2) as target:
        make_data(source, size)
        for _ in range(runs):
            for name, tool in TOOLS.items():
                started = time.monotonic()
                tool(source, target)
                times[name].append(time.monotonic() - started)
                print(f"{name}: {times[name][-1]:.1f} s", flush=True)
                drop(target)
    return [beside_peers(f"mariadb_copy_loopback_{size_name(size)}", times)]
