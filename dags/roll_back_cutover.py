"""## Roll a cutover back

Brings the customers back to the source, at any time until it is retired, and with them everything that was written on the target
since the switch: rows, objects and files. Nothing is left behind: a step that fails before the traffic has moved ends the rollback, and
the target goes on. The approval shows what comes back, what exists on the target only, and how long the customers will wait.

Left empty, the run to roll back is the latest one of the definition that switched the traffic. Afterwards `migrate_to_cce` can
be run again: it copies what differs, and moves the traffic once more. See `docs/rolling-back.md`.
"""

from __future__ import annotations

from airflow.sdk import dag

from cce_migration.operators.report import report_whatever_happens
from cce_migration.operators.rolling_back import WriteRollBackReportOperator
from cce_migration.params import past_migration_params
from cce_migration.retries import DEFAULT_ARGS
from cce_migration.watcher import watch_all_tasks
from migration_phases.roll_back import roll_back


@dag(
    dag_id="roll_back_cutover",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=past_migration_params(),
    doc_md=__doc__,
    tags=["cce", "rollback"],
)
def roll_back_cutover() -> None:
    """Look, ask, bring back, report."""
    first = roll_back().get_child_by_label("look_at_way_back")
    watch_all_tasks(report_whatever_happens("migration", first, WriteRollBackReportOperator))


roll_back_cutover()
