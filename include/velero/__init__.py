"""Move the cluster's objects by Velero: install, back up, restore, and prove each of these."""

from __future__ import annotations

from include.velero.backups import backup_name, backup_phase, prove_backup, submit_backup, wait_for_backup
from include.velero.canary import prove_canary
from include.velero.foreign import foreign_velero
from include.velero.installing import install_velero
from include.velero.removing import uninstall_velero
from include.velero.restore_proof import prove_restore
from include.velero.restores import restore_phase, submit_restore, wait_for_restore
from include.velero.states import state_of

__all__ = [
    "backup_name",
    "backup_phase",
    "foreign_velero",
    "install_velero",
    "prove_backup",
    "prove_canary",
    "prove_restore",
    "restore_phase",
    "state_of",
    "submit_backup",
    "submit_restore",
    "uninstall_velero",
    "wait_for_backup",
    "wait_for_restore",
]
