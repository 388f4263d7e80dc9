"""Complete what planning had to leave open until the target was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.inventory.late_addresses import complete_secrets
from include.planning.binding import bound_definition
from include.planning.obstacles import find_late_obstacles

if TYPE_CHECKING:
    from include.run import MigrationRun


def complete_plan(run: MigrationRun) -> None:
    """Look for obstacles on servers that are there now, and hash the Secrets that name their addresses.

    :raises PreflightError: when a finding blocks the migration, or a Secret has changed since the inventory.
    """
    find_late_obstacles(run)
    complete_secrets(run, bound_definition(run))
