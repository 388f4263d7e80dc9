"""Phase roll_back: stop the target, bring back what it took, switch back, start the source, watch."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.cutover import AwaitProbeOperator, ProbeFrontDoorOperator
from cce_migration.operators.rolling_back import (
    ApproveRollBackOperator,
    BringBackOperator,
    EndWayBackOperator,
    FinishReturnProbeOperator,
    LeaveTargetOperator,
    LookAtWayBackOperator,
    ReadyWayBackOperator,
    ReturnTrafficOperator,
    WatchSourceOperator,
)
from cce_migration.retries import CUTOVER_ARGS, GOING_BACK_ARGS


@task_group(default_args=CUTOVER_ARGS)
def roll_back() -> None:
    """Bring the customers back, with the downtime measured from their side. The target goes on when a step fails before."""
    approve = ApproveRollBackOperator(task_id="approve_roll_back")
    # What takes long is done before the customers wait: looking at the source, and starting movers.
    ready = ReadyWayBackOperator(task_id="ready_way_back")
    probe = ProbeFrontDoorOperator(task_id="probe_front_door")
    await_probe = AwaitProbeOperator(task_id="await_probe")
    # As a teardown it also runs when a person marks the run as failed.
    end = EndWayBackOperator(task_id="end_way_back", **GOING_BACK_ARGS).as_teardown(setups=await_probe)

    LookAtWayBackOperator(task_id="look_at_way_back") >> approve >> ready >> [probe, await_probe]
    chain(
        await_probe,
        LeaveTargetOperator(task_id="quiesce_target"),
        [
            BringBackOperator(task_id=f"bring_back_{what}", what=what)
            for what in ("databases", "buckets", "volumes")
        ],
        ReturnTrafficOperator(task_id="return_traffic"),
        WatchSourceOperator(task_id="watch_source"),
        end,
        FinishReturnProbeOperator(task_id="finish_probe", ends_phase=True, trigger_rule=TriggerRule.ALL_DONE),
    )
