"""The report of a run as a tab of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from airflow.sdk import Context

PREFIX = "/cce-migration"
ROUTE = "migration_report"


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
        "url_route": ROUTE,
    }


def report_link(context: Context) -> str:
    """Return the address of the tab of a task's run, for a Markdown text that Airflow shows.

    Airflow's pages name the root they are served under as the base of their links: so there is none in here.
    """
    instance = context["ti"]
    return (
        f"dags/{quote(instance.dag_id, safe='')}/runs/{quote(str(context['run_id']), safe='')}/plugin/{ROUTE}"
    )
