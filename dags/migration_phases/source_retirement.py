"""Phase source_retirement: after a clock and an approval, the source is fenced and cleaned, and a certificate written."""

from __future__ import annotations

from airflow.sdk import task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.approvals import ApproveRetirementOperator
from cce_migration.operators.report import WriteReportOperator
from cce_migration.operators.retirement import (
    CheckRetirementOperator,
    FenceSourceOperator,
    RemoveInstallationOperator,
    WaitForRetirementOperator,
    WriteCertificateOperator,
)


@task_group
def source_retirement() -> None:
    """Retire the source after its clock and its approval; off unless the definition turns it on."""
    chain(
        CheckRetirementOperator(task_id="check_retirement"),
        # The clock may run for days: people want to read how the cutover went before.
        WriteReportOperator(task_id="write_report_of_cutover", kind="migration"),
        WaitForRetirementOperator(task_id="wait_for_retirement"),
        ApproveRetirementOperator(task_id="approve_retirement"),
        FenceSourceOperator(task_id="fence_source"),
        RemoveInstallationOperator(task_id="remove_installation"),
        WriteCertificateOperator(task_id="write_certificate", ends_phase=True),
    )
