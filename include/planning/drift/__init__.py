"""Know how the source has changed since the plan was made of its inventory."""

from __future__ import annotations

from include.planning.drift.data import refuse_gone_data
from include.planning.drift.finding import find_changes
from include.planning.drift.model import Change, union
from include.planning.drift.notes import note_changes, noted_changes
from include.planning.drift.summary import drift_summary

__all__ = [
    "Change",
    "drift_summary",
    "find_changes",
    "note_changes",
    "noted_changes",
    "refuse_gone_data",
    "union",
]
