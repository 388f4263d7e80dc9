"""Move the content of volumes by restic, warm before the cutover and to the last byte after the quiesce."""

from __future__ import annotations

from include.volumes.copying import copy_volumes
from include.volumes.proving import prove_volumes
from include.volumes.removing import remove_movers
from include.volumes.standing_by import stand_by

__all__ = ["copy_volumes", "prove_volumes", "remove_movers", "stand_by"]
