"""Share what the judges of running things read and return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.ledger import Proof
from include.verification.snapshot import Snapshot

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Judgement:
    """Hold the proof of one row, and what is wrong in words; no problem means equal."""

    method: str
    source: Any
    target: Any
    problem: str | None = None

    @property
    def proof(self) -> Proof:
        """Return it as the ledger keeps it."""
        return Proof(method=self.method, source=self.source, target=self.target, equal=self.problem is None)


@dataclass(frozen=True)
class Scene:
    """Hold what judges look at.

    :param source: what the inventory saw.
    :param target: what is there now.
    :param workloads: adapted workloads by key.
    :param restless: keys of workloads whose number of pods is not fixed: autoscaled ones, DaemonSets.
    :param digests: digest that an image has on the target, by its reference there.
    :param restarts: restarts of each container at the beginning, by namespace/pod/container.
    """

    source: Snapshot
    target: Snapshot
    workloads: Mapping[str, Manifest] = field(default_factory=dict)
    restless: frozenset[str] = frozenset()
    digests: Mapping[str, str] = field(default_factory=dict)
    restarts: Mapping[str, int] = field(default_factory=dict)
