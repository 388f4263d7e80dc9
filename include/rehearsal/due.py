"""Tell which definitions are to be rehearsed now, by the schedules that stand in them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.definition import load_definition
from include.errors import DefinitionError
from include.run import MIGRATIONS_FOLDER

logger = logging.getLogger(__name__)

# What was due while nothing looked (a scheduler was down over night) is made up for, but not days later.
LATEST = timedelta(hours=6)


@dataclass(frozen=True)
class Due:
    """Name a definition that is due, and the moment it was due at."""

    definition: str
    moment: datetime

    @property
    def run_id(self) -> str:
        """Return the id of the run: the same for the same moment, so that it is triggered once."""
        return f"scheduled__{self.definition}__{self.moment:%Y-%m-%dT%H:%M}"


def due_rehearsals(now: datetime, folder: Path = MIGRATIONS_FOLDER) -> list[Due]:
    """Return what was due within the last six hours, the earliest first.

    A definition that is refused is told in the log, and keeps no other from its rehearsal.
    """
    found = [due for path in sorted(folder.glob("*.yaml")) if (due := _due_of(path, now))]
    return sorted(found, key=lambda due: (due.moment, due.definition))


def last_moment(schedule: str, now: datetime) -> datetime:
    """Return the last moment of a schedule that is not after `now`, in UTC."""
    from croniter import croniter

    moment: datetime = croniter(schedule, now + timedelta(seconds=1)).get_prev(datetime)
    return moment.astimezone(UTC)


def _due_of(path: Path, now: datetime) -> Due | None:
    try:
        schedule = load_definition(path).rehearsal.schedule
    except DefinitionError as error:
        logger.warning("%s is not rehearsed: %s", path.stem, error)
        return None
    if schedule is None:
        return None
    moment = last_moment(schedule, now)
    return Due(path.stem, moment) if now - moment <= LATEST else None
