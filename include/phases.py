"""Name the phases of a migration, in the order in which they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

PhaseId = Literal[
    "resource_planning",
    "swr_image_sync",
    "rds_dump_restore",
    "obs_sync",
    "velero_install",
    "adaptation",
    "velero_backup_restore",
    "verification",
    "cutover",
    "source_retirement",
]
PHASES: tuple[PhaseId, ...] = get_args(PhaseId)
# What a phase works on is made by these, as dags/migrate_to_cce.py wires them. A phase is never begun without.
NEEDS: Mapping[str, tuple[PhaseId, ...]] = {
    "resource_planning": (),
    "swr_image_sync": ("resource_planning",),
    "rds_dump_restore": ("resource_planning",),
    "obs_sync": ("resource_planning",),
    "velero_install": ("resource_planning", "swr_image_sync"),
    "adaptation": ("resource_planning",),
    "velero_backup_restore": ("velero_install", "adaptation"),
    "verification": ("rds_dump_restore", "obs_sync", "velero_backup_restore"),
    "cutover": ("verification",),
    "source_retirement": ("cutover",),
}
