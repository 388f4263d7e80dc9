"""The report of a run as a tab of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.ui.links import REPORT, report_url

if TYPE_CHECKING:
    from airflow.sdk import Context

PREFIX = "/cce-migration"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Hand a request to the pages. They are loaded with the first one: tasks load plugins, too, and show no pages."""
    from cce_migration.ui.pages import app as pages

    await pages(scope, receive, send)


def tab() -> dict[str, str]:
    """Return the tab for Airflow's plugin manager. Its address is below the root that Airflow is served under."""
    return {
        "name": "Migration report",
        "href": f"{PREFIX.lstrip('/')}/report/{{DAG_ID}}/{{RUN_ID}}",
        "destination": "dag_run",
        "url_route": REPORT,
    }


def report_link(context: Context) -> str:
    """Return the address of the tab of a task's run, for a Markdown text that Airflow shows."""
    return report_url(context["ti"].dag_id, str(context["run_id"]))
