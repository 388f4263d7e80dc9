"""Tell people and programs what happened in a run: once each, and without ever holding the migration up."""

from __future__ import annotations

from include.notifications.cutovers import cutover_event
from include.notifications.events import (
    Event,
    approval_needed,
    cutover_done,
    rehearsal_regressed,
    rolled_back,
    task_failed,
)
from include.notifications.notifying import SendMail, notify, was_told_of

__all__ = [
    "Event",
    "SendMail",
    "approval_needed",
    "cutover_done",
    "cutover_event",
    "notify",
    "rehearsal_regressed",
    "rolled_back",
    "task_failed",
    "was_told_of",
]
