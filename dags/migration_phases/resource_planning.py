"""Phase resource_planning: check, take the inventory, plan, have the plan of the present source approved, make the target."""

from __future__ import annotations

from airflow.sdk import task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.approvals import ApproveDriftOperator, ApprovePlanOperator
from cce_migration.operators.cutover import QuiesceOperator
from cce_migration.operators.planning import (
    CheckPreflightOperator,
    CheckTargetOperator,
    MakeTargetOperator,
    PlanMigrationOperator,
    PrepareTargetsOperator,
    ReadDefinitionOperator,
    TakeInventoryOperator,
)


@task_group
def resource_planning() -> None:
    """Plan the target: check everything, read the source, plan each item, ask, and make what is missing."""
    chain(
        ReadDefinitionOperator(task_id="read_definition"),
        CheckPreflightOperator(task_id="check_preflight"),
        TakeInventoryOperator(task_id="take_inventory"),
        PlanMigrationOperator(task_id="plan_migration"),
        ApprovePlanOperator(task_id="approve_plan"),
        ApproveDriftOperator(task_id="approve_drift"),
        MakeTargetOperator(task_id="make_target"),
        CheckTargetOperator(task_id="check_target"),
        [
            # What an earlier run has let run on the target would write beside the copies.
            QuiesceOperator(task_id="quiesce_target", side="target"),
            PrepareTargetsOperator(task_id="prepare_targets", ends_phase=True),
        ],
    )
