"""Notice a peer that is gone without a word: no packet comes back, and no end of the connection either.

An answer may take hours, that to a hash of a large table for example, so that no time limits it. The machine at the other end answers
at once: its kernel is asked whenever a connection is quiet, and what it does not acknowledge in time ends the connection.
"""

from __future__ import annotations

import socket
import ssl
from functools import cache
from typing import Any

# A connection is quiet after these, is asked again after those, and is given up, whether or not something was sent.
QUIET_SECONDS = 20
ASKING_SECONDS = 10
LONGEST_SECONDS = 50
# What has not even logged in answers at once.
GREETING_SECONDS = 30


def for_libpq() -> dict[str, Any]:
    """Return the parameters of a PostgreSQL connection that is watched."""
    return {
        "keepalives": 1,
        "keepalives_idle": QUIET_SECONDS,
        "keepalives_interval": ASKING_SECONDS,
        "keepalives_count": _times(),
        "tcp_user_timeout": LONGEST_SECONDS * 1000,
    }


def connect_mariadb(**settings: Any) -> Any:
    """Return a PyMySQL connection that is watched.

    :raises pymysql.MySQLError: when the server does not let in, or does not answer.
    """
    is_limited = "read_timeout" in settings
    connection: Any = _connection_class()(**{"read_timeout": GREETING_SECONDS, **settings})
    if not is_limited:
        connection._read_timeout = None
    watch(connection._sock)
    return connection


@cache
def _connection_class() -> type[Any]:
    """Return PyMySQL's connection, of which all share what encrypts them.

    PyMySQL encrypts where the server can and verifies no certificate, but reads those of all authorities that the machine knows for
    each connection, which takes 50 ms of a processor.
    """
    from pymysql.connections import Connection

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    class Encrypted(Connection):
        def _create_ssl_ctx(self, sslp: Any) -> ssl.SSLContext:
            return context

    return Encrypted


def watch(connection: socket.socket) -> None:
    """Have the kernel ask after the peer of a TCP connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, number in (
        (socket.TCP_KEEPIDLE, QUIET_SECONDS),
        (socket.TCP_KEEPINTVL, ASKING_SECONDS),
        (socket.TCP_KEEPCNT, _times()),
        (socket.TCP_USER_TIMEOUT, LONGEST_SECONDS * 1000),
    ):
        connection.setsockopt(socket.IPPROTO_TCP, option, number)


def _times() -> int:
    return max(1, (LONGEST_SECONDS - QUIET_SECONDS) // ASKING_SECONDS)
