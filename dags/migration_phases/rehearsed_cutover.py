"""Phase rehearsed_cutover: what the cutover will take, measured while the source goes on."""

from __future__ import annotations

from airflow.sdk import task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.cutover import QuiesceOperator
from cce_migration.operators.rehearsal import (
    JudgeRehearsalOperator,
    RehearseLastPassOperator,
    RehearseStartOperator,
)


@task_group
def rehearsed_cutover() -> None:
    """Time the last pass and the start of the target, without stopping the source and without a switch."""
    chain(
        QuiesceOperator(task_id="quiesce_target", side="target"),
        [
            RehearseLastPassOperator(task_id="rehearse_databases", kind="databases"),
            RehearseLastPassOperator(task_id="rehearse_buckets", kind="buckets"),
            RehearseLastPassOperator(task_id="rehearse_volumes", kind="volumes"),
        ],
        RehearseStartOperator(task_id="rehearse_start"),
        JudgeRehearsalOperator(task_id="judge_rehearsal", ends_phase=True),
    )
