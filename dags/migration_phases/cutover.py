"""Phase cutover: stop the source, move the last changes, switch, watch, and go back if need be."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.approvals import ApproveCutoverOperator
from cce_migration.operators.cutover import (
    ApplyWebhooksOperator,
    AwaitProbeOperator,
    EndQuiesceOperator,
    FinishProbeOperator,
    MoveTrafficOperator,
    ProbeFrontDoorOperator,
    ReadyTargetOperator,
    RollBackOperator,
    WatchTargetOperator,
)
from cce_migration.retries import CUTOVER_ARGS, GOING_BACK_ARGS


@task_group(default_args=CUTOVER_ARGS)
def cutover() -> None:
    """Move the customers, with the downtime measured from their side. Undone by itself when a step fails."""
    approve = ApproveCutoverOperator(task_id="approve_cutover")
    probe = ProbeFrontDoorOperator(task_id="probe_front_door")
    await_probe = AwaitProbeOperator(task_id="await_probe")
    # The target takes no traffic yet: it is stopped before the source is, and costs no downtime.
    ready_target = ReadyTargetOperator(task_id="ready_target")
    move = MoveTrafficOperator(task_id="move_traffic")
    watch = WatchTargetOperator(task_id="watch_target")
    roll_back = RollBackOperator(task_id="roll_back", trigger_rule=TriggerRule.ONE_FAILED, **GOING_BACK_ARGS)
    # As a teardown it also runs when a person marks the run as failed.
    end_quiesce = EndQuiesceOperator(task_id="end_quiesce", **GOING_BACK_ARGS).as_teardown(setups=await_probe)
    finish_probe = FinishProbeOperator(
        task_id="finish_probe", ends_phase=True, trigger_rule=TriggerRule.ALL_DONE
    )

    approve >> [probe, await_probe, ready_target]
    chain([await_probe, ready_target], move, watch, end_quiesce, finish_probe)
    [move, watch] >> roll_back >> [end_quiesce, finish_probe]
    watch >> ApplyWebhooksOperator(task_id="apply_webhooks") >> finish_probe
