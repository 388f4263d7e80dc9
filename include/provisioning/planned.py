"""Be what all things of the target cloud have in common: they are named and described by a row of the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from include.cloud import Cloud

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun


@dataclass(frozen=True)
class PlannedResource:
    """Hold a row of the plan, whose details say what is ordered, and the cloud that it is ordered from.

    A subclass says its `kind`, how a person removes it (`removal`), and the rest of `Resource`.
    """

    run: MigrationRun
    row: PlanItem
    cloud: Cloud = field(repr=False)

    kind: ClassVar[str]
    removal: ClassVar[str]

    @property
    def key(self) -> str:
        """Return the key of its row."""
        return self.row.key

    @property
    def name(self) -> str:
        """Return the name by which it is found."""
        return str(self.row.details["name"])

    @property
    def place(self) -> str:
        """Return the connection, the cloud and the region."""
        return self.cloud.access.place

    @property
    def longest_seconds(self) -> float:
        """Return how long it may take to become ready, as the plan says."""
        return float(self.row.details["longest_minutes"]) * 60
