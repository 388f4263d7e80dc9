"""Measure how a PostgreSQL database gets to another server: ours with its proof, against PostgreSQL's own programs."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack

from benchmarks.postgres_data import make_data
from benchmarks.postgres_server import Server, postgres
from benchmarks.postgres_tools import TOOLS, drop
from benchmarks.result import Result, beside_peers, size_name
from lab.toxiproxy import Toxiproxy

# The cloud behind a line: each connection gets that much of it.
ROUND_TRIP_MS = 40
MEGABITS = 200


def measure_postgres(runs: int, size: int, *, is_distant: bool) -> list[Result]:
    """Let every tool copy a database of `size` bytes `runs` times, each time into a server without it."""
    times: dict[str, list[float]] = defaultdict(list)
    with postgres() as source, postgres() as near, ExitStack() as stack:
        make_data(source, size)
        target = _behind_a_line(stack, near) if is_distant else near
        for _ in range(runs):
            for name, tool in TOOLS.items():
                started = time.monotonic()
                tool(source, target)
                times[name].append(time.monotonic() - started)
                print(f"{name}: {times[name][-1]:.1f} s", flush=True)
                drop(target)
    place = "distant" if is_distant else "loopback"
    return [beside_peers(f"postgres_copy_{place}_{size_name(size)}", times)]


def _behind_a_line(stack: ExitStack, server: Server) -> Server:
    line = stack.enter_context(Toxiproxy()).link(f"127.0.0.1:{server.port}")
    line.delay(ROUND_TRIP_MS)
    line.narrow(MEGABITS)
    return Server(line.port)
