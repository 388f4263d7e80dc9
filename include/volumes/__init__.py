"""Move the content of volumes by restic, warm before the cutover and to the last byte after the quiesce."""

from __future__ import annotations

from include.volumes.copying import copy_volumes
from include.volumes.going_back import bring_back_volumes, find_written_volumes, renew_deliveries
from include.volumes.proving import prove_volumes
from include.volumes.rehearsing import end_standing_by, rehearse_last_changes
from include.volumes.removing import remove_movers
from include.volumes.repository import reach_repository
from include.volumes.standby_keys import remove_standby_keys
from include.volumes.standing_by import stand_by, stand_by_back

__all__ = [
    "bring_back_volumes",
    "copy_volumes",
    "end_standing_by",
    "find_written_volumes",
    "prove_volumes",
    "reach_repository",
    "rehearse_last_changes",
    "remove_movers",
    "remove_standby_keys",
    "renew_deliveries",
    "stand_by",
    "stand_by_back",
]
