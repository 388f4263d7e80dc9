"""Operators of the phase cutover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.metrics import send
from cce_migration.notifiers.telling import tell
from cce_migration.operators.base import MigrationOperator
from include.connections import Side
from include.cutover import (
    apply_webhooks,
    await_probe,
    finish_probe,
    probe_front_door,
    quiesce,
    watch_target,
)
from include.cutover.moving import move_traffic
from include.cutover.readying import ready_target
from include.cutover.rolling_back import end_quiesce, roll_back
from include.cutover.time_to_live import restore_ttl
from include.databases import end_following
from include.measures import downtime_measures
from include.notifications import cutover_event

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
    """Do ahead what can be: lower the record's TTL, stop the target, start movers, look at buckets, start what writes nothing."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Return how many workloads stand still or run early, and for how many volumes movers stand by."""
        return ready_target(run)


class MoveTrafficOperator(MigrationOperator):
    """Stop the source, move the last changes, start and check the target, pass the gates, and switch the front door.

    One task for all of it: the customers wait for every start of a task. Each step is timed and has a group of its own in the
    log; a try that was killed is gone on with.
    """

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Return how many rows of the plan were proved."""
        return move_traffic(run)


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

    The following of databases ends with it, however the cutover went, and the front door's record gets its TTL back.
    """

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return the downtime's numbers; skipped when the cutover was not begun."""
        end_following(run)
        restore_ttl(run)
        downtime = finish_probe(run)
        if downtime is None:
            raise AirflowSkipException("the cutover was not begun")
        send(downtime_measures(run.ledger, downtime))
        ending = cutover_event(run, downtime)
        if ending is not None:
            tell(run, ending, context)
        return {name: downtime[name] for name in ("seconds", "requests", "writes_lost", "writes_doubled")}
