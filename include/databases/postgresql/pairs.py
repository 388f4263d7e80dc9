"""Hold sessions in pairs, one on the source's snapshot and one on the target, for work side by side."""

from __future__ import annotations

import queue
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from include.databases.postgresql.session import Connection, Opener

# Not each piece has to wait for the disk: what notes that it is done waits, and with it all that was before.
QUICK = "set synchronous_commit = off"


@dataclass(frozen=True)
class Pair:
    """Hold a session on either side; each statement of the target's is a transaction unless one was begun."""

    source: Connection
    target: Connection

    @property
    def is_same_version(self) -> bool:
        """Say whether both servers are of the same major version."""
        return _major(self.source) == _major(self.target)


class Pairs:
    """Lend pairs to threads, as many at once as there are."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._free: queue.SimpleQueue[Pair] = queue.SimpleQueue()
        for pair in pairs:
            self._free.put(pair)

    @contextmanager
    def pair(self) -> Generator[Pair]:
        """Yield a pair that nobody else has meanwhile."""
        pair = self._free.get()
        try:
            yield pair
        finally:
            self._free.put(pair)


@contextmanager
def open_pairs(open_source: Opener, open_target: Opener, count: int) -> Generator[Pairs]:
    """Yield open pairs, closed afterwards."""
    with ExitStack() as opened:
        pairs = []
        for _ in range(count):
            source = opened.enter_context(closing(open_source()))
            target = opened.enter_context(closing(open_target()))
            target.execute(QUICK)
            pairs.append(Pair(source, target))
        yield Pairs(pairs)


def _major(connection: Connection) -> int:
    return connection.info.server_version // 10000
