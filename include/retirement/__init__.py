"""Retire the source: wait for the clock, fence it, remove what the migration installed, certify."""

from __future__ import annotations

from include.retirement.certificate import write_certificate
from include.retirement.clock import retirement_due, retirement_summary
from include.retirement.fencing import fence_source
from include.retirement.removing import remove_installation

__all__ = [
    "fence_source",
    "remove_installation",
    "retirement_due",
    "retirement_summary",
    "write_certificate",
]
