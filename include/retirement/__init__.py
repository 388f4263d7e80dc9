"""Retire the source: fence it, watch it, keep a backup, clear up on both sides, certify it, and delete what was chosen."""

from __future__ import annotations

from include.retirement.certificate import write_certificate
from include.retirement.clock import retirement_due
from include.retirement.deleting import delete_source
from include.retirement.fencing import fence_source
from include.retirement.keeping import keep_last_backup
from include.retirement.observing import observe_source
from include.retirement.opening import begin_retirement
from include.retirement.removing import remove_installation
from include.retirement.removing_data import remove_from_buckets, remove_from_databases
from include.retirement.summary import retirement_summary

__all__ = [
    "begin_retirement",
    "delete_source",
    "fence_source",
    "keep_last_backup",
    "observe_source",
    "remove_from_buckets",
    "remove_from_databases",
    "remove_installation",
    "retirement_due",
    "retirement_summary",
    "write_certificate",
]
