"""A StatsD server on the machine, which keeps what it is sent."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

from lab import addresses

_PREFIX = "airflow.cce_migration."
_LARGEST = 65_535


class StatsdServer:
    """Listen while the block runs, where containers and the lab's machines can reach it."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((addresses.BRIDGE_ADDRESS, 0))
        self._thread = threading.Thread(target=self._listen, name="statsd", daemon=True)
        self._is_over = False
        self._received: list[str] = []

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self._socket.getsockname()[1])

    def measures(self) -> dict[str, set[str]]:
        """Return the migrations' measures that came: name -> the tags it came with, as InfluxDB has them."""
        found: dict[str, set[str]] = {}
        for text in list(self._received):
            name, _, tags = text.removeprefix(_PREFIX).rpartition(":")[0].partition(",")
            found.setdefault(name, set()).add(tags)
        return found

    def __enter__(self) -> StatsdServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        self._socket.settimeout(0.5)
        while not self._is_over:
            try:
                packet = self._socket.recv(_LARGEST).decode()
            except TimeoutError:
                continue
            self._received += [line for line in packet.splitlines() if line.startswith(_PREFIX)]
