"""A StatsD server on the machine, which keeps what it is sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager

from include.background import in_background
from lab import addresses

_PREFIX = "airflow.cce_migration."
_LARGEST = 65_535


class StatsdServer:
    """Hold what came; `port` is where it listens."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[str] = []

    def measures(self) -> dict[str, set[str]]:
        """Return the migrations' measures that came: name -> the tags it came with, as InfluxDB has them."""
        found: dict[str, set[str]] = {}
        for text in list(self.received):
            name, _, tags = text.removeprefix(_PREFIX).rpartition(":")[0].partition(",")
            found.setdefault(name, set()).add(tags)
        return found


@contextmanager
def statsd_server() -> Generator[StatsdServer]:
    """Listen while the block runs, where containers and the lab's machines can reach it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((addresses.BRIDGE_ADDRESS, 0))
        listening.settimeout(0.5)
        server = StatsdServer(int(listening.getsockname()[1]))

        def listen(is_over: threading.Event) -> None:
            while not is_over.is_set():
                try:
                    packet = listening.recv(_LARGEST).decode()
                except TimeoutError:
                    continue
                server.received += [line for line in packet.splitlines() if line.startswith(_PREFIX)]

        with in_background(listen, "statsd"):
            yield server
