"""Know when the source may be retired: some time after the cutover, so that going back stays possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.run import MigrationRun


def retirement_due(run: MigrationRun) -> datetime:
    """Return the moment from which the source may be retired: the cutover's end and the definition's hours."""
    cutover = run.ledger.phase("cutover")
    ended = datetime.fromisoformat(cutover.finished) if cutover and cutover.finished else datetime.now(UTC)
    return ended + timedelta(hours=run.definition.retirement.after_hours)
