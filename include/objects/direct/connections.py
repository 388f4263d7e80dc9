"""Keep connections to a store open from one request to the next."""

from __future__ import annotations

import os
import ssl
import weakref
from collections import deque
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult
from urllib.request import getproxies, proxy_bypass

# Beyond, boto3 tries again over a connection of its own.
SECONDS = 30.0
# What a broken connection raises, whichever layer sees it first.
BROKEN = (OSError, HTTPException)


class Connections:
    """Be the open connections to one address; safe to use from many threads."""

    def __init__(self, address: SplitResult) -> None:
        self._address = address
        self._context = _context() if address.scheme == "https" else None
        self._idle: deque[HTTPConnection] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def take(self) -> HTTPConnection:
        """Return a connection that nobody else has."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        self._idle.append(connection)

    def _open(self) -> HTTPConnection:
        host = self._address.hostname or ""
        if self._context is None:
            return HTTPConnection(host, self._address.port, timeout=SECONDS)
        return HTTPSConnection(host, self._address.port, timeout=SECONDS, context=self._context)


class Body:
    """Be the body of an answer, as boto3's is; read to its end, it gives its connection back."""

    def __init__(
        self, connections: Connections, connection: HTTPConnection, response: HTTPResponse, size: int
    ) -> None:
        self._connections = connections
        self._connection = connection
        self._response = response
        self._size = size

    def read(self) -> bytes:
        """Return all of it."""
        return b"".join(self.iter_chunks(max(self._size, 1)))

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        """Yield it in blocks.

        :raises ResponseStreamingError: when less arrives than was announced.
        """
        try:
            yield from self._blocks(size)
        except BaseException:
            self._connection.close()
            raise
        self._connections.give_back(self._connection)

    def _blocks(self, size: int) -> Iterator[bytes]:
        left = self._size
        while left:
            block = self._next_block(min(size, left))
            left -= len(block)
            yield block
        # http.client takes the connection for busy until it has seen the end
        self._response.read()

    def _next_block(self, size: int) -> bytes:
        from botocore.exceptions import ResponseStreamingError

        try:
            block = self._response.read(size)
        except BROKEN as error:
            raise ResponseStreamingError(error=error) from error
        if not block:
            # http.client takes an early end for the end as long as it is told how much to read
            raise ResponseStreamingError(error="the connection ended before the object")
        return block


def is_behind_proxy(address: SplitResult) -> bool:
    """Say whether this machine reaches an address through a proxy."""
    host = address.hostname or ""
    return address.scheme in getproxies() and not proxy_bypass(host)


def _context() -> ssl.SSLContext:
    """Trust whom boto3 trusts."""
    from botocore.httpsession import where

    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or where())


def _close_all(connections: deque[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()
