"""Let one rehearsal of a definition run at a time: they use the same names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.ledger.finding import other_runs

if TYPE_CHECKING:
    from include.run import MigrationRun

REPORT = "report"


def refuse_beside(run: MigrationRun, is_at_work: Callable[[str], bool]) -> None:
    """Raise when another rehearsal of this definition is at work; of two that begin at once both may be refused.

    :param is_at_work: says of a run's id whether it has not ended.
    :raises PermanentError: naming the other run.
    """
    for folder in other_runs(run.ledger):
        run_id = folder.root.name
        if not folder.has(REPORT) and is_at_work(run_id):
            raise PermanentError(
                f"rehearsal {run_id} of {run.definition.name} is at work, and uses the same namespaces, buckets and instances; "
                "wait for its end, or mark it as failed, and trigger this one anew"
            )
