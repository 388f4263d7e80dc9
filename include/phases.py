"""Name the phases of a migration, in the order in which they run."""

from __future__ import annotations

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
