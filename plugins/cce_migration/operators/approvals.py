"""Operators that wait for a person: no default answer, no slot taken while waiting, the answer kept in the ledger."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.execution_time.hitl import HITLUser

from cce_migration.links import LINKS
from cce_migration.notifiers.telling import tell
from cce_migration.runs import open_migration
from cce_migration.ui.links import run_url
from cce_migration.ui.report_tab import report_link
from include.approvals import Answer, Question, is_approved, keep_question, kept_question, record_answer
from include.cutover import cutover_evidence
from include.errors import PermanentError
from include.ledger import Waiver, record_failure, resolve_failure
from include.notifications import approval_needed
from include.planning import plan_summary
from include.planning.digest import plan_digest
from include.planning.drift import drift_summary, noted_changes
from include.proposal import follow_source, refuse_another_plan, refuse_changes
from include.rehearsal.gate import refuse_unrehearsed
from include.retirement import retirement_summary
from include.run import CUTOVER
from include.waivers import read_answer

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun

APPROVE, REJECT = "Approve", "Reject"
WAIVE = "Items that you accept without an equal proof, a line each: `phase/item: why`."


class ApproveOperator(HITLOperator):
    """Ask a person to approve or reject; a rejection ends the run.

    A retry asks again. One is needed when the answer comes within a second: Airflow 3.3.2 then takes the end of the
    asking process for that of the task (see apache/airflow#72716).

    Airflow 3.3.2 keeps the text of a task's first question through retries and clears. So the ledger keeps it, too: an answer
    is one to what was shown.
    """

    operator_extra_links = LINKS
    question: str
    # Whether the form takes items that are accepted without an equal proof.
    waives: ClassVar[bool] = False
    # The field of the definition's `approvals` that names who may answer.
    asks_for: ClassVar[str]
    retrying: ClassVar[dict[str, Any]] = {
        "retries": 2,
        "retry_delay": timedelta(seconds=5),
        "retry_exponential_backoff": 0,
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("doc_md", inspect.getdoc(type(self)))
        # In place of the DAG's params, which have no part in the question. One without a default value would not get as
        # far as to be asked: the form is checked before anybody sees it (apache/airflow#59551).
        kwargs["params"] = self.fields()
        kwargs |= self.retrying
        super().__init__(subject=self.question, options=[APPROVE, REJECT], **kwargs)

    def fields(self) -> dict[str, Param]:
        """Return what a person can write beside the answer."""
        fields = {"reason": Param(None, type=["null", "string"], title="Reason", source="task")}
        if self.waives:
            fields["waive"] = Param(
                None,
                type=["null", "string"],
                format="multiline",
                title="Waive",
                description=WAIVE,
                source="task",
            )
        return fields

    @property
    def phase(self) -> str:
        """Return the id of the phase: the task group this task is in."""
        return str(self.task_id).partition(".")[0]

    def execute(self, context: Context) -> None:
        """Put the evidence into the question, and wait."""
        run = open_migration(context)
        run.ledger.phase_started(self.phase)
        with self._failures_kept(run):
            text = self.evidence(run, context)
            asked = Question(question=self.asked_in(run), text=text, plan=self.plan(run))
            shown = keep_question(run.ledger, asked)
        if shown.text != text:
            self.log.warning(
                "Airflow goes on showing the question of %s; the present answer to it:\n%s", shown.at, text
            )
        self.body = shown.text
        self.assigned_users = [HITLUser(id=name, name=name) for name in self._people(run)] or None
        tell(run, approval_needed(self.task_id, self.question, shown.at), context)
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Record who answered what.

        :raises PermanentError: when it was a rejection.
        """
        # Airflow wants all fields of the form or none; who answers through its API may leave some out.
        fields = {**self.params.dump(), **(event.get("params_input") or {})}
        super().execute_complete(context, {**event, "params_input": fields})
        run = open_migration(context)
        user = event.get("responded_by_user") or {}
        shown = kept_question(run.ledger, self.asked_in(run))
        answer = Answer(
            question=self.asked_in(run),
            approved=event["chosen_options"] == [APPROVE],
            by=str(user.get("name") or user.get("id") or "unknown"),
            reason=str(fields["reason"] or ""),
            without_rehearsal=bool(fields.get("without_rehearsal")),
            plan=shown.plan if shown else None,
        )
        with self._failures_kept(run):
            self._refuse_strangers(run, user)
            waived = self._waived(run, answer, str(fields.get("waive") or ""))
            record_answer(run.ledger, answer)
            for (phase, key), waiver in waived.items():
                run.ledger.record_waiver(phase, key, waiver)
            self.look_again(run, answer)
        resolve_failure(run.ledger, self.task_id, run.passage)
        return {"approved": answer.approved, "by": answer.by}

    def asked_in(self, run: MigrationRun) -> str:
        """Return how the ledger names the question: a DAG on a run of the past may ask the same in several runs of its own."""
        return self.task_id if run.passage == CUTOVER else f"{self.task_id} {run.passage}"

    def _waived(self, run: MigrationRun, answer: Answer, text: str) -> dict[tuple[str, str], Waiver]:
        return read_answer(run.ledger, text, answer.by, answer.reason) if answer.approved else {}

    def _people(self, run: MigrationRun) -> list[str]:
        """Return the ids of the users who may answer; none where everybody may."""
        return list(getattr(run.definition.approvals, self.asks_for))

    def _refuse_strangers(self, run: MigrationRun, user: Mapping[str, Any]) -> None:
        """Look at who answered, as Airflow did: its check depends on a setting (`simple_auth_manager_all_admins`).

        :raises PermanentError: when it is nobody whom the definition names.
        """
        people = self._people(run)
        if people and user.get("id") not in people:
            raise PermanentError(
                f"{self.task_id}: {user.get('name')} answered, who is not among approvals.{self.asks_for} of the definition "
                f"({', '.join(people)}); clear this task, and let one of them answer"
            )

    @abstractmethod
    def evidence(self, run: MigrationRun, context: Context) -> str:
        """Return what the person has to know, as Markdown."""

    def plan(self, run: MigrationRun) -> str | None:
        """Return the digest of the plan that is in question; None where none is."""
        return None

    def look_again(self, run: MigrationRun, answer: Answer) -> None:
        """Refuse an approval of what is no longer so; nothing to do where a later step judges that."""

    @contextmanager
    def _failures_kept(self, run: MigrationRun) -> Generator[None]:
        try:
            yield
        except Exception as error:
            record_failure(run.ledger, self.task_id, self.phase, error, run.passage)
            raise


class ApprovePlanOperator(ApproveOperator):
    """Ask for approval of the plan. Until here nothing was changed on either side."""

    question = "Approve the plan of this migration?"
    waives = True
    asks_for = "plan"

    def execute(self, context: Context) -> None:
        """Ask, unless another plan was asked for here before: Airflow would show that one, so `approve_drift` asks.

        :raises AirflowSkipException: when only the plan was wanted: everything behind this task is skipped with it.
        """
        run = open_migration(context)
        if run.choice.is_plan_only:
            run.ledger.phase_finished(self.phase, "succeeded")
            raise AirflowSkipException(
                "only the plan was chosen for this run: nothing is asked, and nothing is changed"
            )
        shown = kept_question(run.ledger, self.task_id)
        if shown is not None and shown.plan != plan_digest(run.ledger):
            self.log.warning("The plan was made again since it was asked for here: approve_drift asks for it")
            return
        super().execute(context)

    def evidence(self, run: MigrationRun, context: Context) -> str:
        """Return the plan in short: what moves, what stays, what was found."""
        return plan_summary(run, report_link(context))

    def plan(self, run: MigrationRun) -> str | None:
        """Return the digest of the plan, so that the answer says which one it was."""
        return plan_digest(run.ledger)


class ApproveDriftOperator(ApproveOperator):
    """Compare the source with the plan, and ask again only when it has changed since: an approval can take hours.

    A changed source is planned anew, with the same blockers, and the question begins with what changed. After its approval the
    source is compared once more: one that changes faster than it is approved ends the run, which has made nothing yet.
    """

    question = "The source has changed since the plan was approved. Approve the new plan?"
    asks_for = "plan"
    # The source, its databases and buckets may not answer for a while.
    retrying: ClassVar[dict[str, Any]] = {
        "retries": 8,
        "retry_delay": timedelta(seconds=5),
        "retry_exponential_backoff": 2.0,
    }

    def execute(self, context: Context) -> None:
        """Go on at once when the approved plan is that of the present source; else plan again, and ask."""
        run = open_migration(context)
        with self._failures_kept(run):
            is_settled = self._is_settled(run)
        if is_settled:
            resolve_failure(run.ledger, self.task_id, run.passage)
            return
        super().execute(context)

    def evidence(self, run: MigrationRun, context: Context) -> str:
        """Return what has changed, and the new plan in short."""
        return f"{drift_summary(noted_changes(run.ledger))}\n{plan_summary(run, report_link(context))}"

    def plan(self, run: MigrationRun) -> str | None:
        """Return the digest of the plan, so that the answer says which one it was."""
        return plan_digest(run.ledger)

    def look_again(self, run: MigrationRun, answer: Answer) -> None:
        """Compare once more.

        :raises PermanentError: when the source has changed while the new plan was looked at.
        """
        refuse_changes(run)

    def _is_settled(self, run: MigrationRun) -> bool:
        shown = kept_question(run.ledger, self.task_id)
        if shown is None:
            return follow_source(run)
        if is_approved(run.ledger, plan_digest(run.ledger)):
            refuse_changes(run)
            return True
        refuse_another_plan(run, shown)
        return False


class ApproveCutoverOperator(ApproveOperator):
    """Ask for approval of the cutover, with the evidence. From here on customers notice."""

    question = "Stop the source and switch the traffic?"
    waives = True
    asks_for = "cutover"

    def evidence(self, run: MigrationRun, context: Context) -> str:
        """Return what is proved, what is open, what follows, and how to go back."""
        return f"{cutover_evidence(run)}\n{_pages(context)}"

    def fields(self) -> dict[str, Param]:
        """Return what a person can write: a rehearsal that is asked for can be gone without, by name and with a reason."""
        without = Param(False, type="boolean", title="Without a rehearsal", source="task")
        return {**super().fields(), "without_rehearsal": without}

    def look_again(self, run: MigrationRun, answer: Answer) -> None:
        """Refuse a cutover that was not rehearsed as the definition asks for.

        :raises PermanentError: when the approval does not override that, or gives no reason where one is due.
        """
        refuse_unrehearsed(run, answer.reason, overrides=answer.without_rehearsal)


class ApproveRetirementOperator(ApproveOperator):
    """Ask for approval of the source's retirement. After it, going back means migrating back."""

    question = "Retire the source?"
    asks_for = "retirement"

    def evidence(self, run: MigrationRun, context: Context) -> str:
        """Return what will be removed."""
        return f"{retirement_summary(run)}\n{_pages(context)}"


def _pages(context: Context) -> str:
    """Return links to where everything stands."""
    migration = run_url(context["ti"].dag_id, str(context["run_id"]))
    return f"[Open the items and their proofs]({migration}) or [the report]({report_link(context)})\n"
