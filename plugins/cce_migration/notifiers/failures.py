"""Tell of tasks that failed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseNotifier

from cce_migration.notifiers.telling import tell
from cce_migration.runs import open_migration
from include.errors import MigrationError
from include.notifications import task_failed

if TYPE_CHECKING:
    from airflow.sdk import Context


class FailureNotifier(BaseNotifier):
    """Tell of a failed task; shards of one that fail alike are told of once.

    Airflow calls it when no try is left. A run whose definition is refused has named nobody to tell.
    """

    def notify(self, context: Context) -> None:
        """Tell of it."""
        try:
            run = open_migration(context)
        except MigrationError as error:
            self.log.warning("Nobody is told of this failure: %s", error)
            return
        instance = context["ti"]
        reason = str(context.get("exception") or "it ended without a word: its process was killed")
        tell(run, task_failed(instance.task_id, instance.try_number, reason), context)
