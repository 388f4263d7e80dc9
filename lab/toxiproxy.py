"""A network between a client and a server that is slow, narrow or cut: Toxiproxy, on the loopback.

`tc netem` is not in every kernel; Toxiproxy shapes single connections instead, and needs no rights.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

from lab import paths
from lab.binaries.build import provide
from lab.binaries.modules import TOXIPROXY

_HOST = "127.0.0.1"
_HEAL_SECONDS = 60.0
_START_SECONDS = 10.0
# Toxiproxy counts kilobytes of 1000 bytes.
_KILOBYTES_OF_A_MEGABIT = 125


@dataclass(frozen=True)
class Link:
    """One way to a server. `address` is the `host:port` at which clients reach it."""

    client: httpx.Client
    name: str
    address: str

    @property
    def port(self) -> int:
        """Return the port of the address."""
        return int(self.address.rpartition(":")[2])

    def delay(self, round_trip_ms: int) -> None:
        """Let every round trip take this much longer: half of it each way."""
        for stream in ("upstream", "downstream"):
            self._add(f"delay_{stream}", "latency", stream, {"latency": round_trip_ms // 2})

    def narrow(self, megabits: int) -> None:
        """Let each connection carry at most this many megabits a second, each way."""
        for stream in ("upstream", "downstream"):
            self._add(f"narrow_{stream}", "bandwidth", stream, {"rate": megabits * _KILOBYTES_OF_A_MEGABIT})

    def cut_after(self, size: int, stream: str = "upstream") -> None:
        """Cut each connection once it has carried `size` bytes: `upstream` counts what the client sends."""
        self._add(f"cut_{stream}", "limit_data", stream, {"bytes": size})

    def cut(self) -> None:
        """End every connection and take no new one."""
        self._post(f"/proxies/{self.name}", {"enabled": False})

    def heal(self) -> None:
        """Be a plain network again."""
        for toxic in self.client.get(f"/proxies/{self.name}/toxics").raise_for_status().json():
            self.client.delete(f"/proxies/{self.name}/toxics/{toxic['name']}").raise_for_status()
        self._post(f"/proxies/{self.name}", {"enabled": True})

    def _add(self, name: str, kind: str, stream: str, attributes: dict[str, Any]) -> None:
        toxic = {"name": name, "type": kind, "stream": stream, "attributes": attributes}
        self._post(f"/proxies/{self.name}/toxics", toxic)

    def _post(self, path: str, document: dict[str, Any]) -> None:
        self.client.post(path, json=document).raise_for_status()


class Toxiproxy:
    """A running Toxiproxy, ended with the block."""

    def __init__(self, port: int = 8474) -> None:
        self._port = port
        # A toxic goes once what it holds has passed, at the pace that it keeps.
        self._client = httpx.Client(base_url=f"http://{_HOST}:{port}", trust_env=False, timeout=_HEAL_SECONDS)
        self._links = 0

    def __enter__(self) -> Toxiproxy:
        provide((TOXIPROXY,), print)
        self._process = subprocess.Popen(
            [str(paths.BIN / "toxiproxy-server"), "-host", _HOST, "-port", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def link(self, upstream: str, listen: str = f"{_HOST}:0") -> Link:
        """Return a new way to the server at `upstream` (`host:port`)."""
        self._links += 1
        name = f"link{self._links}"
        proxy = {"name": name, "listen": listen, "upstream": upstream, "enabled": True}
        made = self._client.post("/proxies", json=proxy).raise_for_status().json()
        return Link(self._client, name, str(made["listen"]))

    def _wait(self) -> None:
        ends = time.monotonic() + _START_SECONDS
        while time.monotonic() < ends and self._process.poll() is None:
            try:
                if self._client.get("/version").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError(f"Toxiproxy does not answer on {_HOST}:{self._port}; is the port taken?")

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._client.close()
