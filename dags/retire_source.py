"""## Retire the source of a migration

Days or weeks after a cutover: takes a run of `migrate_to_cce` (the latest that switched the traffic, or the one you name), waits for its
clock, asks for approval, holds everything on the source, watches that nobody uses it, sees that the last backup is kept, removes what the
migration has put into both sides, and writes a certificate into the run's report and evidence.

It refuses a run that was rolled back, one whose traffic is not on the target, and a source that is retired already. Nothing of the source
is deleted unless you choose it below. After the approval the cutover cannot be rolled back any more.
"""

from __future__ import annotations

from airflow.sdk import dag

from cce_migration.operators.report import WriteReportOperator
from cce_migration.params import retirement_params
from cce_migration.retries import DEFAULT_ARGS
from migration_phases.source_retirement import retirement_of_a_past_run


@dag(
    dag_id="retire_source",
    schedule=None,
    catchup=False,
    # Two would ask for the same approval.
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=retirement_params(),
    doc_md=__doc__,
    tags=["cce", "migration"],
)
def retire_source() -> None:
    """Retire, then report: a retirement that is refused leaves the migration's report as it was."""
    retirement_of_a_past_run() >> WriteReportOperator(task_id="write_report", kind="migration")


retire_source()
