"""Operator that clears up after tasks that were killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cce_migration.operators.base import MigrationOperator
from include.leftovers import remove_leftovers

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context

    from include.run import MigrationRun


def clear_up_whatever_happens(first: BaseOperator) -> ClearUpOperator:
    """Put the clearing up behind every task of the DAG that is there already.

    :param first: the task that opens the run; without its success there is nothing to clear up.
    """
    others = [one for one in first.dag.tasks if not one.is_setup and one is not first]
    clear_up = ClearUpOperator(task_id="clear_up")
    clear_up.as_teardown(setups=first)
    others >> clear_up
    return clear_up


class ClearUpOperator(MigrationOperator):
    """Remove what killed tasks have left: movers with their Secrets in both clusters, unfinished uploads.

    As a teardown of the run's first task it also runs when a person marks the run as failed.
    """

    clears_up = True

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how much was removed."""
        return remove_leftovers(run)
