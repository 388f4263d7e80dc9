"""Buttons on a task's page that lead to the migration's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

from cce_migration.ui.links import report_url, run_url

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey


class MigrationLink(BaseOperatorLink):
    """Lead to the page of the migration."""

    name = "Migration"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return its address."""
        return run_url(ti_key.dag_id, ti_key.run_id)


class ItemsLink(BaseOperatorLink):
    """Lead to the items of the task's phase, with their proofs and what the ledger holds of each."""

    name = "Items and proofs"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return their address."""
        phase = str(operator.task_id).partition(".")[0]
        return f"{run_url(ti_key.dag_id, ti_key.run_id)}#items/{quote(phase, safe='')}"


class ReportLink(BaseOperatorLink):
    """Lead to the report, or to the plan while there is none."""

    name = "Report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return its address."""
        return report_url(ti_key.dag_id, ti_key.run_id)


LINKS = (MigrationLink(), ItemsLink(), ReportLink())
