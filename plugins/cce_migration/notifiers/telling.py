"""Tell of an event, with a link into Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.sdk.configuration import conf

from cce_migration.notifiers.mail import send_mail
from cce_migration.ui.report_tab import report_link
from include.notifications import notify

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.notifications import Event
    from include.run import MigrationRun


def tell(run: MigrationRun, event: Event, context: Context) -> None:
    """Tell everybody whom the definition names for this event; never raises."""
    notify(run, event, _link(event, context), send_mail)


def _link(event: Event, context: Context) -> str:
    """Return where to look, or nothing where Airflow does not know the address of its UI (`[api] base_url`)."""
    root = (conf.get("api", "base_url", fallback="") or "").rstrip("/")
    page = _question(context) if event.kind == "approval_needed" else report_link(context)
    return f"{root}/{page}" if root else ""


def _question(context: Context) -> str:
    instance = context["ti"]
    parts = (instance.dag_id, str(context["run_id"]), instance.task_id)
    dag, run, task = (quote(part, safe="") for part in parts)
    return f"dags/{dag}/runs/{run}/tasks/{task}/required_actions"
