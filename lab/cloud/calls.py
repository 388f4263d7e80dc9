"""The operations of the cloud's services: what a call brings, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab.cloud.accounts import Account
from lab.cloud.progress import Clock
from lab.cloud.store import Store


@dataclass(frozen=True)
class Region:
    """What all services of the cloud share."""

    account: Account
    store: Store
    clock: Clock


@dataclass(frozen=True)
class Call:
    """A call that has passed the gateway.

    `token` is what a caller names an order by, to order once only; `fate` is that of what the call makes
    (`lab.cloud.progress`): empty, unless a fault was asked for.
    """

    parameters: dict[str, str]
    query: dict[str, list[str]] = field(default_factory=dict)
    body: Any = None
    base: str = ""
    token: str = ""
    fate: str = ""

    def __getitem__(self, name: str) -> str:
        """Return a part of the path."""
        return self.parameters[name]

    def first(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int | None:
        """Return a query parameter that is a number, or None if it is something else."""
        text = self.first(name, str(default))
        return int(text) if text.isdigit() else None

    def document(self, name: str = "") -> dict[str, Any]:
        """Return the body, or the document in it of that name; an empty one if there is none."""
        known = self.body if isinstance(self.body, dict) else {}
        return document_in(known, name) if name else known


def document_in(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the document of that name in another one; an empty one if there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Answer:
    """An answer that is no error."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One operation, named as `<service>.<method of the service's SDK>`.

    What `takes_time` passes through states, and can be made to fail or to stay in one.
    """

    name: str
    method: str
    path: str
    run: Callable[[Call], Answer]
    takes_time: bool = False
