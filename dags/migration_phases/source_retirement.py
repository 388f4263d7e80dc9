"""Phase source_retirement: after a clock and an approval, the source is fenced and cleaned, and a certificate written."""

from __future__ import annotations

from airflow.sdk import task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.approvals import ApproveRetirementOperator
from cce_migration.operators.base import MigrationOperator
from cce_migration.operators.retirement import (
    BeginRetirementOperator,
    CheckRetirementOperator,
    DeleteSourceOperator,
    FenceSourceOperator,
    RemoveInstallationOperator,
    WaitForRetirementOperator,
    WriteCertificateOperator,
)


@task_group
def source_retirement() -> None:
    """Retire the source after its clock and its approval; off unless the definition turns it on."""
    chain(CheckRetirementOperator(task_id="check_retirement", kind="migration"), *_steps())


@task_group(group_id="source_retirement")
def retirement_of_a_past_run() -> None:
    """Retire the source of a run that has ended, after its clock and its approval."""
    chain(BeginRetirementOperator(task_id="begin_retirement"), *_steps())


def _steps() -> list[MigrationOperator | ApproveRetirementOperator]:
    return [
        WaitForRetirementOperator(task_id="wait_for_retirement"),
        ApproveRetirementOperator(task_id="approve_retirement"),
        FenceSourceOperator(task_id="fence_source"),
        RemoveInstallationOperator(task_id="remove_installation"),
        DeleteSourceOperator(task_id="delete_source"),
        WriteCertificateOperator(task_id="write_certificate", ends_phase=True),
    ]
