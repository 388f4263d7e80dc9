"""Operators of rehearsals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowRuntimeError

from cce_migration.notifiers.telling import tell
from cce_migration.operators.base import MigrationOperator
from include.notifications import rehearsal_regressed
from include.rehearsal.exclusive import refuse_beside
from include.rehearsal.judging import found_regressions, judge_rehearsal
from include.rehearsal.last_pass import Kind, rehearse_last_pass, rehearse_start
from include.rehearsal.orders import refuse_lasting_orders
from include.rehearsal.preparing import prepare_rehearsal, refuse_strangers
from include.rehearsal.removal import remove_rehearsal

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context

    from include.run import MigrationRun

AT_WORK = frozenset({"queued", "running", "restarting"})


def throw_away_whatever_happens(first: BaseOperator) -> ThrowAwayOperator:
    """Put the removal behind every task of the DAG that is there already.

    :param first: the task that opens the run; without its success there is nothing to throw away.
    """
    others = [one for one in first.dag.tasks if not one.is_setup and one is not first]
    throw_away = ThrowAwayOperator(task_id="throw_away")
    throw_away.as_teardown(setups=first, on_failure_fail_dagrun=True)
    others >> throw_away
    return throw_away


class RemoveEarlierRehearsalsOperator(MigrationOperator):
    """Throw away what earlier rehearsals of this definition have left: one that was killed could not do so itself.

    Fails while another rehearsal of the same definition is at work: both would use the same names.
    """

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many things were left."""
        instance = context["ti"]

        def is_at_work(run_id: str) -> bool:
            try:
                return instance.get_dagrun_state(instance.dag_id, run_id) in AT_WORK
            except AirflowRuntimeError:
                # Airflow's own record of it was cleaned away: it ended long ago.
                return False

        refuse_beside(run, is_at_work)
        return remove_rehearsal(run)


class RefuseLastingOrdersOperator(MigrationOperator):
    """Fail when the rehearsal would have to make something that stays and costs, unless `rehearsal.make_target` allows it."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Look at the plan."""
        refuse_lasting_orders(run)


class PrepareRehearsalOperator(MigrationOperator):
    """Make the disposable namespaces, and of what belongs to the whole cluster that which the target lacks."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many objects were made."""
        refuse_strangers(run)
        return prepare_rehearsal(run)


class RehearseLastPassOperator(MigrationOperator):
    """Copy and prove what changed meanwhile, timed as the cutover's last pass; the source's writers go on.

    :param kind: `databases`, `buckets` or `volumes`.
    """

    def __init__(self, *, kind: Kind, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many items were proved."""
        return rehearse_last_pass(run, self.kind)


class RehearseStartOperator(MigrationOperator):
    """Start the workloads in the disposable namespaces and check them, timed as in the cutover."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads run."""
        return rehearse_start(run)


class JudgeRehearsalOperator(MigrationOperator):
    """Compare what was measured with the plan and with earlier rehearsals, and tell what got worse."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Return the downtime to expect, and the number of regressions; tell of them whom the definition names."""
        judged = judge_rehearsal(run)
        worse = found_regressions(run)
        if worse:
            # Of one rehearsal people are told once, however often it is judged.
            tell(run, rehearsal_regressed(worse, run.run_id), context)
        return judged


class ThrowAwayOperator(MigrationOperator):
    """Remove everything the rehearsal has made, and look that nothing of it is left, however the rehearsal ended.

    As a teardown of the run's first task it also runs when a person marks the run as failed.
    """

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many things were removed."""
        return remove_rehearsal(run)
