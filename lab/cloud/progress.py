"""How things come about over time: the cloud's clock, and the states that a thing passes through."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from lab.cloud.store import Store

_KIND = "clock"
FAILS = "fails"
NEVER_ARRIVES = "never arrives"


class Clock:
    """The cloud's time, which can be put forward, so that nobody has to wait for what takes minutes.

    Signatures are checked against the machine's time, whatever this one says. How far it is ahead is remembered: what
    was ordered by it would be of the future else.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = float(store.all(_KIND).get(_KIND, {}).get("ahead", 0))

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.time() + self._ahead

    def put_forward(self, seconds: float) -> None:
        """Let time pass."""
        with self._store.change(_KIND) as kept:
            self._ahead += seconds
            kept[_KIND] = {"ahead": self._ahead}


def state_of(
    stages: Sequence[tuple[str, float]], age_seconds: float, fate: str = "", failed: str = ""
) -> str:
    """Return the state of a thing of this age.

    Args:
        stages: each state with the seconds that it lasts; the last one lasts for ever.
        age_seconds: how long ago the thing was ordered.
        fate: `FAILS` if the last state is to be `failed`, `NEVER_ARRIVES` if it is never to be reached.
        failed: the state of what failed.
    """
    until = 0.0
    for state, seconds in stages[:-1]:
        until += seconds
        if age_seconds < until:
            return state
    if fate == NEVER_ARRIVES:
        return stages[-2][0]
    return failed if fate == FAILS else stages[-1][0]


def as_time(seconds: float, pattern: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """Return a time as a service writes it."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime(pattern)
