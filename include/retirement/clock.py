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


def retirement_summary(run: MigrationRun) -> str:
    """Return, as Markdown, what an approval of the retirement sets going."""
    namespaces = ", ".join(run.definition.source.namespaces)
    return (
        f"## Retire the source of migration {run.definition.name}\n\n"
        f"**An approval** holds every workload in the namespaces {namespaces} of the source, proves by requests that the "
        "source serves nobody, and removes Velero, the movers and their Secrets from both clusters. "
        "The source's own objects, databases and buckets are not deleted; backups stay in their bucket.\n"
    )
