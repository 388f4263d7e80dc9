"""## Assess a source

Read-only: takes the inventory of the source, looks for what stands in the way of a migration, and sizes the target. Nothing
is changed, and nothing but the source cluster has to be reachable. The report names every finding with its remedy, what
the migration changes by itself, what it will take, and what has to be bought.
"""

from __future__ import annotations

from airflow.sdk import dag, task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.planning import (
    AssessOperator,
    FindObstaclesOperator,
    ReadDefinitionOperator,
    TakeInventoryOperator,
)
from cce_migration.operators.report import report_whatever_happens
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
    """Read, judge, size, report."""

    @task_group
    def resource_planning() -> None:
        """Take the inventory of the source, find the obstacles, size the target."""
        chain(
            ReadDefinitionOperator(task_id="read_definition"),
            TakeInventoryOperator(task_id="take_inventory"),
            FindObstaclesOperator(task_id="find_obstacles"),
            AssessOperator(task_id="assess", ends_phase=True),
        )

    planning = resource_planning()
    watch_all_tasks(report_whatever_happens("assessment", planning.get_child_by_label("read_definition")))


assess_source()
