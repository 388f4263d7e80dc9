"""What DRS needs of an engine: to try a login, to look before it copies, and to copy."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol

PASSED, ALARM, FAILED = "PASSED", "ALARM", "FAILED"


@dataclass(frozen=True)
class End:
    """A server, and the login that a job has for it."""

    address: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Check:
    """One item of a check before the start, as the job shows it."""

    item: str
    group: str
    result: str = PASSED
    reason: str = ""
    message: str = ""


class Replication(Protocol):
    """Copy databases between servers of one engine."""

    def login_problem(self, end: End) -> str:
        """Return why a login fails; nothing when it does not."""

    def check(self, source: End, target: End, databases: list[str]) -> list[Check]:
        """Return what was looked at before a copy, good or bad."""

    def copy(self, source: End, target: End, database: str, stopped: threading.Event) -> None:
        """Copy a database that the target does not have.

        Raises:
            RuntimeError: the words of the server that refused.
        """

    def share(self, source: End, target: End, databases: list[str]) -> float:
        """Return how much of the databases is there, between 0 and 1."""

    def forget(self, target: End, database: str) -> None:
        """Remove what a copy that did not end has left of a database."""

    def raise_sequences(self, target: End, database: str) -> None:
        """Set sequences as far ahead as a job does that is ended in good order."""
