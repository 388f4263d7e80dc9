"""Be a thing of a cloud that keeps one thing a name, and does to requests what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from include.errors import CloudConflictError, ResourceFailedError
from include.planning.model import PlanItem
from include.provisioning import Found


@dataclass
class MemoryCloud:
    """Keep the ids of what was ordered, and count orders."""

    things: dict[str, Found] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)


@dataclass
class MemoryResource:
    """Be a thing called `name`. Each look at it is one step towards `Available`."""

    cloud: MemoryCloud
    name: str = "shop-target"
    owner: str | None = "lab"
    states: list[str] = field(default_factory=lambda: ["Creating", "Available"])
    problems: list[str] = field(default_factory=list)
    before_order: Callable[[], Any] = lambda: None
    after_order: Callable[[], Any] = lambda: None
    longest_seconds: float = 60.0
    kind: str = "cluster"
    place: str = "connection huawei_cloud, Open Telekom Cloud eu-de"
    removal: str = "DeleteCluster"

    @property
    def key(self) -> str:
        return f"cluster/{self.name}"

    def find(self) -> Found | None:
        found = self.cloud.things.get(self.name)
        if found is None:
            return None
        place = self.states.index(found.state)
        state = self.states[min(place + 1, len(self.states) - 1)]
        self.cloud.things[self.name] = Found(found.id, state, found.owner)
        return found

    def misfits(self, found: Found) -> list[str]:
        return self.problems

    def order(self) -> str:
        self.before_order()
        if self.name in self.cloud.things:
            raise CloudConflictError("it is there already", status=409)
        identity = f"id-{len(self.cloud.orders) + 1}"
        self.cloud.orders.append(identity)
        self.cloud.things[self.name] = Found(identity, self.states[0], self.owner)
        self.after_order()
        return identity

    def is_ready(self, found: Found) -> bool:
        if found.state == "Error":
            raise ResourceFailedError(f"cluster {self.name}: failed", resource=self.key)
        return found.state == "Available"


def resource_row(key: str = "cluster/shop-target", provide: str = "make", **details: Any) -> PlanItem:
    """Return the plan's row of a thing that is to be provided."""
    return PlanItem(
        key=key,
        phase="resource_planning",
        kind="resource",
        source=key.replace("/", " "),
        target=key,
        action="prepare",
        details={"provide": provide, **details},
    )


class CloudOfAnswers:
    """Answer each operation with what was given for it; an error is raised."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.access = SimpleNamespace(place="connection huawei_cloud, Open Telekom Cloud eu-de")

    def call(self, service: str, operation: str, **fields: Any) -> Any:
        answer = self._answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer
