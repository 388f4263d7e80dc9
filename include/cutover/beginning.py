"""Look whether a cutover may begin now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.errors import PermanentError

if TYPE_CHECKING:
    from include.definition import Definition
    from include.run import MigrationRun


def refuse_now(run: MigrationRun, moment: datetime | None = None) -> None:
    """Keep a cutover from beginning outside its windows, or on frozen days.

    :param moment: with its time zone; now, by default.
    :raises PermanentError: with the reason, and when it may begin.
    """
    problem = why_not(run.definition, moment or datetime.now(UTC))
    if problem:
        raise PermanentError(
            f"cutover of {run.definition.name}: may not begin now: {problem} (nothing was stopped; clear the cutover's tasks "
            "when it may begin)"
        )


def why_not(definition: Definition, moment: datetime) -> str:
    """Return why a cutover may not begin at a moment, or nothing."""
    settings = definition.cutover
    for freeze in settings.freezes:
        if freeze.contains(moment):
            return f"cutover.freezes has {freeze.first} to {freeze.last}: {freeze.reason}"
    if settings.windows and not any(window.contains(moment) for window in settings.windows):
        return f"cutover.windows has {'; '.join(window.text() for window in settings.windows)}"
    return ""
