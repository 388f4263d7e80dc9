"""What a part of the lab is: something with programs to run, a real readiness check, and content to put in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class Program:
    """One process under the supervisor. `netns` is the network namespace it runs in (None: the host's)."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    directory: str | None = None
    netns: str | None = None
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 10


class Part(Protocol):
    """A part of the lab.

    `prepare` writes configurations and initial data and may be called again at any time; `is_ready` is a real check
    (a login, a query, a health request), not a look for a process; `finish` puts content in (buckets, users, objects)
    once the part is ready, and may be called again.
    """

    name: str
    depends_on: tuple[str, ...]
    address: str

    def prepare(self) -> None:
        """Write configurations, make initial data. Idempotent."""

    def programs(self) -> list[Program]:
        """Return the processes the supervisor runs for this part."""

    def is_ready(self) -> bool:
        """Say whether the part does its work, by making it do some."""

    def finish(self) -> None:
        """Put content in, once the part is ready. Idempotent."""


@runtime_checkable
class HasConnections(Protocol):
    """A part that Airflow connects to: connection id -> the connection as Airflow's JSON."""

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the Airflow connections to this part."""


@runtime_checkable
class OnOrder(Protocol):
    """A part that is only there once it was ordered from the cloud, which makes it and removes it."""

    def is_ordered(self) -> bool:
        """Say whether somebody ordered it."""
