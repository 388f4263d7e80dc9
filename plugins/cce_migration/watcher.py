"""Let a run fail when any of its tasks did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator


def watch_all_tasks(report: BaseOperator) -> None:
    """Put a watcher behind every task of the DAG but the report: leaves that run after failures would hide them.

    :param report: fails the run itself, as a leaf. Behind a watcher it would be none, and a run that a person marks as
        failed, whose watcher is skipped, would end as a success.
    """

    @task(
        trigger_rule=TriggerRule.ONE_FAILED,
        retries=0,
        on_failure_callback=None,  # people were told of what it fails for
        doc_md="Fails when any task of the run failed.",
    )
    def watcher() -> None:
        raise AirflowFailException("a task of this run failed; the report and the task's own log say why")

    # A setup may only be followed by tasks that need its success; these are watched in its place.
    [one for one in report.dag.tasks if not one.is_setup and one is not report] >> watcher()
