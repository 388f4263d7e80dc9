"""Keep a cutover that is being undone from going on.

Airflow's worker hears late that its task was ended by hand, so the task acts beside what undoes it. Both sides leave a trace
before they act and then look for the other's: at least one of them sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.ledger.records import now

if TYPE_CHECKING:
    from include.run import MigrationRun

DOCUMENT = "cutover/ended"


def note_end(run: MigrationRun) -> None:
    """Leave the trace of what undoes the cutover."""
    run.ledger.write(DOCUMENT, {"at": now()})


def forget_end(run: MigrationRun) -> None:
    """Let a cutover begin anew: its task was cleared after the last one was undone."""
    run.ledger.remove(DOCUMENT)


def refuse_ended(run: MigrationRun) -> None:
    """Look whether the cutover is being undone; call it between the trace of a deed and the deed.

    :raises PermanentError: when it is.
    """
    if run.ledger.exists(DOCUMENT):
        raise PermanentError(
            f"the cutover of {run.definition.front_door.dns.record} is being undone since "
            f"{run.ledger.read(DOCUMENT)['at']}: nothing more is started or switched; clear its tasks to begin it anew"
        )
