"""Operators that wait for a person: no default answer, no slot taken while waiting, the answer kept in the ledger."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from cce_migration.runs import open_migration
from include.approvals import Answer, record_answer
from include.cutover import cutover_evidence
from include.errors import PermanentError
from include.ledger import record_failure
from include.planning import plan_summary
from include.retirement import retirement_summary

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun

APPROVE, REJECT = "Approve", "Reject"


class ApproveOperator(HITLOperator):
    """Ask a person to approve or reject; a rejection ends the run.

    A retry asks again. One is needed when the answer comes within a second: Airflow 3.3.2 then takes the end of the
    asking process for that of the task (see apache/airflow#72716).
    """

    question: str

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("doc_md", inspect.getdoc(type(self)))
        # In place of the DAG's params, which have no part in the question. One without a default value would not get as
        # far as to be asked: the form is checked before anybody sees it (apache/airflow#59551).
        kwargs["params"] = {"reason": Param(None, type=["null", "string"], title="Reason", source="task")}
        kwargs |= {"retries": 2, "retry_delay": timedelta(seconds=5), "retry_exponential_backoff": 0}
        super().__init__(subject=self.question, options=[APPROVE, REJECT], **kwargs)

    @property
    def phase(self) -> str:
        """Return the id of the phase: the task group this task is in."""
        return str(self.task_id).partition(".")[0]

    def execute(self, context: Context) -> None:
        """Put the evidence into the question, and wait."""
        run = open_migration(context)
        run.ledger.phase_started(self.phase)
        self.body = self.evidence(run)
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Record who answered what.

        :raises PermanentError: when it was a rejection.
        """
        super().execute_complete(context, event)
        user = event.get("responded_by_user") or {}
        answer = Answer(
            question=self.task_id,
            approved=event["chosen_options"] == [APPROVE],
            by=str(user.get("name") or user.get("id") or "unknown"),
            reason=str((event.get("params_input") or {}).get("reason") or ""),
        )
        run = open_migration(context)
        try:
            record_answer(run.ledger, answer)
        except PermanentError as rejection:
            record_failure(run.ledger, self.task_id, self.phase, rejection)
            raise
        return {"approved": answer.approved, "by": answer.by}

    @abstractmethod
    def evidence(self, run: MigrationRun) -> str:
        """Return what the person has to know, as Markdown."""


class ApprovePlanOperator(ApproveOperator):
    """Ask for approval of the plan. Until here nothing was changed on either side."""

    question = "Approve the plan of this migration?"

    def evidence(self, run: MigrationRun) -> str:
        """Return the plan in short: what moves, what stays, what was found."""
        return plan_summary(run)


class ApproveCutoverOperator(ApproveOperator):
    """Ask for approval of the cutover, with the evidence. From here on customers notice."""

    question = "Stop the source and switch the traffic?"

    def evidence(self, run: MigrationRun) -> str:
        """Return what is proved and what is open."""
        return cutover_evidence(run)


class ApproveRetirementOperator(ApproveOperator):
    """Ask for approval of the source's retirement. After it, going back means migrating back."""

    question = "Retire the source?"

    def evidence(self, run: MigrationRun) -> str:
        """Return what will be removed."""
        return retirement_summary(run)
