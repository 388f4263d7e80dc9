"""Phase adaptation: the objects as CCE needs them, judged by the target before anything is restored."""

from __future__ import annotations

from airflow.sdk import task_group

from cce_migration.operators.adaptation import AdaptObjectsOperator, DryRunObjectsOperator


@task_group
def adaptation() -> None:
    """Rewrite every object for CCE by rules, and try each on the target by a dry run."""
    AdaptObjectsOperator(task_id="adapt_objects") >> DryRunObjectsOperator(
        task_id="dry_run_objects", ends_phase=True
    )
