"""Retire the source: fence it, remove what the migration installed, certify."""

from __future__ import annotations

from include.retirement.certificate import write_certificate
from include.retirement.fencing import fence_source
from include.retirement.removing import remove_installation

__all__ = ["fence_source", "remove_installation", "write_certificate"]
