"""Operators of the phase cutover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.operators.base import MigrationOperator
from include.connections import Side
from include.cutover import (
    apply_webhooks,
    await_probe,
    finish_probe,
    hand_over,
    pass_gates,
    probe_front_door,
    quiesce,
    switch_traffic,
    watch_target,
)
from include.cutover.final_pass import (
    move_last_changes_of_buckets,
    move_last_changes_of_databases,
    move_last_changes_of_volumes,
)
from include.cutover.rolling_back import end_quiesce, roll_back
from include.databases import end_following
from include.volumes import stand_by

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class ProbeFrontDoorOperator(MigrationOperator):
    """Be a client at the front door for as long as the cutover lasts: read and write at a steady rate, count what fails."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Send requests until the probe is finished; return the numbers."""
        return probe_front_door(run)


class AwaitProbeOperator(MigrationOperator):
    """Wait until the probe has good answers: a cutover that nobody measures does not begin."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Wait."""
        await_probe(run)


class QuiesceOperator(MigrationOperator):
    """Stop everything that writes on one side, remembering how it was, and wait until its pods are gone.

    :param side: `source` or `target`.
    """

    def __init__(self, *, side: Side, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.side = side

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads stand still."""
        return quiesce(run, self.side)


class ReadyTargetOperator(MigrationOperator):
    """Stop the target, then start movers on both sides: no pod has to start for a volume while customers wait."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Return how many workloads stand still, and for how many volumes movers stand by."""
        held = quiesce(run, "target")
        return {"held": held, "standing_by": stand_by(run)}


class MoveLastChangesOfDatabasesOperator(MigrationOperator):
    """Copy the tables that changed since the warm copy, then compare all tables of all databases."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many databases are proved."""
        return move_last_changes_of_databases(run)


class MoveLastChangesOfBucketsOperator(MigrationOperator):
    """Copy the objects that changed since the warm copy, then compare all objects of all buckets."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many buckets are proved."""
        return move_last_changes_of_buckets(run)


class MoveLastChangesOfVolumesOperator(MigrationOperator):
    """Copy the files that changed since the warm copy, then compare the whole trees of all volumes."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many volumes are proved."""
        return move_last_changes_of_volumes(run)


class HandOverOperator(MigrationOperator):
    """Open the way only when every row of the plan has an equal proof or a waiver, then mark the target as in use.

    From here on no run copies over its databases and buckets. Both in one task: the customers wait for every start.
    """

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many databases and buckets were marked."""
        pass_gates(run)
        return hand_over(run)


class SwitchTrafficOperator(MigrationOperator):
    """Let the front door's DNS record lead to the target, and read it back from the server."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Switch it."""
        switch_traffic(run)


class WatchTargetOperator(MigrationOperator):
    """Watch the target through the front door; when too many requests fail, the traffic goes back by itself."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return the numbers of requests."""
        return watch_target(run)


class ApplyWebhooksOperator(MigrationOperator):
    """Set up the admission webhooks that the migrated namespaces serve: they refuse writes until their pods answer."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many there are."""
        return apply_webhooks(run)


class RollBackOperator(MigrationOperator):
    """Undo this run's switch when the switch or the watch failed: traffic back, target still, source running again."""

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> None:
        """Roll back; skipped when this run has switched nothing."""
        if not roll_back(run):
            raise AirflowSkipException("this run has not switched the traffic")


class EndQuiesceOperator(MigrationOperator):
    """Start the source again, whatever went wrong, unless the traffic has left it. Never two writers."""

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads were started."""
        return end_quiesce(run)


class FinishProbeOperator(MigrationOperator):
    """End the probe, ask the application which writes it holds, and record downtime, lost and doubled writes.

    The following of databases ends with it, however the cutover went.
    """

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return the downtime's numbers; skipped when the cutover was not begun."""
        end_following(run)
        downtime = finish_probe(run)
        if downtime is None:
            raise AirflowSkipException("the cutover was not begun")
        return {name: downtime[name] for name in ("seconds", "requests", "writes_lost", "writes_doubled")}
