"""The report of a run as a tab of its page."""

from __future__ import annotations

from typing import Any

PREFIX = "/cce-migration"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Hand a request to the pages. They are loaded with the first one: tasks load plugins, too, and show no pages."""
    from cce_migration.ui.pages import app as pages

    await pages(scope, receive, send)


def tab() -> dict[str, str]:
    """Return the tab for Airflow's plugin manager."""
    return {
        "name": "Migration report",
        "href": f"{PREFIX}/report/{{DAG_ID}}/{{RUN_ID}}",
        "destination": "dag_run",
        "url_route": "migration_report",
    }
