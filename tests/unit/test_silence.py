"""A connection is given up within a minute of silence, as the kernel is told."""

from __future__ import annotations

import socket

from include import silence


def test_a_socket_is_watched_as_a_connection_of_postgresql_is() -> None:
    with socket.socket() as connection:
        silence.watch(connection)
        told = {
            name: connection.getsockopt(level, option)
            for name, level, option in (
                ("keepalives", socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                ("keepalives_idle", socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                ("keepalives_interval", socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                ("keepalives_count", socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
                ("tcp_user_timeout", socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            )
        }
    assert told == silence.for_libpq()
    quiet, asking, times = (told[f"keepalives_{name}"] for name in ("idle", "interval", "count"))
    assert quiet + asking * times <= told["tcp_user_timeout"] / 1000 < 60
