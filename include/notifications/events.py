"""Say in words what happened and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from include.definition import EventKind
from include.errors import shorten
from include.ledger.records import Record, now
from include.progress import readable_seconds

# A message is read on a telephone; the rest stands behind the link.
LONGEST_TEXT = 1200


class Event(Record):
    """Hold what happened: `key` tells it from other events of its kind in the run."""

    kind: EventKind
    key: str = Field(min_length=1)
    title: str
    what: str
    to_do: str
    at: str = Field(default_factory=now)

    @property
    def id(self) -> str:
        """Return the same name for the same event of a run, however often it is told."""
        return f"{self.kind}.{self.key}"


def approval_needed(task: str, question: str, shown_at: str) -> Event:
    """Return that a run waits for a person.

    :param shown_at: the moment of the question: one that is asked again is another.
    """
    return Event(
        kind="approval_needed",
        key=f"{task}.{shown_at}",
        title="approval needed",
        what=question,
        to_do="Read the evidence and answer under Required Actions; the run waits until somebody does.",
    )


def task_failed(task: str, attempt: int, reason: str) -> Event:
    """Return that a task has failed for good: it is not tried again by itself.

    :param attempt: number of the try; one that fails again after a clear is another event.
    """
    return Event(
        kind="failed",
        key=f"{task}.{attempt}",
        title=f"{task} failed",
        what=shorten(reason, LONGEST_TEXT),
        to_do="Mend the cause, then clear the task: it goes on from what is done. The source is untouched or runs again.",
    )


def cutover_done(downtime: Mapping[str, Any], at: str) -> Event:
    """Return that the traffic has moved.

    :param downtime: the ledger's account of it.
    """
    return Event(
        kind="cutover_done",
        key=at,
        title="cutover done",
        what=f"Customers are served by the target. {_downtime(downtime)}",
        to_do="Watch the application; the way back stays open until the source is retired.",
    )


def rolled_back(downtime: Mapping[str, Any] | None, at: str) -> Event:
    """Return that the traffic went back to the source."""
    measured = f" {_downtime(downtime)}" if downtime else ""
    return Event(
        kind="rolled_back",
        key=at,
        title="rolled back",
        what=f"The cutover was undone: customers are served by the source again.{measured}",
        to_do="Read in the report what failed, mend it, and run the migration again.",
    )


def rehearsal_regressed(regressions: Sequence[str], at: str) -> Event:
    """Return that a rehearsal did worse than those before it.

    :param regressions: what is worse, a sentence each.
    """
    return Event(
        kind="rehearsal_regressed",
        key=at,
        title="rehearsal regressed",
        what=shorten("; ".join(regressions), LONGEST_TEXT),
        to_do="Compare the phases in the report with the rehearsal before, and mend it before the cutover.",
    )


def _downtime(downtime: Mapping[str, Any]) -> str:
    seconds = float(downtime["seconds"])
    shown = f"{seconds:.1f} s" if seconds < 60 else readable_seconds(seconds)
    return (
        f"Downtime {shown}, {downtime['writes_lost']} acknowledged writes lost, "
        f"{downtime['writes_doubled']} doubled."
    )
