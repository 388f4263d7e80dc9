"""Shape what sizing counts with, and what it recommends."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

MIB = 2**20
GIB = 2**30

Area = Literal["cluster", "nodes", "network", "storage", "load balancers", "images", "databases", "buckets"]


@dataclass(frozen=True)
class Amounts:
    """Hold what pods need or nodes have: whole millicores, bytes and pods, so that sums are exact."""

    millicores: int = 0
    memory: int = 0
    pods: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.millicores + other.millicores, self.memory + other.memory, self.pods + other.pods)

    def __sub__(self, other: Amounts) -> Amounts:
        return self + other * -1

    def __mul__(self, times: int) -> Amounts:
        return Amounts(self.millicores * times, self.memory * times, self.pods * times)

    def at_least(self, other: Amounts) -> Amounts:
        """Return the larger of each amount."""
        return Amounts(
            max(self.millicores, other.millicores),
            max(self.memory, other.memory),
            max(self.pods, other.pods),
        )

    def holds(self, other: Amounts) -> bool:
        """Say whether there is room for all of `other`."""
        return self.millicores >= other.millicores and self.memory >= other.memory and self.pods >= other.pods

    def most_of(self, other: Amounts) -> int:
        """Return how many of `other`, which is at least one pod, there is room for."""
        pairs = (
            (self.millicores, other.millicores),
            (self.memory, other.memory),
            (self.pods, other.pods),
        )
        return min(have // need for have, need in pairs if need > 0)

    def text(self) -> str:
        """Return e.g. `3.2 cores and 6.5 GiB`."""
        return f"{cores(self.millicores)} and {gib(self.memory)}"

    def as_dict(self) -> dict[str, int]:
        """Return the amounts as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Advice:
    """Recommend one thing of the target, with the reason in one sentence; `figures` are for programs."""

    area: Area
    item: str
    value: str
    reason: str
    figures: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the advice as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class KnownSize:
    """Tell what a database or bucket answered about itself; `problem` says why it did not.

    `count` is the number of objects of a bucket, the highest number of connections of a database server.
    """

    size: int | None = None
    count: int | None = None
    problem: str | None = None


def cores(millicores: int) -> str:
    """Return e.g. `1 core`, `3.2 cores`, `0.05 cores`."""
    return counted(round(millicores / 1000, 1 if millicores >= 1000 else 2), "core")


def gib(size: int) -> str:
    """Return e.g. `6.5 GiB`, `48 MiB`."""
    return f"{_short(round(size / GIB, 1))} GiB" if size >= GIB or size == 0 else f"{size / MIB:.0f} MiB"


def counted(number: float, noun: str, plural: str | None = None) -> str:
    """Return e.g. `1 node`, `12,000 nodes`."""
    return f"{_short(number)} {noun if number == 1 else plural or f'{noun}s'}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,}"
