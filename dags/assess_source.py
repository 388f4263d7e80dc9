"""## Assess a source

Read-only: takes the inventory of the source and looks for what stands in the way of a migration. Nothing is changed, and
nothing but the source cluster has to be reachable. The report names every finding with its remedy.
"""

from __future__ import annotations

from airflow.sdk import dag, task_group

from cce_migration.operators.planning import FindObstaclesOperator, TakeInventoryOperator
from cce_migration.operators.report import WriteReportOperator
from cce_migration.params import migration_params
from cce_migration.retries import DEFAULT_ARGS
from cce_migration.watcher import watch_all_tasks


@dag(
    dag_id="assess_source",
    schedule=None,
    catchup=False,
    default_args=DEFAULT_ARGS,
    params=migration_params(),
    doc_md=__doc__,
    tags=["cce", "assessment"],
)
def assess_source() -> None:
    """Read, judge, report."""

    @task_group
    def resource_planning() -> None:
        """Take the inventory of the source and find the obstacles."""
        TakeInventoryOperator(task_id="take_inventory") >> FindObstaclesOperator(
            task_id="find_obstacles", ends_phase=True
        )

    report = WriteReportOperator(task_id="write_report", kind="assessment", trigger_rule="all_done")
    resource_planning() >> report
    watch_all_tasks(report)


assess_source()
