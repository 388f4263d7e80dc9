"""## Rehearse what is due

Looks every five minutes which definitions of `migrations/` are due by `rehearsal.schedule`, and triggers `rehearse_migration` for
each. A moment is rehearsed once, however often this runs; one that was missed is made up for within six hours.
"""

from __future__ import annotations

from airflow.sdk import dag

from cce_migration.operators.due import FindDueRehearsalsOperator, TriggerRehearsalOperator
from cce_migration.retries import DEFAULT_ARGS


@dag(
    dag_id="rehearse_when_due",
    schedule="*/5 * * * *",
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["cce", "rehearsal"],
)
def rehearse_when_due() -> None:
    """Find what is due, and trigger a rehearsal each."""
    due = FindDueRehearsalsOperator(task_id="find_due_rehearsals")
    TriggerRehearsalOperator.partial(task_id="trigger_rehearsal").expand_kwargs(due.output)


rehearse_when_due()
