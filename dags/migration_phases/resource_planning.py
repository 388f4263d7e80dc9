"""Phase resource_planning: check, take the inventory, plan, have the plan of the present source approved, make the target."""

from __future__ import annotations

from airflow.sdk import BaseOperator, task_group
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
from cce_migration.operators.rehearsal import (
    PrepareRehearsalOperator,
    RefuseLastingOrdersOperator,
    RemoveEarlierRehearsalsOperator,
)


@task_group
def resource_planning(*, rehearses: bool = False) -> None:
    """Plan the target: check everything, read the source, plan each item, ask, and make what is missing.

    :param rehearses: nobody is asked, since nothing is made that stays; what earlier rehearsals have left goes first.
    """
    chain(
        ReadDefinitionOperator(task_id="read_definition"),
        *([RemoveEarlierRehearsalsOperator(task_id="remove_earlier_rehearsals")] if rehearses else []),
        CheckPreflightOperator(task_id="check_preflight"),
        TakeInventoryOperator(task_id="take_inventory"),
        PlanMigrationOperator(task_id="plan_migration"),
        *_agreement(rehearses=rehearses),
        MakeTargetOperator(task_id="make_target"),
        CheckTargetOperator(task_id="check_target"),
        [
            # What an earlier run has let run on the target would write beside the copies.
            QuiesceOperator(task_id="quiesce_target", side="target"),
            *([PrepareRehearsalOperator(task_id="prepare_rehearsal")] if rehearses else []),
            PrepareTargetsOperator(task_id="prepare_targets", ends_phase=True),
        ],
    )


def _agreement(*, rehearses: bool) -> list[BaseOperator]:
    """Return what stands between the plan and what it makes."""
    if rehearses:
        return [RefuseLastingOrdersOperator(task_id="refuse_lasting_orders")]
    return [ApprovePlanOperator(task_id="approve_plan"), ApproveDriftOperator(task_id="approve_drift")]
