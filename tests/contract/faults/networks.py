"""A network of its own in which packets can vanish: nobody is told, as behind a firewall that has forgotten a connection.

Toxiproxy's kernel goes on acknowledging whatever it is sent; here nothing comes back.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

OF_NETWORKS = 0x40000000
BLOCK = 16 * 1024
PROGRAMS = ("ip", "iptables", "nsenter", "unshare")


@dataclass(frozen=True)
class Network:
    """A network with one address, at which this machine reaches what runs there; it goes with its holder."""

    holder: int
    address: str

    @property
    def file(self) -> Path:
        return Path(f"/proc/{self.holder}/ns/net")

    def command(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command there."""
        return ["nsenter", f"--net={self.file}", "--", *command]

    def swallow(self) -> None:
        """Let every packet vanish from now on."""
        self._filter("DROP")

    def heal(self) -> None:
        """Let packets pass again."""
        self._filter("ACCEPT")

    def listen(self) -> socket.socket:
        """Return a socket that takes connections there: a socket stays in the network that it was made in."""
        made: list[socket.socket] = []

        def enter() -> None:
            with self.file.open() as network:
                assert ctypes.CDLL(None, use_errno=True).setns(network.fileno(), OF_NETWORKS) == 0
            made.append(socket.create_server((self.address, 0)))

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        return made[0]

    def _filter(self, policy: str) -> None:
        for chain in ("INPUT", "OUTPUT"):
            _run(self.command(["iptables", "-P", chain, policy]))


@contextmanager
def own_network() -> Generator[Network]:
    """Make a network; nothing of it stays on the machine."""
    if os.geteuid() != 0 or not all(map(shutil.which, PROGRAMS)):
        pytest.skip("only root may make a network of its own, with ip and iptables")
    with subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) as holder:
        try:
            yield _joined(holder.pid)
        finally:
            holder.kill()


def _joined(holder: int) -> Network:
    net = f"169.254.{random.randrange(1, 255)}"
    network, name = Network(holder, f"{net}.2"), f"net{holder}"
    deadline = time.monotonic() + 5
    while network.file.stat().st_ino == Path("/proc/self/ns/net").stat().st_ino:
        assert time.monotonic() < deadline, "no network of its own"
        time.sleep(0.02)
    _run(["ip", "link", "add", name, "type", "veth", "peer", "name", "far", "netns", str(holder)])
    _run(["ip", "address", "add", f"{net}.1/30", "dev", name])
    _run(["ip", "link", "set", name, "up"])
    _run(network.command(["ip", "address", "add", f"{network.address}/30", "dev", "far"]))
    _run(network.command(["ip", "link", "set", "far", "up"]))
    return network


@dataclass
class Way:
    """Lead from an address in a network to a server on this machine, which keeps no state of its clients.

    :param pace: the bytes a second that each connection carries.
    """

    network: Network
    upstream: str
    pace: int
    listener: socket.socket = field(init=False, repr=False)
    ends: list[socket.socket] = field(default_factory=list, repr=False)

    def __enter__(self) -> Way:
        self.listener = self.network.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self.listener, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @property
    def place(self) -> str:
        """Return `host:port`."""
        return f"{self.network.address}:{self.listener.getsockname()[1]}"

    def _serve(self) -> None:
        host, _, port = self.upstream.rpartition(":")
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection((host, int(port)))
                self.ends += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(BLOCK):
                other.sendall(data)
                time.sleep(len(data) / self.pace)
            other.shutdown(socket.SHUT_WR)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
