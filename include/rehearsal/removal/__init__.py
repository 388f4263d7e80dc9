"""Throw away what a rehearsal has made, whatever became of it, and prove that nothing is left."""

from __future__ import annotations

from include.rehearsal.removal.removing import find_left, remove_rehearsal

__all__ = ["find_left", "remove_rehearsal"]
