"""The ports of the lab's services, and whether another program of the machine has taken one on all addresses."""

from __future__ import annotations

import socket

from lab import addresses

_TCP = (addresses.DNS_PORT, addresses.HTTP_PORT, addresses.MARIADB_PORT, addresses.POSTGRES_PORT)
_UDP = (addresses.DNS_PORT,)
# An address of loopback that nobody has a reason to use: only a program that listens everywhere is in the way there,
# not one on 127.0.0.1, nor the lab's own on their addresses.
_PROBE = "127.18.0.53"


def port_problems() -> list[str]:
    """Return a line for each port that is taken, with what to do."""
    taken = [(port, "t") for port in _TCP if _is_taken(port, socket.SOCK_STREAM)]
    taken += [(port, "u") for port in _UDP if _is_taken(port, socket.SOCK_DGRAM)]
    return [
        f"Another program listens on port {port} of all addresses: stop it while the lab runs "
        f"(ss -l{kind}np 'sport = :{port}' names it)."
        for port, kind in taken
    ]


def _is_taken(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # connections that ended a moment ago are in nobody's way
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_PROBE, port))
        except OSError:
            return True
    return False
