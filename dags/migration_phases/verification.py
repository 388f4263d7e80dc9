"""Phase verification: the target is what the source was, and works."""

from __future__ import annotations

from airflow.sdk import task_group

from cce_migration.operators.verification import (
    ReleaseWorkloadsOperator,
    RunChecksOperator,
    VerifyObjectsOperator,
    VerifyWorkloadsOperator,
)


@task_group
def verification() -> None:
    """Let the workloads run, compare all objects, wait until everything is ready, look at how it runs, and check the functions."""
    release = ReleaseWorkloadsOperator(task_id="release_workloads")
    checks = RunChecksOperator(task_id="run_checks", compares=True, ends_phase=True)
    release >> VerifyWorkloadsOperator(task_id="verify_workloads", compares=True) >> checks
    release >> VerifyObjectsOperator(task_id="verify_objects") >> checks
