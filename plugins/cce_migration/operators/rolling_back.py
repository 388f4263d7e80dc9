"""Operators of the DAG roll_back_cutover; the cutover's own rollback is `RollBackOperator`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.hooks.connections import AirflowConnections
from cce_migration.operators.approvals import ApproveOperator
from cce_migration.operators.base import MigrationOperator
from cce_migration.operators.report import WriteReportOperator
from cce_migration.runs import ledger_root
from include.cutover import finish_probe, is_rolled_back, quiesce, watch_source
from include.cutover.bringing_back import bring_back, refuse_written_source
from include.cutover.guarding import guard_ways_back
from include.cutover.rolling_back import end_way_back, return_traffic
from include.cutover.way_back import refuse_roll_back, roll_back_evidence
from include.errors import ProofError
from include.report import write_report
from include.report.rollback import open_problems
from include.volumes import stand_by_back

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class LookAtWayBackOperator(MigrationOperator):
    """Find the migration run, and look whether it can be rolled back: every reason against it at once. Nothing is changed."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, str]:
        """Return how each database would come back."""
        return {way.database: way.by for way in refuse_roll_back(run)}


class ApproveRollBackOperator(ApproveOperator):
    """Ask for approval of the rollback, with what comes back, what stays and how long it takes. Then customers notice."""

    question = "Stop the target and bring the traffic back to the source?"
    asks_for = "cutover"

    def evidence(self, run: MigrationRun, context: Context) -> str:
        """Return what the person has to know."""
        return roll_back_evidence(run)


class ReadyWayBackOperator(MigrationOperator):
    """Look once more, compare the source with what was handed over, and start movers: all before customers wait."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return for how many volumes movers stand by."""
        refuse_roll_back(run)
        refuse_written_source(run)
        return stand_by_back(run)


class LeaveTargetOperator(MigrationOperator):
    """Stop everything on the target that writes, remembering how it was, and wait until its pods are gone."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads stand still."""
        return quiesce(run, "target", is_left=True)


class BringBackOperator(MigrationOperator):
    """Bring back what was written on the target since the switch, and prove that both sides are equal.

    :param what: `databases`, `buckets` or `volumes`.
    """

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.what = what

    def act(self, run: MigrationRun, context: Context) -> None:
        """Bring it back; nothing may be left behind."""
        bring_back(run, self.what)


class ReturnTrafficOperator(MigrationOperator):
    """Let the front door's record lead to the source again, then start the source's workloads as they were."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Switch it back."""
        return_traffic(run)


class WatchSourceOperator(MigrationOperator):
    """Watch the source through the front door, from the moment at which it answers."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return the numbers of requests."""
        return watch_source(run)


class EndWayBackOperator(MigrationOperator):
    """Let the target go on where the way back ended before the traffic had moved; let later runs copy into it where it had.

    As a teardown it also runs when a person marks the run as failed. Never two writers.
    """

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads of the target were released."""
        return end_way_back(run)


class FinishReturnProbeOperator(MigrationOperator):
    """End the probe, ask the application which writes it holds, and record downtime, lost and doubled writes."""

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return the downtime's numbers; skipped when the way back was not begun."""
        downtime = finish_probe(run)
        if downtime is None:
            raise AirflowSkipException("the way back was not begun")
        return {name: downtime[name] for name in ("seconds", "requests", "writes_lost", "writes_doubled")}


class WriteRollBackReportOperator(WriteReportOperator):
    """Write the report of the migration run anew, with the way back's figures; fail unless everything came back.

    The report stays as it was when the traffic has not moved.
    """

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return where the report lies and its result.

        :raises ProofError: with everything that did not come back.
        """
        if not is_rolled_back(run):
            raise AirflowSkipException("the traffic was not brought back: the report of the migration stays")
        report = write_report(run.ledger, self.kind, "rolled_back")
        place = f"{run.ledger.folder}/report.html"
        self.log.info("Report: %s, %s", report["result"], place)
        problems = open_problems(run.ledger)
        if problems:
            raise ProofError(problems, f"not everything came back, report {place}")
        return {"result": report["result"], "report": place}


class GuardWaysBackOperator(MigrationOperator):
    """Look at every way back that is open: how much log its targets keep. What is too much is given up, and told.

    A rollback copies whole tables then, which takes longer and loses nothing.
    """

    def execute(self, context: Context) -> dict[str, int]:
        """Return the bytes that are kept, by migration and database; it is no part of any one run."""
        return guard_ways_back(ledger_root(), AirflowConnections())

    def act(self, run: MigrationRun, context: Context) -> None:
        """Do nothing: it works on no run of its own."""
