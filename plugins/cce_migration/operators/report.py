"""Operators that write the report of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.notifiers.telling import tell
from cce_migration.operators.base import MigrationOperator
from cce_migration.task_logs import task_logs
from include.cutover import is_rolled_back
from include.errors import ProofError
from include.evidence import note_key, write_bundle
from include.measures import phase_in_words
from include.notifications import task_failed, was_told_of
from include.report import kind_of_run, write_report
from include.report.document import Kind, Result
from include.report.made_resources import RULE as MADE

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context

    from include.run import MigrationRun

FAILED_STATES = frozenset({"failed", "upstream_failed"})


def report_whatever_happens(
    kind: Kind, first: BaseOperator, operator: type[WriteReportOperator] | None = None
) -> WriteReportOperator:
    """Put the report behind every task of the DAG; its failure is the run's.

    :param first: the task that opens the run; without its success there is nothing to report.
    :param operator: writes the report in place of the usual one.
    """
    # Behind each task, not behind the last ones: these give up as soon as one before them fails, others work on.
    others = [one for one in first.dag.tasks if one is not first]
    report = (operator or WriteReportOperator)(task_id="write_report", kind=kind)
    report.as_teardown(setups=first, on_failure_fail_dagrun=True)
    [one for one in others if not one.is_setup] >> report
    return report


class WriteReportOperator(MigrationOperator):
    """Write report.json, report.html and the signed evidence, whatever happened; fail unless everything is proved.

    As a teardown of the run's first task it also runs when a person marks the run as failed.

    :param kind: `migration`, `rehearsal` or `assessment`.
    """

    def __init__(self, *, kind: Kind, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"on_failure_callback": None})
        self.kind = kind

    def execute(self, context: Context) -> dict[str, Any]:
        """Write the report; it is no part of a phase, and its own failure is the report's result."""
        return self.act(self.open_run(context), context)

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return where the report lies and its result.

        :raises ProofError: with every reason, when the result is not `succeeded`.
        """
        note_key(run)
        kind = kind_of_run(run.ledger, self.kind)
        report = write_report(run.ledger, kind, self._result(run, context))
        write_bundle(run, task_logs(run.ledger, str(context["run_id"])))
        self._list_phases(run)
        place = f"{run.ledger.folder}/report.html"
        self.log.info("Report: %s, %s", report["result"], place)
        for row in report["findings"]:
            if row["rule"] == MADE:
                self.log.warning("%s %s; %s", row["object"], row["message"], row["remedy"])
        if report["result"] != "succeeded":
            self._tell(run, report, context)
            raise ProofError(_reasons(report), f"the {kind} ended as {report['result']}, report {place}")
        return {"result": report["result"], "report": place}

    def _list_phases(self, run: MigrationRun) -> None:
        self.log.info("::group::Phases")
        for phase in run.ledger.phases():
            self.log.info("%s: %s", phase.id, phase_in_words(run.ledger, phase.id))
        self.log.info("::endgroup::")

    def _tell(self, run: MigrationRun, report: dict[str, Any], context: Context) -> None:
        """Tell of a run that failed without a task that did."""
        if report["result"] == "failed" and not was_told_of(run.ledger, "failed"):
            instance = context["ti"]
            event = task_failed(instance.task_id, instance.try_number, "; ".join(_reasons(report)))
            tell(run, event, context)

    def _result(self, run: MigrationRun, context: Context) -> Result:
        if is_rolled_back(run):
            return "rolled_back"
        instance = context["ti"]
        states = instance.get_task_states(dag_id=instance.dag_id, run_ids=[instance.run_id])
        others = {
            name: state for name, state in states.get(instance.run_id, {}).items() if name != self.task_id
        }
        return "failed" if FAILED_STATES & set(others.values()) else "succeeded"


def _reasons(report: dict[str, Any]) -> list[str]:
    blockers = [row for row in report["findings"] if row["severity"] == "blocker"]
    return [f"{row['object']}: {row['message']}" for row in blockers] or [
        "a task failed; its own log says why"
    ]
