"""Following of databases: beside the phases, from the copies' proof to the cutover."""

from __future__ import annotations

from airflow.sdk import TaskGroup

from cce_migration.operators.databases import FollowDatabasesOperator


def follow_beside(databases: TaskGroup) -> None:
    """Add the task that follows to the phase of the databases.

    Call it after the phases were wired: what comes after the databases does not wait for the following, which goes on
    until the cutover's last pass, or until the cutover ended without one.
    """
    with databases:
        follow = FollowDatabasesOperator(task_id="follow_databases")
    databases.get_child_by_label("prove_databases") >> follow
