"""Follow a database whose source takes 1,000 writes a second, whatever its engine is."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from include.databases.engine import DatabaseEngineCopier
from include.databases.following import Follower

WRITES_PER_SECOND = 1000
SECONDS = 20
SIZE = 20_000_000


def lags_under_load(
    follower: Follower, copier: DatabaseEngineCopier, writes: AbstractContextManager[None]
) -> list[float]:
    """Copy a database, follow it while it is written into, and return how many seconds it is behind in each second."""
    follower.prepare()
    with copier.snapshot() as snapshot:
        position = snapshot.position()
        copier.copy_all(snapshot, lambda: None)
    follower.begin(position)
    with writes:
        lags = [_lag_of_a_second(follower) for _ in range(SECONDS)]
    follower.drop()
    return lags


def refuse_few(written: int, said: str = "") -> None:
    """Refuse a load that was none.

    :raises RuntimeError: when the source took fewer writes than wanted: the figures would be too good.
    """
    if written < 0.9 * WRITES_PER_SECOND * SECONDS:
        raise RuntimeError(f"only {written} writes in {SECONDS} s: {said[-1000:]}")


def _lag_of_a_second(follower: Follower) -> float:
    ends = time.monotonic() + 1
    # A turn may end where the log ended when it began.
    while (left := ends - time.monotonic()) > 0:
        follower.apply(seconds=left)
    seconds = follower.lag().seconds
    print(f"{seconds:.2f} s behind", flush=True)
    return seconds
